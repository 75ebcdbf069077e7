# peer: oracle
# A prange with reductions inside a compiled prange keeps its grid: blocks, lanes, the tree, the live-in last.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def row_sums(a, out):
    for i in prange(a.shape[0]):
        s = 0.0
        for j in prange(a.shape[1]):
            s += a[i, j]
        out[i] = s


@njit(parallel=True)
def from_int(a, out):
    for i in prange(a.shape[0]):
        s = 0
        for j in prange(a.shape[1]):
            s += a[i, j]
        out[i] = s + 1


@njit(parallel=True)
def triangle(a, out):
    for i in prange(a.shape[0]):
        s = 3
        for j in prange(i):
            s += a[i, j]
        out[i] = s // 1


@njit(parallel=True)
def many(a, out):
    for i in prange(a.shape[0]):
        low = 1e9
        high = -1e9
        product = 1.0
        less = 5.0
        for j in prange(a.shape[1]):
            x = a[i, j]
            low = min(low, x)
            high = max(high, x)
            product *= x + 0.5
            less -= x
        out[i] = low + high * product - less


@njit(parallel=True)
def counted(a, out):
    for i in prange(a.shape[0]):
        n = 0
        t = 1.0
        for j in prange(a.shape[1]):
            if a[i, j] > 0.5:
                n += 1
                t /= a[i, j] + 1.0
        out[i] = n + t


@njit(parallel=True)
def deep(a, k, out):
    for i in prange(a.shape[0]):
        s = 0.25
        for j in prange(a.shape[1]):
            for m in range(k):
                s += a[i, j] * (m + 1)
        out[i] = s


@njit(parallel=True)
def descending(a, out):
    n = a.shape[1]
    for i in prange(a.shape[0]):
        s = 0.0
        for j in prange(n - 1, -1, -3):
            s += a[i, j]
        for j in prange(2, n, 5):
            s -= a[i, j]
        out[i] = s


@njit(parallel=True)
def total_of(row, i):
    s = 0.0
    for j in prange(row.shape[1]):
        s += row[i, j] * row[i, j]
    return s


@njit(parallel=True)
def inlined(a, out):
    for i in prange(a.shape[0]):
        out[i] = total_of(a, i)


@njit(parallel=True)
def both(a):
    s = 1.5
    h = -1.0
    for i in prange(a.shape[0]):
        for j in prange(a.shape[1]):
            s += a[i, j]
            h = max(h, a[i, j])
    return s, h


@njit(parallel=True)
def bits(a, out):
    for i in prange(a.shape[0]):
        x = 0
        y = -1
        for j in prange(a.shape[1]):
            x ^= a[i, j]
            y &= a[i, j]
        out[i] = x - y


@njit(parallel=True)
def left_inside(a, b, out):
    for i in prange(a.shape[0]):
        s = 0.0
        for j in prange(a.shape[1]):
            s += a[i, j] * b[j % 7]
        out[i] = s


@njit(parallel=True)
def three(a):
    s = 0.0
    for i in prange(a.shape[0]):
        for j in prange(a.shape[0]):
            for k in prange(a.shape[1]):
                s += a[j, k] - i
    return s


@njit
def in_range(a, out):
    for i in range(a.shape[0]):
        s = 0.0
        for j in prange(a.shape[1]):
            s += a[i, j]
        out[i] = s


@njit(parallel=True)
def hot(a, out, times):
    for t in range(times):
        for i in range(a.shape[0]):
            s = 0.0
            for j in prange(a.shape[1]):
                s += a[i, j] * t
            out[i] = s


rng = np.random.RandomState(5)
for width in (0, 1, 2, 31, 33, 95):
    rows = 6
    a = rng.rand(rows, width)
    out = np.zeros(rows)
    for kernel in (row_sums, from_int, many, counted, descending, inlined, in_range):
        kernel(a, out)
        print(kernel.__name__, width, out[0], out[rows - 1], out.sum())
    print(both(a))
    b = rng.rand(7)
    left_inside(a, b, out)
    print(out[3], out.sum())
    left_inside(a, -b[::-1], out)
    print(out[3], out.sum())
    ints = (a * 1000.0).astype(np.int64)
    row_sums(ints, out)
    whole = np.zeros(rows, dtype=np.int64)
    bits(ints, whole)
    print(out.sum(), whole[0], whole.sum())
    single = a.astype(np.float32)
    row_sums(single, out)
    print(out.sum())
    row_sums(a[:, ::-1], out)
    print(out[5], out.sum())
    hot(a[:2], out, 150)
    print(out[5])

for width in (4095, 4097, 12289):
    a = rng.rand(3, width)
    out = np.zeros(3)
    row_sums(a, out)
    print(width, out[0], out.sum())
    from_int(a, out)
    print(width, out[2], out.sum())

square = rng.rand(20, 20)
out = np.zeros(20)
triangle(square, out)
print(out)
print(three(square[:5, :15]))
for width, k in ((5, 3), (1023, 1), (1025, 1), (3000, 1)):
    deep(rng.rand(3, width), k, out)
    print(width, out[0], out.sum())
