# peer: oracle
# Inner loops that cannot run, and what stands behind them.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def constant_range(x):
    total = 0.0
    for i in prange(len(x)):
        v = 1
        for j in range(0):
            v = v * 0.5
        for j in range(3, 1):
            v += x[j]
            if v > 2:
                break
        else:
            v += 1
        total += x[i] * v
    return total


@njit
def serial(x):
    total = 0
    for i in range(len(x)):
        w = x[i]
        for j in range(5, 5, -1):
            w = 0
            total += j
        while False:
            total -= 1
        total += w
    return total


for n in (0, 1, 7, 300):
    x = np.arange(n) * 0.25
    print(n, constant_range(x), serial(x))
