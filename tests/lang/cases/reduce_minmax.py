# peer: oracle
# numba: the conditional forms are wrong there, max with several operands is refused
# max and min reductions: calls, conditional forms, NaN, signed zeros, kinds of the live-in.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def by_call(a, s, t):
    for i in prange(len(a)):
        s = max(s, a[i])
        t = min(t, a[i])
    return s, t


@njit(parallel=True)
def by_if(a, s, t):
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        if a[i] < t:
            t = a[i]
    return s, t


@njit(parallel=True)
def by_if_turned(a, s):
    for i in prange(len(a)):
        if s < a[i]:
            s = a[i]
    return s


@njit(parallel=True)
def of_two(a, b, s):
    for i in prange(len(a)):
        s = max(s, a[i], b[i])
    return s


@njit(parallel=True)
def with_sum(a):
    s = 0.0
    high = 0.0
    for i in prange(len(a)):
        s += a[i]
        if a[i] > high:
            high = a[i]
    return s, high


@njit(parallel=True)
def argmax(a):
    best = a[0]
    where = 0
    for i in prange(1, len(a)):
        if a[i] > best:
            best = a[i]
            where = i
    return best, where


@njit(parallel=True)
def last_argmax(a):
    best = a[0]
    where = 0
    for i in prange(1, len(a)):
        if a[i] >= best:
            best = a[i]
            where = i
    return best, where


rng = np.random.RandomState(7)
for n in (1, 2, 31, 33, 100, 4500):
    a = rng.rand(n) - 0.5
    b = rng.rand(n) - 0.5
    i = (a * 1000).astype(np.int64)
    print(n, by_call(a, -1.0, 1.0), by_call(a, 0.9, -0.9), by_if(a, -1.0, 1.0), by_if_turned(a, -1.0))
    print(n, by_call(i, 0, 0), by_if(i, 0, 0), of_two(a, b, 0.0), with_sum(a), argmax(a), last_argmax(i // 100))
a = rng.rand(200)
a[50] = np.nan
a[0] = np.nan
print(by_call(a, -1.0, 9.0), by_if(a, -1.0, 9.0), by_call(a, np.nan, np.nan), by_if(a, np.nan, np.nan))
z = np.zeros(70)
z[3] = -0.0
z[32] = -0.0
print(by_call(z, -0.0, 0.0), by_if(z, -0.0, 0.0), by_call(-z, -1.0, 1.0))
a[:] = np.inf
print(by_call(a, 0.0, 0.0), by_call(-a, 0.0, 0.0), by_call(a[:0], 3.0, 4.0), by_call(a[:0], 3, 4))
print(by_call(np.arange(5), 2.5, 2.5), by_call(np.arange(5.0), 2, 2), by_call(-np.arange(5.0), 0, 7))
print(by_call(np.full(40, 7, np.uint8), 3, 300), by_call(np.full(40, 0.1, np.float32), 0.0, 1.0))
