# peer: oracle
# exit: 1
# What inner loops carry, in lanes: extremes and integers in any order, sums of floats in the loop's order, with its bits.
import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def rows(x, y, counts, out):
    for i in prange(x.shape[0]):
        greatest = x[i, 0]
        least = x[i, 0]
        for j in range(x.shape[1]):
            if x[i, j] > greatest:
                greatest = x[i, j]
            least = min(least, x[i, j])
        total = 0.0
        for j in range(x.shape[1]):
            e = math.sqrt(abs(x[i, j] - greatest)) / (1.0 + x[i, j] * x[i, j]) / 3.0
            y[i, j] = e
            total += e
        for j in range(x.shape[1]):
            y[i, j] /= total
        product = 1.0
        rest = total
        for j in range(x.shape[1]):
            term = math.sqrt(1.0 + abs(x[i, j])) / (2.0 + y[i, j]) / 0.75
            product *= term
            rest -= term
        count = 7
        bits = 0
        low = 2**62
        for j in range(x.shape[1]):
            count += counts[i, j] * j
            bits ^= counts[i, j] << (j & 31)
            low = min(low, counts[i, j])
        out[i, 0] = greatest
        out[i, 1] = least
        out[i, 2] = total
        out[i, 3] = product
        out[i, 4] = rest
        out[i, 5] = count
        out[i, 6] = bits
        out[i, 7] = low


@njit
def running(x, y):
    s = 0.0
    for j in range(x.shape[0]):
        s += math.sqrt(abs(x[j])) / 3.0 / (1.0 + x[j] * x[j])
        y[j] = s
    alternating = 0.0
    for j in range(x.shape[0]):
        alternating = math.sqrt(abs(x[j])) / 3.0 / (1.0 + x[j] * x[j]) - alternating
    last = x[0]
    for j in range(x.shape[0]):
        last = max(x[j], last)
    return s, alternating, last


@njit
def wrapped(n, step):
    total = 2**62
    product = 1
    for j in range(0, n, step):
        total += j * j
        product *= 2 * j + 1
    return total, product


@njit
def checked(x, where):
    s = 0.0
    most = x[0]
    for j in range(where.shape[0]):
        s += math.sqrt(x[where[j]]) / 3.0 / (1.5 + x[where[j]])
    for j in range(where.shape[0]):
        most = max(most, x[where[j]])
    return s, most


def numbers(rows, columns, seed):
    values = np.zeros((rows, columns))
    state = seed
    for i in range(rows):
        for j in range(columns):
            state = (state * 1103515245 + 12345) % 2**31
            values[i, j] = state / 2**28 - 4.0
    return values


for columns in (1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257):
    x = numbers(5, columns, columns)
    y = np.zeros((5, columns))
    counts = np.zeros((5, columns), dtype=np.int64)
    for i in range(5):
        for j in range(columns):
            counts[i, j] = int(x[i, j] * 1e6) ** 2
    out = np.zeros((5, 8))
    rows(x, y, counts, out)
    print(columns, y[4, columns - 1])
    for i in range(5):
        print(out[i, 0], out[i, 1], out[i, 2], out[i, 3], out[i, 4], out[i, 5], out[i, 6], out[i, 7])

# Zeros of both signs: of equal numbers the first one stays. NaN: never taken, and kept where it comes first.
zeros = np.zeros((6, 70))
for j in range(70):
    zeros[0, j] = -0.0
    zeros[1, j] = -0.0 if j % 3 else 0.0
    zeros[2, j] = 0.0 if j % 3 else -0.0
    zeros[3, j] = -1.0 if j < 33 else -0.0 if j < 50 else 0.0
    zeros[4, j] = math.nan if j % 2 else float(j)
    zeros[5, j] = math.nan if j % 2 == 0 else float(j)
out = np.zeros((6, 8))
rows(zeros, np.zeros((6, 70)), np.zeros((6, 70), dtype=np.int64), out)
for i in range(6):
    print(out[i, 0], out[i, 1])

for n in (1, 40, 203):
    y = np.zeros(n)
    print(running(numbers(1, n, 3)[0], y), float(y[n - 1]))
    print(wrapped(n, 1), wrapped(n, 3))
    x = np.abs(numbers(1, n, 9)[0])
    where = np.arange(n)[::-1].copy()
    print(checked(x, where))
    if n > 1:
        where[n - 5] = n
        try_it = where[: n - 5]
        print(checked(x, try_it))
print(checked(x, where))
