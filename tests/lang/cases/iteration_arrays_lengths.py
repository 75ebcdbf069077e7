# peer: oracle
# exit: 1
# Arrays that an iteration makes, of lengths that are sums and multiples of what is known before the loop; np.arange.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def table_rows(words, out):
    n, m = words.shape
    for i in prange(n):
        before = np.zeros(m + 1, np.int64)
        now = np.empty(m + 1, np.int64)
        now[0] = 0
        for p in range(m):
            for q in range(m):
                if words[i, p] == words[n - 1 - i, q]:
                    now[q + 1] = before[q] + 1
                else:
                    now[q + 1] = max(now[q], before[q + 1])
            for q in range(m + 1):
                before[q] = now[q]
        out[i] = before[m] * 100 + len(before)


@njit(parallel=True)
def window(x, r, out):
    for i in prange(len(x)):
        w = np.full(2 * r + 1, 0.5)
        for k in range(-r, r + 1):
            if 0 <= i + k < len(x):
                w[k + r] = x[i + k]
        out[i] = w.sum() + len(w)


@njit(parallel=True)
def counted(n, start, stop, out):
    for i in prange(len(out)):
        a = np.arange(n - 3)
        b = np.arange(start, stop + 2, dtype=np.float64)
        c = np.arange(start, stop, 1) if i < 0 else np.arange(start - n, start)
        d = np.arange(stop, dtype=np.int8)
        s = 0.0
        for k in range(len(a)):
            s += a[k] * k
        for k in range(len(b)):
            s += b[k] * 0.5
        for k in range(len(c)):
            s -= c[k]
        for k in range(len(d)):
            s += d[k]
        out[i] = s + i


@njit(parallel=True)
def square(n, out):
    for i in prange(len(out)):
        grid = np.zeros((n - 1, 2 * n))
        for k in range(n - 1):
            grid[k, 2 * k + 1] = i
        out[i] = grid.sum() if n < 0 else grid[n - 2, 2 * n - 3] + grid.shape[1]


words = (np.arange(60).reshape(12, 5) * 7) % 4
out = np.zeros(12, np.int64)
table_rows(words, out)
print(out)
x = np.arange(50) * 0.25
for r in (0, 1, 7):
    result = np.zeros(50)
    window(x, r, result)
    print(result[0], result[24], result[49])
for n, start, stop in ((10, 2, 6), (3, 0, 0), (4, -3, 140), (5, 7, 7)):
    result = np.zeros(40)
    counted(n, start, stop, result)
    print(result[0], result[39])
for n in (2, 5, 40):
    result = np.zeros(30)
    square(n, result)
    print(result[0], result[29])
square(0, np.zeros(30))
