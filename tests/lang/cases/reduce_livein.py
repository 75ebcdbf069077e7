# peer: oracle
# numba: a live-in of True becomes 1.0 there
# What the variable held before the loop: it joins once, last, on the left; after zero trips it is untouched.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def add(a, s):
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def times(a, s):
    for i in prange(len(a)):
        s *= a[i]
    return s


@njit(parallel=True)
def twice(a, s):
    for i in prange(len(a)):
        s += a[i]
    s = s * 2
    for i in prange(len(a)):
        s -= a[i]
    return s


@njit(parallel=True)
def in_a_loop(a, rounds):
    s = 1e-3
    for r in range(rounds):
        for i in prange(len(a)):
            s += a[i] * r
    return s


@njit(parallel=True)
def guarded(a, index, s, m):
    for i in prange(len(a)):
        if a[index[i]] < 2.0:
            continue
        s += a[i]
        m = max(m, a[i])
    return s, m


a = np.random.RandomState(9).rand(50)
index = (a * 50).astype(np.int64)
print(guarded(a, index, 0, 0), guarded(a, index, True, 7), guarded(a * 9, index, 0, 0), guarded(a[:1], index * 0, 3, 2))
zeros = np.full(5, -0.0)
print(add(a, 1e16), add(a, -1e16), add(a, 1e300), add(a, np.inf), add(a, -np.inf), add(a, np.nan))
print(add(a[:0], 3), add(a[:0], 3.5), add(a[:0], -0.0), add(a[:0], True), times(a[:0], 7))
print(add(zeros, -0.0), add(zeros, 0.0), add(zeros, 0), add(-zeros, -0.0), times(zeros, 1.0), times(zeros, -1))
print(add(a[:1], 0), add(a[:1], 0.0), add(a[:2], 1), times(a[:1], 3), times(a[:3], 0.5))
print(twice(a, 0.25), twice(a, 3), in_a_loop(a, 0), in_a_loop(a, 1), in_a_loop(a, 40))
b = a.copy()
b[10] = np.inf
b[40] = -np.inf
print(add(b, 0.0), add(b[:30], 0.0), add(b[30:], 0.0), times(b, 1.0))
