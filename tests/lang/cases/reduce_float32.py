# peer: oracle
# numba: float32 sums in another order
# Reductions that stay in float32, and live-ins of other kinds than the elements.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def total(a, start):
    s = start
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def scaled(a):
    s = np.float32(0)
    p = np.float32(1)
    for i in prange(len(a)):
        s += a[i] * a[i]
        p *= a[i] + np.float32(0.5)
    return s, p


@njit(parallel=True)
def mixed(a, b):
    s = np.float32(0)
    for i in prange(len(a)):
        s += a[i] * b[i]
    return s


rng = np.random.RandomState(8)
for n in (0, 1, 2, 31, 32, 33, 100, 4096, 5001):
    a = rng.rand(n).astype(np.float32)
    print(n, total(a, np.float32(0)), total(a, 0), total(a, 0.5), total(a, np.float32(1e8)))
    print(n, scaled(a), mixed(a, rng.rand(n)))
    print(n, total(rng.rand(n), np.float32(0.1)), total((a * 100).astype(np.int64), np.float32(0.5)))
    print(n, total((a * 100).astype(np.uint8), np.float32(0.5)))
