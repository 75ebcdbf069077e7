# peer: oracle
# Explicit signatures as text convert arguments and results.
import numpy as np
from numba import njit


@njit("float64(float64)")
def half(x):
    return x / 2


@njit("int64(int64, int64)")
def quotient(a, b):
    return a / b


@njit("float32(float64)")
def narrow(x):
    return x / 3


@njit("float64(float64[:])")
def total(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
    return s


@njit("void(float64[:, :], int64)")
def fill(m, k):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            m[i, j] = i * k + j


@njit("int32(int32, int32)")
def add32(a, b):
    return a + b


m = np.zeros((3, 4))
fill(m, 10)
print(half(3), half(2.5), half(True), quotient(7, 2), quotient(-7, 2), narrow(1), narrow(10.0))
print(total(np.arange(5.0)), total(m[1]), m.sum(), add32(2147483647, 1))
