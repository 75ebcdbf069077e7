# peer: oracle
# What all of a branch's compares must say, with values that are not ordered: three and more become a branch each, two
# do not, and a compare that is read elsewhere too, or twice, keeps its answer.
import numpy as np
from numba import njit, prange


@njit
def three(x, y, k, low):
    count = 0
    total = 0.0
    for i in range(x.size):
        if (x[i] >= low) & (y[i] < 2.0) & (k[i] != 3):
            count += 1
            total = total * 0.5 + x[i]
        else:
            total -= y[i]
    return count, total


@njit
def equal_ones(x, y, k):
    total = 0.0
    for i in range(x.size):
        if (x[i] == y[i]) & (k[i] > 0) & (x[i] != 1.0) & (k[i] > 0):
            total = total * 0.5 + 1.0
    return total


@njit
def two(x, y):
    total = 0.0
    for i in range(x.size):
        if (x[i] == x[i]) & (y[i] <= 0.5):
            total = total * 0.5 + x[i]
    return total


@njit
def read_again(x, y, k):
    total = 0.0
    flags = 0
    for i in range(x.size):
        small = x[i] < 0.5
        if small & (y[i] > -1.0) & (k[i] < 4):
            total = total * 0.5 + y[i]
        if small:
            flags += 1
    return total, flags


@njit
def leaves(x, y, k):
    for i in range(x.size):
        if (x[i] > 1.0) & (y[i] == y[i]) & (k[i] == 4):
            return i
    return -1


@njit(parallel=True)
def rows(starts, x):
    out = np.zeros(starts.size - 1)
    for row in prange(out.size):
        s = 0.0
        for j in range(starts[row], starts[row + 1]):
            s += x[j]
        out[row] = s
    return out


n = 403
x = np.arange(n) % 7 * 0.5 - 1.0
y = np.arange(n) % 11 * 0.5 - 2.0
k = np.arange(n) % 5
x[5] = x[77] = np.nan
y[6] = y[78] = np.nan
x[8] = np.inf
y[9] = -0.0
for lowest in (-1.0, 0.0, np.nan):
    print(three(x, y, k, lowest))
print(equal_ones(x, y, k), two(x, y), read_again(x, y, k), leaves(x, y, k), leaves(x[:3], y[:3], k[:3]))
starts = np.arange(41) * 10
print(rows(starts, y[:400]).sum())
starts[40] = 401
try_rows = rows(starts, y[:401])
print(try_rows[39])
starts[3] = 5 # a row that ends before it begins
print(rows(starts, y[:401])[:5])
