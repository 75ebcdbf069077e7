# peer: cpython
# Inner loops whose trip count depends on the outer index.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def lower(m, out):
    for i in prange(m.shape[0]):
        s = 0.0
        for j in range(i + 1):
            s += m[i, j]
        out[i] = s


@njit(parallel=True)
def pairs(x, out):
    n = len(x)
    for i in prange(n):
        c = 0
        for j in range(i + 1, n):
            if x[i] > x[j]:
                c += 1
        out[i] = c


@njit(parallel=True)
def copy_upper(m):
    n = m.shape[0]
    for i in prange(n):
        for j in prange(i, n):
            m[j, i] = m[i, j]


@njit
def cholesky(a):
    n = a.shape[0]
    c = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j]
            for k in range(j):
                s -= c[i, k] * c[j, k]
            if i == j:
                c[i, i] = np.sqrt(s)
            else:
                c[i, j] = s / c[j, j]
    return c


@njit(parallel=True)
def triple(n, out):
    for i in prange(n):
        t = 0
        for j in range(i):
            for k in range(j, i):
                t += j * k - i
        out[i] = t


def show(m):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            s = s * 0.9375 + m[i, j]
    print(m.shape, s)


rng = np.random.RandomState(14)
for n in (1, 2, 9, 16, 40):
    m = rng.rand(n, n)
    out = np.zeros(n)
    lower(m, out)
    print(n, out.sum(), out[-1])
    k = np.zeros(n, np.int64)
    pairs(m[0], k)
    print(k.sum(), k[0])
    triple(n, k)
    print(k.sum(), k[-1])
    copy_upper(m)
    show(m)
    for i in range(n):
        m[i, i] += n
    show(cholesky(m))
