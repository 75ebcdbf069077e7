# peer: oracle
# exit: 1
# Loops of few iterations after a long run has compiled them: they may be interpreted, and the next long run is not.
import numpy as np
from numba import njit, prange


@njit
def total(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit
def down(n, step):
    s = 0
    for i in range(n, -n, step):
        s = s * 3 + i
    return s


@njit
def square(x):
    return x * x if x > 2.0 else x


@njit
def calls(x, y):
    for i in range(x.shape[0]):
        y[i] = square(x[i]) + y[i]
    return y.sum()


@njit
def element(x, at):
    s = 0.0
    for i in range(at):
        s += x[i]
    return s


@njit
def triangle(n):
    s = 0
    for i in range(n):
        for j in range(i % 13):
            s += i ^ j
        while s > 1000:
            s -= 999
    return s


a = np.arange(5000.0)
for n in (5000, 1, 0, 2, 3, 4, 5000, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 24, 31, 48, 49, 50, 5000, 3):
    print(n, total(a[:n]), down(n, -1), down(n, -3), calls(a[:n], a[:n] * 0.5), triangle(n))
print(element(a, 5000), element(a, 2), element(a[:4], 4))
print(element(a[:3], 4))  # the IndexError of iteration 3, interpreted
