# peer: cpython
# prange over a few parts with the work split by hand, large serial bodies, arrays for each iteration.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def chunked_sum(a, parts):
    n = len(a)
    partial = np.zeros(parts)
    for t in prange(parts):
        low = t * n // parts
        high = (t + 1) * n // parts
        s = 0.0
        for i in range(low, high):
            s += a[i]
        partial[t] = s
    total = 0.0
    for t in range(parts):
        total += partial[t]
    return total


@njit(parallel=True)
def medians(m, out):
    for i in prange(m.shape[0]):
        row = m[i].copy()
        n = len(row)
        for j in range(1, n):
            x = row[j]
            k = j
            while k > 0 and row[k - 1] > x:
                row[k] = row[k - 1]
                k -= 1
            row[k] = x
        if n % 2 == 1:
            out[i] = row[n // 2]
        else:
            out[i] = 0.5 * (row[n // 2 - 1] + row[n // 2])


@njit(parallel=True)
def nearest(points, queries, index, distance):
    for q in prange(queries.shape[0]):
        best = 1e300
        where = -1
        for p in range(points.shape[0]):
            d = 0.0
            for k in range(points.shape[1]):
                t = points[p, k] - queries[q, k]
                d += t * t
                if d >= best:
                    break
            else:
                best = d
                where = p
        index[q] = where
        distance[q] = best


@njit(parallel=True)
def simulate(seeds, out):
    for i in prange(len(seeds)):
        s = seeds[i]
        position = 0
        highest = 0
        for step in range(60):
            s = (s * 1103515245 + 12345) % 2147483648
            if s > 1073741824:
                position += 1
            else:
                position -= 1
            if position > highest:
                highest = position
            if position < -8:
                break
        out[i, 0] = position
        out[i, 1] = highest
        out[i, 2] = step


@njit(parallel=True)
def distances(x, d):
    n = x.shape[0]
    for i in prange(n):
        for j in prange(n):
            s = 0.0
            for k in range(x.shape[1]):
                t = x[i, k] - x[j, k]
                s += t * t
            d[i, j] = np.sqrt(s)


r = np.random.RandomState(36)
a = r.rand(1000)
for parts in (1, 2, 3, 7, 64):
    print(parts, chunked_sum(a, parts))
m = r.rand(25, 10)
out = np.zeros(25)
medians(m, out)
print(out.sum(), out[0], out[24])
medians(m[:, :9], out)
print(out.sum(), out[0], out[24])
index = np.zeros(30, np.int64)
distance = np.zeros(30)
nearest(r.rand(40, 3), r.rand(30, 3), index, distance)
print(index.sum(), distance.sum(), index[3], distance[3])
walk = np.zeros((40, 3), np.int64)
simulate(np.arange(40) * 7919 + 1, walk)
print(walk.sum(), walk[0], walk[39], walk[:, 1].max())
d = np.zeros((25, 25))
distances(m, d)
print(d.sum(), d[3, 4], d[24, 0], d[5, 5])
