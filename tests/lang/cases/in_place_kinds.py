# peer: oracle
# What an array takes in place: a result of its own sort of kind, or of a lesser one, cut to its own.
import numpy as np
from numba import njit


@njit
def add_two(a):
    a[::1] += 2
    a[:] *= 3
    return a


@njit
def halve(a):
    a *= 0.5
    a[1:] /= 2
    return a


@njit
def mark(a, b):
    a[:] |= b
    a[1:] &= b[1:]
    a ^= True
    return a


@njit
def elements(a):
    for i in range(len(a)):
        a[i] += 2
    return a


for kind in (np.int8, np.int16, np.int32, np.int64, np.float32, np.float64):
    print(add_two(np.arange(4).astype(kind)))
for kind in (np.float32, np.float64):
    print(halve(np.arange(4).astype(kind)))
for kind in (np.bool_, np.uint8, np.int64):
    print(mark((np.arange(4) % 2).astype(kind), (np.arange(4) > 1)))
for kind in (np.bool_, np.uint8, np.int16, np.float32):
    print(elements((np.arange(4) % 2).astype(kind)))
