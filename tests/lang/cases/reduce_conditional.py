# peer: oracle
# Contributions under conditions: some lanes, some blocks or all of them stay empty.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def above(a, limit):
    s = 0.0
    n = 0
    for i in prange(len(a)):
        if a[i] > limit:
            s += a[i]
            n += 1
    return s, n


@njit(parallel=True)
def sides(a):
    low = 0.0
    high = 0.0
    for i in prange(len(a)):
        if a[i] < 0.25:
            low += a[i]
        elif a[i] > 0.75:
            high -= a[i]
    return low, high


@njit(parallel=True)
def several_contributions(a):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
        if i % 3 == 0:
            s += 1e-9
        if a[i] < 0.5:
            continue
        s += a[i] * 1e9
    return s


@njit(parallel=True)
def inner_loop(a):
    s = 0.0
    for i in prange(len(a)):
        for k in range(i % 5):
            if (i + k) % 2 == 0:
                s += a[i] * k
    return s


@njit(parallel=True)
def only_one(a, index):
    s = 5
    for i in prange(len(a)):
        if i == index:
            s += a[i]
    return s


@njit(parallel=True)
def picked(a, sign):
    s = 1.0
    for i in prange(len(a)):
        s *= a[i] if sign > 0 else -a[i]
    return s


rng = np.random.RandomState(3)
for n in (0, 1, 10, 40, 100, 5000, 9000):
    a = rng.rand(n)
    print(n, above(a, 0.5), above(a, 2.0), above(a, -1.0), sides(a), several_contributions(a))
    print(n, inner_loop(a), only_one(a, 0), only_one(a, 37), only_one(a, 4500), only_one(a, 99999))
    print(n, picked(a[:50] + 0.5, 1), picked(a[:50] + 0.5, -1))
