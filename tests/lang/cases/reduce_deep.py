# peer: oracle
# Loops with calls or loops in the body: blocks of ceil(n / 1024) iterations.
import math

import numpy as np
from numba import njit, prange


@njit
def square(x):
    return x * x


@njit(parallel=True)
def sum_of_calls(a):
    s = 0.0
    for i in prange(len(a)):
        s += square(a[i])
    return s


@njit(parallel=True)
def sum_of_abs(a):
    s = 0.0
    for i in prange(len(a)):
        s += abs(a[i])
    return s


@njit(parallel=True)
def sum_of_roots(a):
    s = 0.0
    for i in prange(len(a)):
        s += math.sqrt(a[i] * a[i])
    return s


@njit(parallel=True)
def row_sums(m):
    s = 0.0
    for i in prange(m.shape[0]):
        for j in range(m.shape[1]):
            s += m[i, j]
    return s


@njit(parallel=True)
def row_sums_private(m):
    s = 0.0
    for i in prange(m.shape[0]):
        r = 0.0
        for j in range(m.shape[1]):
            r += m[i, j]
        s += r * r
    return s


@njit(parallel=True)
def halvings(a):
    s = 0.0
    for i in prange(len(a)):
        x = a[i]
        while x > 1.0:
            x *= 0.5
        s += x
    return s


rng = np.random.RandomState(5)
for n in (0, 1, 2, 33, 1023, 1024, 1025, 2048, 2049, 3100):
    a = (rng.rand(n) - 0.4) * 100
    print(n, sum_of_calls(a), sum_of_abs(a), sum_of_roots(a), halvings(a))
for shape in ((1, 1), (3, 40), (40, 3), (130, 17), (1100, 2)):
    m = rng.rand(shape[0], shape[1]) - 0.3
    print(shape, row_sums(m), row_sums(m.T), row_sums_private(m))
