# peer: oracle
# prange inside prange: the inner loop forms its own total and contributes once.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def total(m):
    s = 0.0
    for i in prange(m.shape[0]):
        for j in prange(m.shape[1]):
            s += m[i, j]
    return s


@njit(parallel=True)
def total_and_rows(m, rows):
    s = 0.0
    for i in prange(m.shape[0]):
        r = 0.0
        for j in prange(m.shape[1]):
            r += m[i, j]
        rows[i] = r
        s += r
    return s


@njit(parallel=True)
def counted(m):
    n = 0
    s = 100.0
    for i in prange(m.shape[0]):
        n += 1
        for j in prange(m.shape[1]):
            if m[i, j] > 0.5:
                s -= m[i, j]
                n += 1
    return n, s


@njit(parallel=True)
def highest(m):
    h = -1.0
    for i in prange(m.shape[0]):
        for j in prange(m.shape[1]):
            h = max(h, m[i, j])
    return h


@njit(parallel=True)
def three_levels(k):
    s = 0.0
    for a in prange(k.shape[0]):
        for b in prange(k.shape[1]):
            for c in prange(k.shape[2]):
                s += k[a, b, c]
    return s


@njit(parallel=True)
def range_around(m, times):
    s = 0.0
    for t in range(times):
        for i in prange(m.shape[0]):
            s += m[i, t]
    return s


rng = np.random.RandomState(6)
for shape in ((1, 1), (2, 50), (50, 2), (37, 41), (1, 300), (300, 1), (0, 5), (5, 0)):
    m = rng.rand(shape[0], shape[1])
    rows = np.zeros(shape[0])
    print(shape, total(m), total_and_rows(m, rows), rows.sum(), counted(m), highest(m))
k = rng.rand(5 * 7 * 11)
cube = np.zeros((5, 7, 11))
for a in range(5):
    for b in range(7):
        cube[a, b] = k[(a * 7 + b) * 11 : (a * 7 + b + 1) * 11]
print(three_levels(cube), range_around(cube[0], 11), range_around(cube[:, :, 3], 7))
