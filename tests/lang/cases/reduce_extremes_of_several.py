# peer: oracle
# numba: refuses max and min of three
# `s = max(s, x, y)` is a reduction.
import numpy as np
from numba import njit, prange

@njit(parallel=True, error_model='numpy')
def kernel5(x0):
    u = 5
    t = 2
    for i in prange(len(x0)):
        if i * 0.5 > 1:
            t /= x0[i]
        if i < 0:
            u = min(u, 1.5, 1)
    return t, u

@njit(parallel=True, error_model='numpy')
def kernel6(x0):
    t = 2
    for i in prange(len(x0)):
        w = 0
        while w < 1:
            w += 1
            if i * 1.5 > 1:
                t /= x0[i]
    return t
@njit(parallel=True, error_model='numpy')
def kernel7(x0):
    t = 2
    for i in prange(len(x0)):
        if i * 1.5 > 1:
            t /= x0[i]
    return t
x0 = np.random.RandomState(1).rand(9)
print(kernel5(x0), kernel6(x0), kernel7(x0))
@njit(parallel=True)
def several(a, k, s, t):
    for i in prange(len(a)):
        s = max(s, a[i], k[i])
        t = min(t, k[i], 5, i)
    return s, t
@njit(parallel=True)
def with_sum(a, s):
    total = 0.0
    for i in prange(len(a)):
        s = max(s, a[i], 0.5)
        total += a[i]
    return s, total
for n in (0, 1, 50, 5000):
    a = np.random.RandomState(n).rand(n)
    k = (a * 30).astype(np.int64)
    print(n, several(a, k, 0, 3), several(a, k, 0.0, 3.5), several(a, k, 1e9, -1), with_sum(a, 0.25))
