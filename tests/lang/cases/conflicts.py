# peer: cpython
# numba: races there
# Loops whose iterations depend on each other through arrays: a proven conflict runs in order, with Python's result.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def shift_right(a):
    for i in prange(1, len(a)):
        a[i] = a[i - 1] + 1


@njit(parallel=True)
def shift_left(a):
    for i in prange(len(a) - 1):
        a[i] = a[i + 1] * 0.5 + a[i]


@njit(parallel=True)
def prefix(a):
    for i in prange(1, len(a)):
        a[i] += a[i - 1]


@njit(parallel=True)
def distance_four(a):
    for i in prange(4, len(a)):
        a[i] = a[i - 4] * 0.5 + a[i]


@njit(parallel=True)
def between(x, y):
    for i in prange(len(x)):
        y[i] = x[i] * 2.0 + 1.0


@njit(parallel=True)
def one_element(m, a, b):
    for k in prange(a.shape[1]):
        m[0, 1] += a[0, k] * b[k, 1]


@njit(parallel=True)
def one_cell(a, cell):
    for i in prange(len(a)):
        cell[0] = cell[0] * 0.5 + a[i]


@njit(parallel=True)
def rows(m):
    for i in prange(1, m.shape[0]):
        for j in range(m.shape[1]):
            m[i, j] += m[i - 1, j]


@njit(parallel=True)
def columns(m):
    for i in prange(m.shape[0]):
        for j in range(1, m.shape[1]):
            m[i, j] += m[i, j - 1]


@njit(parallel=True)
def reverse_in_place(a):
    n = len(a)
    for i in prange(n):
        a[i] = a[n - 1 - i]


@njit(parallel=True)
def every_other(a):
    for i in prange(len(a) // 2):
        a[2 * i] = a[2 * i + 1] + 1.0


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


rng = np.random.RandomState(17)
for n in (1, 2, 5, 16, 33, 200, 1000):
    a = rng.rand(n)
    shift_right(a)
    print(n, check(a), end=" ")
    a = rng.rand(n)
    shift_left(a)
    print(check(a), end=" ")
    prefix(a)
    print(check(a), end=" ")
    distance_four(a)
    print(check(a), end=" ")
    reverse_in_place(a)
    every_other(a)
    print(check(a))
    cell = np.zeros(1)
    one_cell(a, cell)
    print(n, cell[0])
    b = rng.rand(n + 9)
    between(b[:n], b[1 : n + 1])
    print(n, check(b), end=" ")
    between(b[1 : n + 1], b[:n])
    print(check(b), end=" ")
    between(b[:n], b[8 : n + 8])
    print(check(b), end=" ")
    between(b[:n], b[:n])
    print(check(b), end=" ")
    between(b[:n], b[:n][::-1])
    print(check(b))
m = rng.rand(20, 30)
one_element(m, rng.rand(3, 50), rng.rand(50, 3))
rows(m)
print(check(m[19]))
columns(m)
print(check(m[19]), check(m[:, 29]))
rows(m.T)
print(check(m[19]), m[0, 1])
