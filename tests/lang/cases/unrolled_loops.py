# peer: oracle
# exit: 1
# Short scalar loops do four iterations a turn: every number of iterations left over, bounds at the ends of the integers,
# and an exception in each place of a turn, with what the iterations before it have done.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def counts(data, parts):
    rows = np.zeros((parts, 256), np.int64)
    n = len(data)
    for t in prange(parts):
        for i in range(t * n // parts, (t + 1) * n // parts):
            rows[t, data[i]] += 1
    return rows


@njit(parallel=True)
def multiply(starts, columns, values, x, y):
    for row in prange(len(starts) - 1):
        total = 0.0
        for k in range(starts[row], starts[row + 1]):
            total += values[k] * x[columns[k]]
        y[row] = total
    return y


@njit
def scatter(where, out, lo, hi):
    last = -1
    for i in range(lo, hi):
        out[where[i]] += i
        last = i
    return last


@njit
def fill(where, out):
    for i in range(len(where)):
        out[where[i] & 7] = i
    return out


@njit
def at_the_ends(lo, hi, times):
    turns = 0
    hash = 0
    for t in range(times):
        for i in range(lo, hi):
            turns += 1
            hash = (hash * 31) ^ i
    return turns, hash


@njit(parallel=True)
def triangle(a):
    s = np.zeros(len(a))
    for i in prange(len(a)):
        for j in range(i):
            s[i] += a[i, j] * a[j, i]
    return s


@njit
def doubled(a, n, m):
    for i in range(n):
        for j in range(m):
            a[j + 1] = a[j] * 2 + i
    return a


data = (np.arange(3000) * np.arange(3000) % 251).astype(np.uint8)
for n in (0, 1, 3, 4, 5, 7, 8, 9, 100, 2999, 3000):
    table = counts(data[:n], 3)
    print(n, table.sum(), (table * np.arange(256)).sum(), table[2, :5])
print(counts(data[::-3], 5).sum(), counts(data[:9], 40).max())

lengths = np.arange(60) % 13
starts = np.zeros(61, np.int32)
for i in range(60):
    starts[i + 1] = starts[i] + lengths[i]
many = int(starts[60])
columns = (np.arange(many) * 17 % 50 - 25).astype(np.int32)
values = np.arange(many) / 7 - 3
x = 1 / (np.arange(50) + 1.0)
for _ in range(3):
    print(multiply(starts, columns, values, x, np.zeros(60)))

out = np.zeros(40, np.int64)
where = np.arange(100) * 7 % 40
for lo, hi in ((0, 0), (0, 1), (0, 3), (0, 4), (3, 10), (10, 3), (-4, 5), (92, 100), (0, 100)):
    print(scatter(where, out, lo, hi), out.sum(), out[::9])
print(fill(where, np.zeros(8, np.int64)), fill(where[:7], np.zeros(8, np.int32)))

most = 9223372036854775807
for lo, hi in ((most - 9, most), (most - 4, most), (most, -most - 1), (-most - 1, -most + 8), (most, most), (5, -most)):
    for times in (1, 40):
        print(at_the_ends(lo, hi, times))
a = np.arange(400.0).reshape(20, 20) % 7
print(triangle(a), triangle(a[:3, :3]), doubled(np.arange(12), 30, 11), doubled(np.arange(12.0), 2, 3))

for place in range(60, 70):
    wrong = columns.copy()
    wrong[place] = place - 110 + place % 3
    print(multiply(starts, wrong, values, x, np.zeros(60))[8:12])
for place in range(9):
    out[:] = 0
    print(scatter(where, out, 60, 80 + place), out.sum())
columns[many - 2] = -51
multiply(starts, columns, values, x, np.zeros(60))
