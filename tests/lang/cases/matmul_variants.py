# peer: cpython
# numba: kij races there
# The matrix product in every loop order, transposed, blocked, by rows, with accumulators, and matrix-vector products.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def ijk_accumulator(a, b, c):
    for i in prange(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            c[i, j] = s


@njit(parallel=True)
def ikj(a, b, c):
    for i in prange(a.shape[0]):
        for k in range(a.shape[1]):
            x = a[i, k]
            for j in range(b.shape[1]):
                c[i, j] += x * b[k, j]


@njit(parallel=True)
def jki(a, b, c):
    for j in prange(b.shape[1]):
        for k in range(a.shape[1]):
            for i in range(a.shape[0]):
                c[i, j] += a[i, k] * b[k, j]


@njit(parallel=True)
def kij(a, b, c):
    for k in prange(a.shape[1]):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                c[i, j] += a[i, k] * b[k, j]


@njit(parallel=True)
def transposed(a, bt, c):
    for i in prange(a.shape[0]):
        for j in prange(bt.shape[0]):
            s = 0.0
            for k in range(a.shape[1]):
                s += a[i, k] * bt[j, k]
            c[i, j] = s


@njit(parallel=True)
def blocked(a, b, c, size):
    n, m = a.shape
    p = b.shape[1]
    for ib in prange((n + size - 1) // size):
        for kb in range((m + size - 1) // size):
            for i in range(ib * size, min(n, ib * size + size)):
                for k in range(kb * size, min(m, kb * size + size)):
                    for j in range(p):
                        c[i, j] += a[i, k] * b[k, j]


@njit
def by_rows(a, b, c):
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i] += a[i, k] * b[k]


@njit(parallel=True)
def matvec(a, x, y):
    for i in prange(a.shape[0]):
        s = 0.0
        for k in range(a.shape[1]):
            s += a[i, k] * x[k]
        y[i] = s


@njit(parallel=True)
def outer(x, y, c):
    for i in prange(len(x)):
        for j in prange(len(y)):
            c[i, j] = x[i] * y[j]


@njit
def product(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return c


@njit
def power(a, n):
    c = a.copy()
    for t in range(n):
        c = product(c, a)
    return c


def show(c):
    s = 0.0
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            s = s * 0.9375 + c[i, j]
    print(s, end=" ")


r = np.random.RandomState(30)
for n, m, p in ((1, 1, 1), (2, 3, 4), (8, 8, 8), (9, 5, 17), (16, 12, 24)):
    a = r.rand(n, m) - 0.5
    b = r.rand(m, p) - 0.5
    print(n, m, p, end=" ")
    c = np.zeros((n, p))
    ijk_accumulator(a, b, c)
    show(c)
    transposed(a, b.T, c)
    show(c)
    for size in (1, 4, 100):
        c[:] = 0.0
        blocked(a, b, c, size)
        show(c)
    c[:] = 0.0
    ikj(a, b, c)
    show(c)
    c[:] = 0.0
    jki(a, b, c)
    show(c)
    c[:] = 0.0
    kij(a, b, c)
    show(c)
    c[:] = 0.0
    by_rows(a, b, c)
    show(c)
    outer(a[:, 0], b[0], c)
    show(c)
    y = np.zeros(n)
    matvec(a, b[:, p - 1], y)
    show(product(a, b))
    show(power(product(a, a.T), 3))
    print(y.sum())
a = (r.rand(9, 11) * 100).astype(np.int64)
print(product(a, a.T)[3, 4], product(a.astype(np.float32), a.T)[5, 2])
