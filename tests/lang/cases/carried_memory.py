# peer: oracle
# exit: 1
# Recurrences through memory: what one iteration stores and the next one loads.
import numpy as np
from numba import njit


@njit
def table(a, b):
    n = len(a)
    m = len(b)
    d = np.zeros((n + 1, m + 1), dtype=np.int64)
    for i in range(n + 1):
        d[i, 0] = i
    for j in range(m + 1):
        d[0, j] = j
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            c = 0 if a[i - 1] == b[j - 1] else 1
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + c)
    return d


@njit
def running(x, y, first, step):
    for i in range(first, len(x), step):
        y[i] = y[i - step] * 3 + x[i]
    return y


@njit
def shared(x, shift):
    # The arrays overlap: what is stored to one is loaded from the other.
    a = x[shift:]
    b = x[: len(x) - shift]
    for i in range(1, len(b)):
        a[i] = a[i - 1] + b[i]
    return x


@njit
def smallest(x):
    at = -1
    s = x[0]
    m = x[0]
    for i in range(len(x)):
        if x[i] < s:
            s = x[i]
            at = i
        if not x[i] <= m:
            m = x[i]
    return at, s, m


@njit
def two_places(x, n):
    for i in range(1, n):
        x[i] = x[i - 1] + 1
        x[i - 1] = x[i] * 2
    return x


@njit
def sides(x):
    for i in range(1, len(x)):
        before = x[i - 1]
        if before > 2:
            x[i] = before - 2
        else:
            x[i] = before + x[i]
    return x


a = np.arange(54) * 5 % 7 % 4
b = np.arange(57) * 11 % 13 % 4
print(table(a, b)[len(a), len(b)], table(a, b).sum(), table(a[:0], b).sum(), table(a, b[:0]).sum())
for dtype in (np.float64, np.float32, np.int64, np.int32, np.uint8):
    for count in (0, 1, 2, 3, 9, 40):
        x = (np.arange(count) * 7 % 11).astype(dtype)
        print(running(x, x.copy(), 1, 1), running(x, x.copy(), 2, 1)[-2:], running(x, x.copy(), 0, 1)[-1:])
        print(running(x, x.copy(), 2, 2)[-3:], two_places(x.copy(), count)[-3:], sides(x.copy())[-3:])
for shift in (0, 1, 2, 5):
    print(shared(np.arange(20.0), shift), shared(np.arange(20), shift))
odd = np.zeros(10)
odd[1] = odd[5] = -0.0
odd[2] = 3.0
odd[3] = odd[8] = np.nan
odd[4] = -1.0
odd[6] = np.inf
odd[7] = -np.inf
odd[9] = 2.0
for k in range(len(odd)):
    print(smallest(odd[k:]), smallest(odd[::-1][k:]), smallest(odd[k:].astype(np.float32)))
    print(smallest((np.arange(30) * (k + 3) % 17 - 5)[k:]))
for _ in range(3):
    running(np.arange(3000.0), np.arange(3000.0), 1, 1)
    table(np.arange(60), np.arange(80) % 7)
    smallest(np.arange(3000.0))
two_places(np.arange(5), 9)
