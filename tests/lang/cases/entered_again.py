# peer: oracle
# Parallel loops that are entered again and again: with the same numbers, with two arrays that change places, and with
# one number that decides whether the iterations depend on each other, or leave the arrays.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def relaxed(a, b, steps):
    for step in range(steps):
        for i in prange(1, len(a) - 1):
            b[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1]
        a, b = b, a
    return a


@njit(parallel=True)
def shifted(a, shift, factor):
    for i in prange(len(a) - shift):
        a[i + shift] = a[i] * factor + i


@njit(parallel=True)
def counted(a, n):
    s = 0.0
    for i in prange(n):
        s += a[i] * i
    return s


@njit(parallel=True)
def added(a, b):
    for i in prange(len(a)):
        b[i] = a[i] + b[i] * 0.5


print(relaxed(np.arange(50) * 1.0, np.zeros(50), 60).sum())
a = np.arange(200) * 0.5
for turn in range(4):
    for shift in (0, 1, 0, 7, 150, 1, 0, 150, 3, 100):
        shifted(a, shift, 0.5 + turn)
        print(shift, a.sum(), a[-1])
for turn in range(3):
    for n in (10, 100, 10, 200, 0, 100):
        print(n, counted(a, n))
b = np.arange(400) * 0.25
for turn in range(5):
    for start in (0, 1, 8, 0, 200):
        added(b[start:start + 150], b[:150])
        added(b[:300:2], b[start:start + 150])
        added(b[start:start + 150][::-1], b[:150])
        print(start, b.sum())
