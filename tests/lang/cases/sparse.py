# peer: cpython
# Sparse matrix times vector (CSR, COO), gathers and scatters through index arrays.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def csr(start, column, value, x, y):
    for i in prange(len(y)):
        s = 0.0
        for k in range(start[i], start[i + 1]):
            s += value[k] * x[column[k]]
        y[i] = s


@njit
def coo(row, column, value, x, y):
    for k in range(len(value)):
        y[row[k]] += value[k] * x[column[k]]


@njit(parallel=True)
def gather(x, index, out):
    for i in prange(len(index)):
        out[i] = x[index[i]]


@njit(parallel=True)
def scatter(x, index, out):
    for i in prange(len(index)):
        out[index[i]] = x[i]


@njit(parallel=True)
def two_levels(x, a, b, out):
    for i in prange(len(out)):
        out[i] = x[a[b[i]]] - x[b[a[i]]]


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


r = np.random.RandomState(29)
for n in (1, 2, 10, 60):
    start = np.zeros(n + 1, np.int64)
    for i in range(n):
        start[i + 1] = start[i] + i % 7
    nnz = int(start[n])
    column = (r.rand(nnz) * n).astype(np.int64)
    value = r.rand(nnz)
    x = r.rand(n)
    y = np.zeros(n)
    csr(start, column, value, x, y)
    print(n, nnz, check(y), end=" ")
    csr(start.astype(np.int32), column.astype(np.int32), value.astype(np.float32), x, y)
    print(check(y), end=" ")
    row = (r.rand(nnz) * n).astype(np.int64)
    y[:] = 0.0
    coo(row, column, value, x, y)
    print(check(y), end=" ")
    index = (np.arange(n) * 7 + 3) % n if n % 7 else np.arange(n)
    gather(x, index, y)
    print(check(y), end=" ")
    scatter(x, index, y)
    print(check(y), end=" ")
    gather(x, -1 - index, y)
    print(check(y), end=" ")
    two_levels(x, index, n - 1 - index, y)
    print(check(y))
