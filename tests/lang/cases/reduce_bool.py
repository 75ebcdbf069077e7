# peer: oracle
# numba: |= and &= are refused there
# any, all, parity and counts by reductions over bool and int.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def any_above(a, limit):
    found = False
    for i in prange(len(a)):
        found |= a[i] > limit
    return found


@njit(parallel=True)
def all_above(a, limit):
    every = True
    for i in prange(len(a)):
        every &= a[i] > limit
    return every


@njit(parallel=True)
def parity(a):
    odd = False
    for i in prange(len(a)):
        odd ^= a[i] > 0.5
    return odd


@njit(parallel=True)
def flag(a, limit):
    found = False
    for i in prange(len(a)):
        if a[i] > limit:
            found = True
    return found


@njit(parallel=True)
def count(a, limit):
    n = 0
    for i in prange(len(a)):
        n += a[i] > limit
    return n


@njit(parallel=True)
def masks(a):
    union = 0
    common = -1
    toggled = 0
    for i in prange(len(a)):
        union |= 1 << (a[i] % 60)
        common &= a[i] | 15
        toggled ^= a[i]
    return union, common, toggled


rng = np.random.RandomState(10)
for n in (0, 1, 7, 32, 100, 5000):
    a = rng.rand(n)
    print(n, any_above(a, 0.99), all_above(a, 0.001), parity(a), flag(a, 0.9), count(a, 0.5))
    print(n, any_above(a, 2.0), all_above(a, -1.0), flag(a, 2.0), masks((a * 1e5).astype(np.int64)))
