# peer: oracle
"""Empty ranges whose ends are further apart than an int64 can say."""
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def nested(x, a, b):
    s = 0.0
    for i in prange(len(x)):
        t = 0.0
        for j in prange(a[i], b[i]):
            t += x[i]
        for j in prange(a[i], b[i], 3):
            t += x[i]
        for j in prange(b[i], a[i], -2):
            t += x[i]
        s += t
    return s


@njit(parallel=True)
def inner(x, a, b):
    for i in prange(len(x)):
        t = 0.0
        for j in range(a[i], b[i]):
            t += 1.0
        for j in range(a[i], b[i], 3):
            t += 1.0
        for j in range(b[i], a[i], -2):
            t += 1.0
        x[i] = t


x, a, b = np.ones(40), np.zeros(40, np.int64), np.ones(40, np.int64)
LOW, HIGH = -9223372036854775807 - 1, 9223372036854775807
for first, last in ((2**62 + 1, -(2**62) - 5), (2**62, -(2**62)), (HIGH, LOW), (0, LOW), (-1, LOW)):
    a[3], b[3] = first, last
    print(nested(x, a, b))
    inner(x, a, b)
    print(x.sum(), x[3])
