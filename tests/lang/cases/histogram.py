# peer: cpython
# numba: races in the prange forms
# Histograms: indirect increments, in prange (a conflict of the contents), serial, and by private rows.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def in_prange(values, counts):
    for i in prange(len(values)):
        counts[values[i]] += 1


@njit(parallel=True)
def weights(values, w, sums):
    for i in prange(len(values)):
        sums[values[i]] += w[i]


@njit
def serial(values, counts):
    for i in range(len(values)):
        counts[values[i]] += 1


@njit
def binned(x, low, high, counts):
    n = len(counts)
    width = (high - low) / n
    for i in range(len(x)):
        k = int((x[i] - low) / width)
        if 0 <= k < n:
            counts[k] += 1


@njit(parallel=True)
def by_rows(values, parts, counts):
    n = len(values)
    for t in prange(parts.shape[0]):
        for i in range(t * n // parts.shape[0], (t + 1) * n // parts.shape[0]):
            parts[t, values[i]] += 1
    for k in prange(len(counts)):
        for t in range(parts.shape[0]):
            counts[k] += parts[t, k]


r = np.random.RandomState(25)
for n in (0, 1, 10, 1000, 5000):
    x = r.rand(n)
    values = (x * 16).astype(np.int64)
    a = np.zeros(16, np.int64)
    b = np.zeros(16, np.int64)
    c = np.zeros(16, np.int64)
    d = np.zeros(16, np.int64)
    in_prange(values, a)
    serial(values, b)
    binned(x, 0.0, 1.0, c)
    by_rows(values, np.zeros((5, 16), np.int64), d)
    print(a, a.sum() == n, np.array_equal(a, b), np.array_equal(b, c), np.array_equal(c, d))
    w = np.zeros(16)
    weights(values, r.rand(n), w)
    for k in w:
        print(k, end=" ")
    print()
small = np.zeros(4, np.uint8)
serial(np.zeros(300, np.int64), small)
print(small)
