# peer: oracle
# numba: DESIGN wraps out-of-range stores, Numba leaves them to C
# int32, uint8 and their kin: loads promote to 64 bits, stores wrap.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def combine(a, b, out):
    for i in prange(len(out)):
        out[i] = a[i] * 3 + b[i] - 7


@njit(parallel=True)
def fill(out, factor):
    for i in prange(len(out)):
        out[i] = i * factor - 100


@njit(parallel=True)
def increment(a, by):
    for i in prange(len(a)):
        a[i] += by
        a[i] -= 1


@njit(parallel=True)
def bits(a, out):
    for i in prange(len(a)):
        out[i] = (a[i] << 3) ^ (a[i] >> 1) | (~a[i] & 0x55)


@njit(parallel=True)
def from_float(x, out):
    for i in prange(len(x)):
        out[i] = x[i] * 100.0


@njit(parallel=True)
def average(a, b, out):
    for i in prange(len(a)):
        out[i] = (a[i] + b[i]) // 2


@njit
def one(a, i):
    return a[i], -a[i] + 0, a[i] + a[i], a[i] * 2.5, a[i] / 2, a[i] // 2, a[i] > 100, abs(a[i]), ~a[i] & 0xFFFF


def show(a):
    for x in a:
        print(x, end=" ")
    print(a.dtype)


for kind in (np.int32, np.uint8, np.int64, np.int8, np.uint16, np.uint32, np.uint64, np.int16):
    a = np.zeros(35, kind)
    b = np.ones(35, kind)
    fill(a, 11)
    show(a)
    combine(a, b, b)
    show(b)
    increment(a, 120)
    show(a)
    bits(a, b)
    show(b)
    average(a, b, b)
    show(b)
    from_float(np.arange(35) - 5.25, a)
    show(a)
    print(one(a, 30), one(b, 34))
    print(a.sum(), b.sum())
