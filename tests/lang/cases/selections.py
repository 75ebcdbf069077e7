# peer: oracle
# numba: conditional reductions are silently wrong or refused there
# `if x > s: s = x; where = i`: the values of the plain loop, bit for bit, whatever the grid.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def largest(a, s):
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
    return s


@njit(parallel=True)
def at_least(a, s):
    for i in prange(len(a)):
        if s <= a[i]:
            s = a[i]
    return s


@njit(parallel=True)
def lowest_first(a, s):
    where = -1
    for i in prange(len(a)):
        if a[i] < s:
            s = a[i]
            where = i
    return s, where


@njit(parallel=True)
def lowest_last(a, s, step):
    where = -1
    square = 0.5
    for i in prange(len(a) - 1 if step < 0 else 0, -1 if step < 0 else len(a), step):
        if s >= a[i] * 2.0:
            where, square = i, a[i] * a[i]
            s = a[i] * 2.0
    return s, where, square


@njit(parallel=True)
def closest(a, b, target):
    best = np.inf
    first = -1
    second = -1
    for i in prange(len(a)):
        for j in range(len(b)):
            d = abs(a[i] + b[j] - target)
            if d < best:
                best = d
                first = i
                second = j
    return best, first, second


@njit(parallel=True)
def guarded(a, keep):
    best = -1
    total = 0.0
    at = -1
    for i in prange(len(a)):
        total += a[i] * 0.1
        if keep[i] and abs(a[i]) > best:
            best = abs(a[i])
            at = i
    return best, at, total


@njit(parallel=True)
def both(a):
    low = high = a[0]
    lowest = highest = 0
    for i in prange(1, len(a)):
        if a[i] < low:
            low, lowest = a[i], i
        if a[i] > high:
            high, highest = a[i], i
    return low, lowest, high, highest


@njit(parallel=True)
def nested(a):
    best = -1.0
    row = column = -1
    for i in prange(a.shape[0]):
        for j in prange(a.shape[1]):
            if a[i, j] > best:
                best = a[i, j]
                row = i
                column = j
    return best, row, column


@njit(parallel=True)
def by_rows(a, out, at):
    for i in prange(a.shape[0]):
        best = a[i, 0]
        where = 0
        for j in prange(1, a.shape[1]):
            if a[i, j] >= best:
                best = a[i, j]
                where = j
        out[i] = best
        at[i] = where


@njit(parallel=True)
def unbound_before(a):
    best = -1.0
    for i in prange(len(a)):
        if a[i] > best:
            best = a[i]
            pair = (i, a[i])
    return best, pair


def zeros_of_both_signs(n):
    a = np.full(n, -3.0)
    a[n // 3] = 0.0
    a[n // 2] = -0.0
    a[n - 1] = 0.0
    a[2] = -0.0
    return a


for n in (0, 1, 2, 31, 33, 64, 4095, 4097, 9001):
    x = (np.arange(n) * 7919 % 1013) * 0.5 - 200.0
    k = np.arange(n) * 31 % 97 - 40
    print(n, largest(x, 0), largest(x, 0.0), largest(x, 1e9), largest(k, 3), largest(k, 3.5), largest(k.astype(np.int32), 3))
    print(at_least(x, 0), at_least(k, 56), at_least(x.astype(np.float32), 0), at_least(x.astype(np.float32), 0.1))
    print(lowest_first(x, 0), lowest_first(k, 100), lowest_first(x, np.inf), lowest_first(-x, np.nan))
    print(lowest_last(x, 0.0, 1), lowest_last(x, 0, -1), lowest_last(x, 5, 3), lowest_last(x, 5.0, -2))
    print(guarded(x, k > 0), guarded(k, x > 0.0))
    if n > 2:
        z = zeros_of_both_signs(n)
        print(largest(z, -5.0), at_least(z, -5.0), lowest_first(-z, 2.0), lowest_last(-z, 2.0, 1), both(x), both(z))
        z[n // 4] = np.nan
        print(largest(z, -5.0), at_least(z, -5), both(z), unbound_before(x))
print(closest(np.arange(300) * 0.37, np.arange(40) * 1.91, 77.7))
grid = (np.arange(6000) * 7907 % 3001).reshape(60, 100) * 0.25
print(nested(grid), nested(-grid), nested(grid[:1]), nested(grid[:, :1]))
best, where = np.zeros(60), np.zeros(60, np.int64)
by_rows(grid, best, where)
print(best.sum(), where.sum(), best[:5], where[:5])
