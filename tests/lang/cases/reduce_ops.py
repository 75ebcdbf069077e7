# peer: oracle
# numba: &= |= ^= are refused there
# Every reduction operator over every kind of element it takes.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def add(a, s):
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def subtract(a, s):
    for i in prange(len(a)):
        s -= a[i]
    return s


@njit(parallel=True)
def multiply(a, s):
    for i in prange(len(a)):
        s *= a[i]
    return s


@njit(parallel=True)
def divide(a, s):
    for i in prange(len(a)):
        s /= a[i]
    return s


@njit(parallel=True)
def bit_and(a, s):
    for i in prange(len(a)):
        s &= a[i]
    return s


@njit(parallel=True)
def bit_or(a, s):
    for i in prange(len(a)):
        s |= a[i]
    return s


@njit(parallel=True)
def bit_xor(a, s):
    for i in prange(len(a)):
        s ^= a[i]
    return s


@njit(parallel=True)
def largest(a, s):
    for i in prange(len(a)):
        s = max(s, a[i])
    return s


@njit(parallel=True)
def smallest(a, s):
    for i in prange(len(a)):
        s = min(s, a[i])
    return s


rng = np.random.RandomState(2)
for n in (0, 1, 5, 33, 100, 5000):
    x = rng.rand(n)
    f8 = x * 2.0 - 0.9
    f4 = f8.astype(np.float32)
    i8 = (x * 1e6 - 4e5).astype(np.int64)
    i4 = i8.astype(np.int32)
    u1 = (x * 256).astype(np.uint8)
    print(n, "float64", add(f8, 0.0), subtract(f8, 1.5), multiply(x + 0.5, 2.0), divide(x + 0.5, 3.0))
    print(n, "float64", largest(f8, -1.0), smallest(f8, 1.0), largest(f8, 0.99), smallest(f8, -2.0))
    print(n, "float32", add(f4, 0.0), subtract(f4, 1.5), multiply(f4 + np.float32(1.2), 2.0), largest(f4, -1.0))
    print(
        n,
        "int64",
        add(i8, 0),
        subtract(i8, 7),
        multiply(i8 | 1, 3),
        divide(i8 | 1, 1.0),
        largest(i8, 0),
        smallest(i8, 0),
    )
    print(n, "int64", bit_and(i8, -1), bit_or(i8, 0), bit_xor(i8, 12345))
    print(
        n, "int32", add(i4, 0), subtract(i4, 7), multiply(i4 | 1, 3), largest(i4, 0), smallest(i4, 0), bit_xor(i4, 1)
    )
    print(
        n, "uint8", add(u1, 0), subtract(u1, 7), multiply(u1 | 1, 3), largest(u1, 0), smallest(u1, 999), bit_or(u1, 0)
    )
