# peer: oracle
# exit: 1
# numba: checks no subscripts
# Inner loops in which one iteration writes what all others read: they run in pieces around it.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def shortest(d):
    n = d.shape[0]
    for k in range(n):
        for i in prange(n):
            for j in range(n):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])


@njit
def shortest_if(d):
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                t = d[i, k] + d[k, j]
                if t < d[i, j]:
                    d[i, j] = t


@njit
def around(a, b, at, low, high):
    for r in range(3):
        for j in range(low, high):
            a[j + 2] = a[j + 2] * 0.5 + a[at] + b[j]


@njit
def summed(a, at, n):
    s = 0
    last = -1
    for r in range(4):
        for j in range(n):
            a[j] += a[at] + r
            s += a[j]
            last = j
    return s, last


@njit
def until(a, at, n, most):
    for j in range(n):
        if a[at] > most:
            break
        a[j] += a[at]
    return j


# A loop of its own stays whole, since an iteration that leaves outside of a loop has no number. It looks short first.
@njit
def whole(a, at, read, written, rare):
    for j in range(a.shape[0]):
        if j == rare:
            print("rare", j)
        a[j, written] = a[at, read] + a[j, written]


for n in (1, 2, 7, 40, 70):
    d = ((np.arange(n * n) * 7919) % 1009).astype(np.float64).reshape(n, n)
    e = d - 3.0
    for i in range(n):
        d[i, i] = 0.0
    shortest(d)
    shortest_if(e)
    print(n, d.sum(), d[n - 1, 0], e.sum(), e[n // 2, n - 1])

for at in (-1, 0, 1, 2, 3, 17, 40, 59, 60, 61, 63):
    for low, high in ((0, 60), (5, 60), (20, 20), (58, 60)):
        a = np.arange(64) * 0.25
        around(a, np.arange(64) * 0.5, at, low, high)
        print(at, low, high, a.sum(), a[2], a[at], a[63])
    b = np.arange(64) % 5
    print(summed(b, at, 60), b.sum(), b[at])
    c = np.arange(64) % 3 + 1
    print(until(c, at, 60, 1000), c.sum())

for n, times in ((5, 40), (60, 2)):
    for at in (1, 3, 4, n - 1):
        a = (np.arange(2 * n) * 0.5).reshape(n, 2)
        for r in range(times):
            whole(a, at, 1, 0, at if n == 60 else -1)
        print(n, at, a.sum(), a[0, 0], a[n - 1, 0])

a = np.ones(64)
around(a, np.ones(64), 9223372036854775807, 0, 0)
around(a, np.ones(64), 30, 0, 70)
