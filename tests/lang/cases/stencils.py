# peer: cpython
# Stencils in one, two and three dimensions, in loops and as slices, in place and out of place.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def heat(a, b, r):
    for i in prange(1, len(a) - 1):
        b[i] = a[i] + r * (a[i - 1] - 2.0 * a[i] + a[i + 1])


@njit(parallel=True)
def heat_steps(a, b, r, steps):
    for t in range(steps):
        for i in prange(1, len(a) - 1):
            b[i] = a[i] + r * (a[i - 1] - 2.0 * a[i] + a[i + 1])
        a, b = b, a
    return a


@njit(parallel=True)
def jacobi(a, b):
    n, m = a.shape
    for i in prange(1, n - 1):
        for j in range(1, m - 1):
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@njit
def gauss_seidel(a):
    n, m = a.shape
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            a[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])


@njit(parallel=True)
def laplace3(a, b):
    for i in prange(1, a.shape[0] - 1):
        for j in range(1, a.shape[1] - 1):
            for k in range(1, a.shape[2] - 1):
                b[i, j, k] = (
                    a[i - 1, j, k] + a[i + 1, j, k] + a[i, j - 1, k] + a[i, j + 1, k] + a[i, j, k - 1] + a[i, j, k + 1]
                ) / 6.0 - a[i, j, k]


@njit
def jacobi_slices(a, b, steps):
    for t in range(steps):
        b[1:-1, 1:-1] = 0.25 * (a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:])
        a[1:-1, 1:-1] = 0.25 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:])


@njit(parallel=True)
def convolve(a, kernel, out):
    r = kernel.shape[0] // 2
    for i in prange(out.shape[0]):
        for j in range(out.shape[1]):
            s = 0.0
            for p in range(-r, r + 1):
                for q in range(-r, r + 1):
                    ii = i + p
                    jj = j + q
                    if 0 <= ii < a.shape[0] and 0 <= jj < a.shape[1]:
                        s += a[ii, jj] * kernel[p + r, q + r]
            out[i, j] = s


@njit(parallel=True)
def periodic(a, out):
    n = len(a)
    for i in prange(n):
        out[i] = a[i - 1] + a[i] * 2 + a[(i + 1) % n]


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


def check2(a):
    s = 0.0
    for row in a:
        s = s * 0.875 + check(row)
    return s


r = np.random.RandomState(24)
for n in (3, 4, 10, 33, 500):
    a = r.rand(n)
    b = a.copy()
    heat(a, b, 0.1)
    print(n, check(b), check(heat_steps(a, b, 0.2, 7)), end=" ")
    periodic(a, b)
    print(check(b))
a = r.rand(23, 30)
b = a.copy()
jacobi(a, b)
print(check2(b))
jacobi(b.T, a.T)
print(check2(a))
gauss_seidel(a)
gauss_seidel(a[::-1])
print(check2(a))
jacobi_slices(a, b, 3)
print(check2(a), check2(b))
out = np.zeros((23, 30))
convolve(a, r.rand(3, 3), out)
print(check2(out))
c = np.zeros((6, 7, 8))
for i in range(6):
    c[i] = r.rand(7, 8)
d = np.zeros((6, 7, 8))
laplace3(c, d)
print(d.sum(), check2(d[3]), check2(d[:, 2]))
