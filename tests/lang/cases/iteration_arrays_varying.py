# peer: oracle
# exit: 1
# numba: checks no subscripts
# Arrays that an iteration makes, of lengths that it finds out: in range of their own length, not of the memory behind it.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def distances(words, lengths, out):
    for i in prange(len(lengths)):
        for k in range(len(lengths)):
            a, b = lengths[i], lengths[k]
            before = np.arange(b + 1)
            now = np.zeros(b + 1, np.int64)
            for p in range(a):
                now[0] = p + 1
                for q in range(b):
                    cost = 0 if words[i, p] == words[k, q] else 1
                    now[q + 1] = min(now[q] + 1, before[q + 1] + 1, before[q] + cost)
                for q in range(b + 1):
                    before[q] = now[q]
            out[i, k] = before[b] + 100 * len(now)


@njit(parallel=True)
def rows(starts, values, out):
    for i in prange(len(starts) - 1):
        n = starts[i + 1] - starts[i]
        row = np.full(n, 0.5)
        other = np.ones(n // 2, np.float32)
        like = np.zeros_like(values[starts[i]:starts[i + 1]])
        for k in range(n):
            row[k] += values[starts[i] + k]
            like[n - 1 - k] = row[k]
        s = row.sum() + like.max() if n > 0 else -1.0
        for k in range(len(other)):
            s += other[-1 - k] * k
        out[i] = s + row.shape[0]


@njit(parallel=True)
def at(lengths, places, out):
    for i in prange(len(lengths)):
        a = np.zeros(lengths[i])
        a[places[i]] = i
        out[i] = a[places[i]] + a.sum()


words = (np.arange(240).reshape(20, 12) * 7919 % 31) % 5
lengths = np.arange(20) * 5 % 13
out = np.zeros((20, 20), np.int64)
for r in range(3):
    distances(words, lengths, out)
print(out[0], out[7], out[19])

for most in (3, 40, 1500, 5000):
    sizes = np.arange(60) * 37 % most
    starts = np.zeros(61, np.int64)
    for i in range(60):
        starts[i + 1] = starts[i] + sizes[i]
    result = np.zeros(60)
    for r in range(2):
        rows(starts, np.arange(starts[60]) * 0.25, result)
    print(result[0], result[1], result[37], result[59])

lengths = np.arange(200) + 1
result = np.zeros(200)
for r in range(3):
    at(lengths, lengths - 1, result)
print(result[0], result[199])
at(lengths, -lengths, result)
print(result[5], result[199])
lengths[150] = 3000
at(lengths, lengths - 1, result)
print(result[149], result[150])
places = lengths - 1
places[120] = lengths[120]
at(lengths, places, result)
