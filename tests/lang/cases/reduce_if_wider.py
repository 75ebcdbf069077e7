# peer: oracle
# numba: conditional reductions are silently wrong there
# `if x > s: s = x` where x is an int and s begins as a float, and the other way round: x enters as it is.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def ints_over_float(k, s):
    for i in prange(len(k)):
        if k[i] > s:
            s = k[i]
    return s


@njit(parallel=True)
def floats_under_int(a, s):
    for i in prange(len(a)):
        if s > a[i]:
            s = a[i]
    return s


@njit(parallel=True)
def both(a, k, s):
    for i in prange(len(a)):
        if a[i] > 0.5:
            if k[i] > s:
                s = k[i]
        else:
            x = a[i] * 7
            if x > s:
                s = x
    return s


for n in (0, 1, 40, 5000):
    a = np.random.RandomState(n).rand(n)
    k = (a * 100).astype(np.int64) % 9
    for s in (3.5, -1e300, 1e300, np.nan, 7, -(2**62) - 1):
        print(n, ints_over_float(k, s), floats_under_int(a, s), both(a, k, s))
