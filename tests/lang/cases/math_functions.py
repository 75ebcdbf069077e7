# peer: oracle
# rel: 5e-16
# Every math function that kernels have, on scalars and arrays, in math's and NumPy's spelling; they never raise.
import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def by_math(a, out):
    for i in prange(len(a)):
        x = a[i]
        out[0, i] = math.sqrt(x)
        out[1, i] = math.exp(-x)
        out[2, i] = math.log(x + 1.0)
        out[3, i] = math.sin(x)
        out[4, i] = math.cos(x)
        out[5, i] = math.pow(x, 1.5)
        out[6, i] = math.fabs(-x)
        out[7, i] = x**0.3


@njit(parallel=True)
def by_numpy(a, out):
    for i in prange(len(a)):
        out[0, i] = np.sqrt(a[i])
        out[1, i] = np.exp(-a[i])
        out[2, i] = np.log(a[i] + 1.0)
        out[3, i] = np.sin(a[i])
        out[4, i] = np.cos(a[i])
        out[5, i] = np.abs(-a[i])


@njit
def edges(x):
    return math.sqrt(x), math.exp(x), math.log(x), math.sin(x), math.cos(x), math.pow(x, 0.5), math.pow(x, -1.0)


@njit
def whole(a):
    return np.sqrt(a), np.abs(a)


r = np.random.RandomState(27)
a = r.rand(37) * 10
out = np.zeros((8, 37))
by_math(a, out)
for k in range(8):
    for i in range(37):
        print(out[k, i], end=" ")
    print()
out[:] = 0.0
by_numpy(a, out)
for k in range(6):
    for i in range(37):
        print(out[k, i], end=" ")
    print()
for x in (0.0, -0.0, 1.0, -1.0, 1000.0, -1000.0, 1e-300, math.inf, -math.inf, math.nan):
    print(edges(x))
print(edges(2), math.pi, math.e)
s, t = whole(np.arange(9.0))
print(s[8], s[2], t[5])
