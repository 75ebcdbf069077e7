"""Perlin noise on a grid: a table of hashes, loads by computed index, a choice of four gradients, inlined calls."""

import math

import numpy as np
from numba import njit, prange


@njit
def fade(t):
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0)


@njit
def gradient(hashed, x, y):
    which = hashed & 3
    if which == 0:
        return x + y
    elif which == 1:
        return y - x
    elif which == 2:
        return x - y
    return -x - y


@njit(parallel=True)
def perlin(table, size, scale):
    noise = np.empty((size, size))
    for row in prange(size):
        for column in range(size):
            x = column * scale
            y = row * scale
            left = math.floor(x)
            top = math.floor(y)
            fx = x - left
            fy = y - top
            i = int(left) & 255
            j = int(top) & 255
            u = fade(fx)
            v = fade(fy)
            a = table[i] + j
            b = table[i + 1] + j
            upper = gradient(table[a], fx, fy) * (1.0 - u) + gradient(table[b], fx - 1.0, fy) * u
            lower = gradient(table[a + 1], fx, fy - 1.0) * (1.0 - u) + gradient(table[b + 1], fx - 1.0, fy - 1.0) * u
            noise[row, column] = upper * (1.0 - v) + lower * v
    return noise


kernel = perlin


def shuffled_table_and_grid(size):
    def make():
        once = np.random.RandomState(1).permutation(256).astype(np.int64)
        return np.concatenate([once, once, once[:2]]), size, 0.037

    return make


cases = {"Perlin noise 1024": shuffled_table_and_grid(1024)}
cpp = {"C++ as written": "perlin_as_written"}


def cpp_out(table, size, scale):
    return np.empty((size, size))
