# peer: oracle
# door: python
# Signatures made of Numba's types.
import numpy as np
from numba import float32, float64, int32, njit, void


@njit(float32(float64))
def narrow(x):
    return x / 3


@njit(int32(int32, int32))
def add32(a, b):
    return a + b


@njit(float64(float64[:]))
def total(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s


@njit(void(float64[:, :], float64))
def fill(m, x):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            m[i, j] = i * x + j


@njit((float64, float64))
def no_result_type(a, b):
    return a * b


m = np.zeros((3, 4))
fill(m, 10)
print(narrow(1), narrow(10.0), add32(2147483647, 1), total(m[1]), total(np.arange(5.0)), m.sum(), no_result_type(2, 3))
