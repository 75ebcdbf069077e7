# peer: oracle
# Kernels called many times: hot through calls, arguments of changing kinds and shapes, results fed back.
import numpy as np
from numba import njit, prange


@njit
def step(x, k):
    return x * 0.5 + k


@njit
def norm(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * a[i]
    return s


@njit(parallel=True)
def axpy(a, x, y):
    for i in prange(len(x)):
        y[i] += a * x[i]


@njit(parallel=True)
def total(a):
    s = 0
    for i in prange(len(a)):
        s += a[i]
    return s


x = 0.0
for k in range(500):
    x = step(x, k)
print(x)
k = 0
for i in range(300):
    k = int(step(k, i)) % 1000
print(k, step(3, 4), step(np.float32(0.1), 1), step(True, 2.5))

y = np.zeros(64)
for n in range(65):
    axpy(n * 0.25, np.arange(n) * 1.0, y[:n])
print(y.sum(), norm(y))
for n in range(0, 300, 23):
    print(total(np.arange(n)), total(np.arange(n) * 0.5), total(np.ones(n, bool)), norm(np.arange(n)), end=";")
print()
for kind in (np.float64, np.float32, np.int64, np.int32, np.uint8, bool):
    for n in (0, 1, 40):
        a = (np.arange(n) * 3).astype(kind)
        print(total(a), norm(a), end=" ")
print()
