# peer: cpython
# numba: steps other than 1 are refused there
# prange with start, stop, step, negative steps, no trips, one trip; negative subscripts from the index.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def stamp(out, start, stop, step):
    for i in prange(start, stop, step):
        out[i] = i * 10 + 1


@njit(parallel=True)
def two_bounds(out, start, stop):
    for i in prange(start, stop):
        out[i] += i


@njit(parallel=True)
def from_the_end(a, out):
    for i in prange(len(a)):
        out[i] = a[-i] + a[-i - 1] * 100


@njit(parallel=True)
def crossing_zero(a, out):
    for i in prange(len(a)):
        out[i] = a[i - 3]


@njit(parallel=True)
def count(n):
    c = 0
    for i in prange(n):
        c += 1
    return c


out = np.zeros(24, np.int64)
stamp(out, 0, 24, 5)
print(out)
stamp(out, 23, -1, -4)
print(out)
stamp(out, -3, 3, 2)
print(out)
stamp(out, 5, 5, 1)
stamp(out, 9, 3, 1)
stamp(out, 3, 9, -1)
print(out)
two_bounds(out, 20, 24)
two_bounds(out, -2, 1)
print(out)
for n in (1, 2, 7, 8, 9, 33):
    a = np.arange(n)
    r = np.zeros(n, np.int64)
    from_the_end(a, r)
    print(r)
    if n > 2:
        crossing_zero(a, r)
        print(r)
print(count(0), count(1), count(-5), count(4097))
