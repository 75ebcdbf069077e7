# peer: oracle
# numba: variables have one type there
# A variable that is int on one path and float on the other, through every operation, into sums, stores and results.
import numpy as np
from numba import njit, prange


@njit
def operations(a, limit):
    v = 2.5
    if a > limit:
        v = -7
    return v + 1, v * 2, -v, abs(v), max(v, 3), min(v, 1), v / 2, v // 2, v % 3, v**2, v < 0, not v, v == -7


@njit(parallel=True)
def sum_abs(a):
    s = 0
    for i in prange(len(a)):
        v = 0.5
        if a[i] > 0:
            v = -3
        s += abs(v * 2)
    return s


@njit(parallel=True)
def sum_negated(a):
    s = 0
    t = 0
    for i in prange(len(a)):
        v = a[i]
        if v > 0:
            v = 3
        s += -v
        t -= v + 1
    return s, t


@njit(parallel=True)
def largest(a):
    s = -100
    for i in prange(len(a)):
        v = a[i]
        if v > 0.25:
            v = i
        s = max(s, v)
    return s


@njit
def serial(a):
    s = 0
    for i in range(len(a)):
        v = 0.5
        if a[i] > 0:
            v = 3
        w = abs(v) if i % 2 else -v
        s += w * v
    return s


@njit(parallel=True)
def stored(a, floats, ints):
    for i in prange(len(a)):
        v = a[i]
        if v > 0.25:
            v = i
        elif v < -0.25:
            v = v > -0.5
        floats[i] = v * 3
        ints[i] = v


@njit(parallel=True)
def used_as_index(a, out):
    for i in prange(len(a)):
        k = 0
        if a[i] > 0:
            k = i
        else:
            k = -a[i]
        if a[i] > 0:
            out[k] += 1.0
        else:
            out[i] -= k


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


print(operations(1, 0), operations(1, 2))
for n in (1, 2, 40, 300):
    ones = np.ones(n)
    mixed = np.random.RandomState(n).rand(n) - 0.5
    print(n, sum_abs(ones), sum_abs(-ones), sum_abs(mixed), sum_negated(ones), sum_negated(-ones), sum_negated(mixed))
    print(n, largest(ones), largest(-ones), largest(mixed), serial(ones), serial(-ones), serial(mixed))
    floats = np.zeros(n)
    ints = np.zeros(n, np.int64)
    stored(mixed, floats, ints)
    print(n, check(floats), check(ints), end=" ")
    used_as_index(mixed, floats)
    print(check(floats))
