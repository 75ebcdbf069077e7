# peer: cpython
# Element-wise loops at trip counts around every multiple of lanes, gangs and blocks.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def axpy(a, x, y):
    for i in prange(len(x)):
        y[i] = a * x[i] + y[i]


@njit(parallel=True)
def branchy(x, y):
    for i in prange(len(x)):
        if x[i] > 0.5:
            y[i] = x[i] * 2.0
        else:
            y[i] -= 1.0


@njit
def serial(x, y):
    for i in range(len(x)):
        y[i] = x[i] * x[i] - 0.5


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


rng = np.random.RandomState(13)
x = rng.rand(4200)
y = rng.rand(4200)
sizes = (0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49)
sizes += (63, 64, 65, 95, 96, 97, 127, 128, 129)
for n in sizes:
    axpy(2.5, x[:n], y[:n])
    branchy(x[1 : n + 1], y[1 : n + 1])
    serial(x[:n], y[3 : n + 3])
    print(n, check(y[: n + 4]))
for n in (4095, 4096, 4097):
    axpy(0.5, x[:n], y[:n])
    branchy(x[:n], y[:n])
    print(n, check(y), y.sum())
