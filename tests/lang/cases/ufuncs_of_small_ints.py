# peer: oracle
# numpy's functions take bool and ints of 8 and 16 bits to float32 inside njit; math's take them to float64.
import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def roots(x, y, out):
    for i in prange(len(x)):
        out[i, 0] = np.sqrt(x[i])
        out[i, 1] = math.sqrt(x[i])
        out[i, 2] = np.sqrt(x[i]) * np.sqrt(y[i])
        out[i, 3] = np.sqrt(x[i] + 1)
    return 0


@njit
def one(x):
    return np.sqrt(x[3]), np.sqrt(x)[5] + 0.0


for kind in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64):
    out = np.zeros((40, 4))
    x = np.arange(40).astype(kind)
    roots(x, x[::-1].astype(np.int16), out)
    print(out.sum(), one(x))
    for row in out[7]:
        print(row, end=" ")
    print()
