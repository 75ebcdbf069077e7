# peer: oracle
# numba: out-of-range values are C's there
# Floats stored into int arrays, int(), casts by type: truncation, NaN, inf, out of range.
import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def store(x, out):
    for i in prange(len(x)):
        out[i] = x[i]


@njit
def casts(x):
    return int(x), math.floor(x), math.ceil(x), round(x), math.trunc(x)


@njit
def typed(x):
    return np.int32(x), np.uint8(x), np.int64(x), np.float32(x), np.float64(x), bool(x)


@njit
def floor_float(x):
    return np.floor(x), np.ceil(x), np.trunc(x), round(x, 2)


x = np.zeros(40)
k = 0
for v in (0.0, -0.0, 0.9, -0.9, 1.5, -1.5, 255.9, 256.0, -1.0, 1e9, 3e9, -3e9, 1e18, 9.3e18, -9.3e18, 1.9e19, 1e300):
    x[k] = v
    k += 1
x[k] = np.nan
x[k + 1] = np.inf
x[k + 2] = -np.inf
for kind in (np.int64, np.int32, np.uint8, np.int8, np.uint64, bool, np.float32):
    out = np.zeros(40, kind)
    store(x, out)
    for i in range(20):
        print(out[i], end=" ")
    print(out.dtype)
for v in (0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e15 + 0.5, -7.9, 123456.789):
    print(casts(v), typed(v), floor_float(v))
print(casts(7), typed(300), typed(-1))
print(typed(3e9), typed(float("nan")), typed(1e300))
