# peer: oracle
# exit: 1
# Inner loops whose bounds are data: subscripts are checked once at the loop's head, or one by one where that fails.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def rows(ptr, idx, val, x, y):
    for i in prange(len(ptr) - 1):
        s = 0.0
        for k in range(ptr[i], ptr[i + 1]):
            s += val[k] * x[idx[k]]
        y[i] = s
    return y


@njit(parallel=True)
def counts(d, parts, shift):
    table = np.zeros((parts, 256), dtype=np.int64)
    n = len(d)
    for b in prange(parts):
        for i in range(b * n // parts, (b + 1) * n // parts):
            table[b, d[i + shift]] += 1
    return table


@njit(parallel=True)
def wrapped(x, n, m):
    y = np.zeros(n)
    for i in prange(n):
        for a in range(-1, 2):
            y[i] += x[(i + a) % m] + x[(i * 7) & 3]
    return y


@njit
def scale(lo, hi, step, x, shift):
    for r in range(len(lo)):
        for k in range(lo[r], hi[r], step):
            x[k + shift] = x[k] * 2 + r
    return x


val = np.arange(60) * 0.25 - 3
idx = np.arange(60) * 7 % 20
x = np.arange(20) / 3 - 2
ptr = np.zeros(11, dtype=np.int64)
for i in range(11):
    ptr[i] = i * i * 60 // 100
for _ in range(3):
    print(rows(ptr, idx, val, x, np.zeros(10)))
down = ptr[::-1].copy()
print(rows(down, idx, val, x, np.zeros(10)))
print(rows(ptr - 30, idx, val, x, np.zeros(10)))
bytes_ = (np.arange(1000) * 37 % 251).astype(np.uint8)
for parts in (1, 3, 8, 40):
    print(counts(bytes_, parts, 0).sum(), counts(bytes_, parts, 0)[parts - 1, :9])
print(counts(bytes_, 4, -5)[0, :40:3], counts(bytes_, 4, -2000 + 1000)[3, ::50])
print(wrapped(x, 20, 20), wrapped(x, 20, 4), wrapped(x, 20, -6), wrapped(x, 9, 1))
lo = np.arange(6) * 2
for step in (1, 2, 3):
    print(scale(lo, lo + 5, step, np.arange(20.0), 1), scale(lo, lo, step, np.arange(20.0), 1))
    print(scale(lo - 4, lo, step, np.arange(20.0), 0), scale(lo, lo + 5, step, np.arange(20.0), -3))
for _ in range(40):
    rows(ptr, idx, val, x, np.zeros(10))
    scale(lo, lo + 5, 1, np.arange(20.0), 1)
z = np.arange(20.0)
try_hi = lo + 5
try_hi[4] = 25
print(scale(lo[:4], try_hi[:4], 1, z, 1))
scale(lo, try_hi, 1, z, 1)
