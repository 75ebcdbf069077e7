"""Softmax of each row: a maximum, exponentials with their sum, and a division."""

import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def softmax(x, y):
    rows, columns = x.shape
    for i in prange(rows):
        greatest = x[i, 0]
        for j in range(columns):
            if x[i, j] > greatest:
                greatest = x[i, j]
        total = 0.0
        for j in range(columns):
            e = math.exp(x[i, j] - greatest)
            y[i, j] = e
            total += e
        for j in range(columns):
            y[i, j] /= total


kernel = softmax
cases = {"softmax 4000x512": lambda: (np.random.RandomState(1).randn(4000, 512), np.zeros((4000, 512)))}
cpp = {"C++ as written": "softmax_as_written"}


def outcome(returned, x, y):
    return y


def with_numpy(x, y):
    np.exp(x - x.max(axis=1, keepdims=True), out=y)
    y /= y.sum(axis=1, keepdims=True)
