# peer: oracle
# Kernels that close over variables; globals and closures are frozen at the first call, arrays as copies.
import numpy as np
from numba import njit, prange

SCALE = 2.5
TABLE = np.arange(10) * 1.5
LIMITS = (3, 7)
NAME = "frozen"


def make_axpy(a):
    @njit(parallel=True)
    def axpy(x, y):
        for i in prange(len(x)):
            y[i] += a * x[i]

    return axpy


def make_polynomial(c0, c1, c2):
    @njit
    def horner(x):
        return (c2 * x + c1) * x + c0

    @njit(parallel=True)
    def evaluate(xs, out):
        for i in prange(len(xs)):
            out[i] = horner(xs[i])

    return evaluate


@njit(parallel=True)
def with_globals(out):
    for i in prange(len(out)):
        k = i % 10
        if LIMITS[0] <= k < LIMITS[1]:
            out[i] = TABLE[k] * SCALE
        else:
            out[i] = -TABLE[9 - k]
    return out.sum()


@njit
def not_called_yet():
    return SCALE + TABLE[1]


@njit
def inner_function(n, k):
    def shifted(x):
        return x + k

    s = 0
    for i in range(n):
        s += shifted(i)
    return s


x = np.arange(20.0)
y = np.ones(20)
half = make_axpy(0.5)
double = make_axpy(2)
half(x, y)
double(x, y)
half(x, y)
print(y.sum(), y[19])
out = np.zeros(20)
make_polynomial(1.0, 2.0, 3.0)(x, out)
print(out.sum(), out[7])
make_polynomial(0, 0, 1)(x, out)
print(out.sum(), out[7])

out = np.zeros(25)
print(with_globals(out), out[4], out[12])
SCALE = 100.0
TABLE[4] = 1e6
LIMITS = (0, 0)
print(with_globals(out), out[4], out[12])
print(not_called_yet())
TABLE[1] = -5.0
print(not_called_yet())
print(inner_function(10, 3), inner_function(100, -1))
