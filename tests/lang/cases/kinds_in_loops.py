# peer: oracle
# numba: variables have one type there
# Variables whose kind changes: int to float in a loop, on one side of an if, after zero trips.
import numpy as np
from numba import njit, prange


@njit
def becomes_float(n):
    s = 0
    for i in range(n):
        s += i * 0.5
    return s


@njit
def late_float(n):
    s = 0
    for i in range(n):
        if i == 40:
            s = s + 0.25
        else:
            s = s + 1
    return s


@njit(parallel=True)
def one_side(a, out):
    for i in prange(len(a)):
        y = 0
        if a[i] > 0.5:
            y = a[i]
        out[i] = y * 2 + 1


@njit(parallel=True)
def both_sides(a, out):
    for i in prange(len(a)):
        if a[i] > 0.5:
            y = 7
        elif a[i] > 0.25:
            y = a[i] > 0.3
        else:
            y = 0.125
        out[i] = y / 2


@njit
def halves(n):
    k = 0
    while n > 1:
        n = n / 2
        k += 1
    return n, k


@njit
def choose(flag, a, b):
    return a if flag else b


@njit
def last(a):
    r = None
    for i in range(len(a)):
        r = a[i]
    return r


@njit
def counted_kind(a):
    n = 0
    for i in range(len(a)):
        n = n + (a[i] > 0.5)
    return n


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


for n in (0, 1, 2, 39, 40, 41, 42, 500):
    print(n, becomes_float(n), late_float(n), halves(n))
a = np.random.RandomState(23).rand(333)
out = np.zeros(333)
one_side(a, out)
print(check(out))
both_sides(a, out)
print(check(out))
print(choose(True, 1, 2.5), choose(False, 1, 2.5), choose(1, True, 3), choose(0.0, "x", "y"))
print(last(a[:5]), last(np.arange(4)), last(a[:0]), counted_kind(a), counted_kind(a[:0]))
