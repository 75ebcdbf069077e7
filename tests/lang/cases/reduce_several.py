# peer: oracle
# numba: t = b[i] + t is refused there
# One to five reduction variables at once: more than two take 16 lanes.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def two(a, b):
    s = 0.0
    t = 0.0
    for i in prange(len(a)):
        s += a[i]
        t += a[i] * b[i]
    return s, t


@njit(parallel=True)
def three(a, b):
    s = 0.0
    t = 0.0
    n = 0
    for i in prange(len(a)):
        s += a[i]
        t += a[i] * b[i]
        if a[i] > b[i]:
            n += 1
    return s, t, n


@njit(parallel=True)
def statistics(a):
    s = 0.0
    q = 0.0
    p = 1.0
    low = 1e300
    high = -1e300
    for i in prange(len(a)):
        s += a[i]
        q += a[i] * a[i]
        p *= 1.0 + a[i] * 1e-3
        low = min(low, a[i])
        high = max(high, a[i])
    return s, q, p, low, high


@njit(parallel=True)
def mean_and_variance(a):
    m = 0.0
    for i in prange(len(a)):
        m += a[i]
    m /= len(a)
    v = 0.0
    for i in prange(len(a)):
        v += (a[i] - m) ** 2
    return m, v / len(a)


@njit(parallel=True)
def long_forms(a, b):
    s = 0.0
    t = 0.0
    for i in prange(len(a)):
        s = s + a[i]
        t = b[i] + t
    return s, t


rng = np.random.RandomState(4)
for n in (1, 2, 15, 16, 17, 31, 33, 1000, 4100):
    a = rng.rand(n) * 1e3
    b = rng.rand(n) * 1e3
    print(n, two(a, b), three(a, b), statistics(a), mean_and_variance(a), long_forms(a, b))
