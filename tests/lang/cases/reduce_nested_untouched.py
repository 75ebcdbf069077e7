# peer: oracle
# An int that only iterations of an inner prange would make a float stays one where none of them contributes: their loop
# has no iteration, or is left, or they go on with the next one before.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def of_the_kernel(x, low):
    r = 3
    for i in prange(len(x)):
        for j in prange(2):
            for k in range(j + 1):
                if x[i] <= low:
                    break
                r = max(r, 1.5)
    return r


# 9007199254740993 is no float64.
@njit(parallel=True)
def inner_loop(x, m):
    for i in prange(len(x)):
        s = 9007199254740993
        for j in prange(3):
            for k in range(m):
                s += x[i]
        x[i] = s - 9007199254740992


@njit(parallel=True)
def goes_on(x, low):
    for i in prange(len(x)):
        s = 9007199254740993
        for j in prange(3):
            if x[i] <= low:
                continue
            s += x[i]
        x[i] = s - 9007199254740992


@njit(parallel=True)
def under_a_condition(x, low):
    for i in prange(len(x)):
        s = 9007199254740993
        for j in prange(3):
            if x[i] > low:
                s += x[i]
        x[i] = s - 9007199254740992


@njit(parallel=True)
def kept(x, m):
    s = 7
    for i in prange(len(x)):
        for j in prange(m):
            s += x[i]
    return s


@njit(parallel=True)
def whole(x, low, m):
    s, t = 1, 2
    for i in prange(len(x)):
        for j in prange(m):
            if x[i] > low:
                s -= x[i]
            for k in range(j):
                t *= x[i]
    return s, t


x = np.arange(40) * 0.25
for low in (100.0, 9.7, -1.0):
    print(of_the_kernel(x, low))
    for kernel in (goes_on, under_a_condition):
        y = x.copy()
        kernel(y, low)
        print(y.sum(), y[:5])
for m in (0, 1, 2):
    y = x.copy()
    inner_loop(y, m)
    print(y.sum(), y[:5], kept(x, m), whole(x, 100.0, m), whole(x, 9.0, m))
