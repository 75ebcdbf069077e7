# peer: oracle
# Arrays that an iteration makes for itself: nothing of one iteration is seen in another, on any thread.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def small(a, out):
    for i in prange(len(a)):
        t = np.zeros(3)
        t[0] += a[i]
        t[1] += t[0] * 2.0
        t[-1] += t[1] - 1.0
        out[i] = t[0] + t[1] * t[2]


@njit(parallel=True)
def moving(a, k, out):
    for i in prange(a.shape[0]):
        row = np.zeros(k)
        for j in range(a.shape[1]):
            row[j % k] += a[i, j]
        s = 0.0
        for j in range(k):
            s = s * 0.5 + row[j]
        out[i] = s


@njit(parallel=True)
def like_rows(a, out):
    m = a.shape[1]
    for i in prange(a.shape[0]):
        before = np.ones(m, dtype=np.float64)
        counts = np.zeros((2, m), dtype=np.int64)
        after = np.empty(m)
        for t in range(3):
            for j in range(m):
                after[j] = before[j] * 0.5 + a[i, j]
                counts[t % 2, j] += j
            for j in range(m):
                before[j] = after[j]
        out[i] = before[0] + before[m - 1] + counts[0, m - 1] * 10 + counts[1, 0] + len(after) + counts.shape[1]


@njit
def insert(best, x):
    k = len(best) - 1
    if x >= best[k]:
        return 0
    while k > 0 and best[k - 1] > x:
        best[k] = best[k - 1]
        k -= 1
    best[k] = x
    return 1


@njit(parallel=True)
def nearest(points, k, out):
    for i in prange(len(points)):
        best = np.ones(k)
        n = 0
        for j in range(len(points)):
            if i != j:
                n += insert(best, abs(points[i] - points[j]))
        s = 0.0
        for j in range(k):
            s += best[j]
        out[i] = s + n


@njit
def sorted_copy(row):
    copy = np.empty(5)
    for j in range(5):
        x = row[j]
        k = j
        while k > 0 and copy[k - 1] > x:
            copy[k] = copy[k - 1]
            k -= 1
        copy[k] = x
    return copy


@njit(parallel=True)
def medians(a, out):
    for i in prange(a.shape[0]):
        low = sorted_copy(a[i])
        high = sorted_copy(a[i, ::-1][-5:])
        low[0] += 1.0
        out[i] = low[2] * 1000.0 + high[2] + low[0]


@njit(parallel=True)
def left_in_the_middle(a, out):
    for i in prange(len(a)):
        t = np.zeros(4)
        part = t[1:]
        t[1] = a[i]
        if a[i] > 0.9:
            part = t[2:]
        # The subscript is a float's int, which leaves for large ones.
        t[int(a[i] * 3.99)] += 2.0
        out[i] = part[0] + t[1] * 10.0 + t[3]


@njit
def in_range(a, k, out):
    for i in range(len(out)):
        t = np.zeros(k)
        for j in range(k):
            t[j] = a[i] + j
        for j in range(k):
            out[i] += t[k - 1 - j] * j


@njit(parallel=True)
def kept_from_before(a, out):
    for i in prange(len(a)):
        old = np.zeros(2)
        s = 0.0
        for j in range(4):
            new = np.zeros(2)
            new[0] = a[i] + j
            s += old[0] * 10.0 + new[0]
            old = new
        out[i] = s


@njit(parallel=True)
def inside_inner_prange(a, where, out):
    for i in prange(a.shape[0]):
        for j in prange(a.shape[1]):
            t = np.zeros(4)
            t[where[j]] = a[i, j]
            t[j % 2] += 1.0
            out[i, j] = t[where[j]] + t[0] * 2.0 + t[3]


@njit(parallel=True)
def inside_inner_range(a, k, out):
    for i in prange(a.shape[0]):
        s = 0.0
        for j in range(a.shape[1]):
            t = np.ones(k)
            for l in range(k):
                t[l] += a[i, j] * l
            s += t[k - 1] - t[0]
        out[i] = s


rng = np.random.RandomState(3)
a = rng.rand(300)
out = np.zeros(300)
small(a, out)
print(out.sum(), out[:3])
left_in_the_middle(a, out)
print(out.sum(), out[:6])
kept_from_before(a, out)
print(out.sum(), out[:3])
m = rng.rand(60, 7)
out = np.zeros(60)
for k in (1, 2, 7, 100):
    moving(m, k, out)
    print(out.sum(), out[5])
like_rows(m, out)
print(out.sum(), out[5])
medians(m, out)
print(out.sum(), out[5])
wide = rng.rand(30, 50)
result = np.zeros((30, 50))
inside_inner_prange(wide, np.arange(50) * 7 % 4, result)
print(result.sum(), result[3, :6])
inside_inner_range(wide, 3, out[:30])
inside_inner_range(wide, 40, out[30:])
print(out.sum(), out[5], out[35])
for k in (1, 5, 9):
    nearest(m[:, 0], k, out)
    print(out.sum(), out[5])
for k in (3, 20):
    out = np.zeros(500)
    in_range(np.arange(500.0), k, out)
    print(out.sum(), out[499])
in_range(np.arange(500.0), 0, out)
print(out.sum())
