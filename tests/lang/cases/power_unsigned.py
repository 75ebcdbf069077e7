# peer: oracle
# Powers of uint64 by exponents from 2^63 on, which as signed numbers would be negative.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def powers(a, b, o):
    for i in prange(a.size):
        o[i] = a[i] ** b[i]


@njit(parallel=True)
def by_name(a, b, o):
    for i in prange(a.size):
        o[i] = np.power(a[i], b[i])


@njit
def in_order(a, b, s):
    for i in range(a.size):
        s[i % 3] ^= a[i] ** b[i]


a = np.full(100, 3, np.uint64)
b = np.arange(100).astype(np.uint64)
most = np.uint64(9223372036854775807)
b[4] = most + np.uint64(6)
b[50] = most * np.uint64(2) + np.uint64(1)
b[99] = 9223372036854775807
o, p = np.zeros(100, np.uint64), np.zeros(100, np.uint64)
for turn in range(2):
    powers(a, b, o)
    by_name(a, b, p)
    folded = np.zeros(3, np.uint64)
    in_order(a, b, folded)
    print(o[3:6], o[50:51], o[98:], (o == p).all(), folded)
