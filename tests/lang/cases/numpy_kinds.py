# peer: oracle
# numba: its fmod of ints takes no notice of signs, and it traps where the least int is divided by -1
# Kinds of NumPy's and math's functions inside kernels, as Numba has them: on numbers and on arrays, interpreted and in
# hot loops. Small ints stay small, float32 takes all ints along, np.floor leaves ints alone.
import math

import numpy as np
from numba import njit, prange


@njit
def of_one(x):
    return (np.floor(x), np.ceil(x), np.trunc(x), np.rint(x), np.sqrt(x), np.abs(x), np.negative(x), np.square(x),
            np.isnan(x), np.isfinite(x))


@njit
def of_two(x, y):
    return (np.add(x, y), np.subtract(x, y), np.multiply(x, y), np.divide(x, y), np.floor_divide(x, y),
            np.remainder(x, y), np.maximum(x, y), np.minimum(x, y), np.fmod(x, y), np.copysign(x, y))


@njit
def of_math(x, y):
    return math.floor(x), math.ceil(x), math.copysign(x, y), math.fabs(x), math.sqrt(x)


@njit(parallel=True)
def in_a_loop(a, b, out):
    for i in prange(a.shape[0]):
        x = a[i]
        y = b[i]
        out[0, i] = np.floor(x) + np.fmod(x, y)
        out[1, i] = np.add(x, y) * 0.5 + np.subtract(x, y)
        out[2, i] = np.maximum(x, y) - np.minimum(x, y)
        out[3, i] = np.abs(x) + np.negative(y) + np.square(x)
        out[4, i] = np.floor_divide(x, y) + np.remainder(x, y) + np.divide(x, y)
        out[5, i] = math.floor(x) + math.copysign(x, y)
        out[6, i] = np.multiply(x, y)


@njit(parallel=True)
def whole(a, b, out):
    for i in prange(a.shape[0]):
        out[i] = (np.floor(a[i]) + np.fmod(a[i], b[i])).sum() + np.multiply(a[i], b[i]).max() + np.abs(a[i]).min()


def show(values):
    for x in values:
        print(type(x).__name__, float(x), end=" ")
    print()


kinds = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float32, np.float64)
for kind in kinds:
    for value in (0, 7, 100):
        print(kind.__name__, value)
        if kind is not np.uint64:
            show(of_one(kind(value)))
    for other in (np.int8, np.uint16, np.int32, np.uint64, np.float32):
        for value in (7, 100):
            print(kind.__name__, other.__name__, value)
            show(of_two(kind(value), other(3)))
        show(of_math(kind(9), other(2)))
        a = np.array((1, 2, 0, 7, 100, 77, 3, 9, 120, 9, 64, 8, 11, 6, 2, 0, 1, 3, 5, 7) * 2).astype(kind)
        b = np.array((3, 0, 5, 2, 100, 11, 4, 2, 7, 1) * 4).astype(other)
        out = np.zeros((7, 40))
        for _ in range(2):
            in_a_loop(a, b, out)
        show(out.sum(axis=1))
        show(out[:, 17])
        sums = np.zeros(4)
        for _ in range(3):
            whole(a.reshape(4, 10), b.reshape(4, 10), sums)
        show(sums)
for a, b in ((-7, 3), (7, -3), (-128, -1), (5, 0), (-128, 127)):
    show(of_two(np.int8(a), np.int8(b)))
    show(of_two(np.int64(a), np.int64(b)))
