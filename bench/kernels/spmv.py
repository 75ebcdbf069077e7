"""A sparse matrix times a vector (CSR, 20 elements a row): indirect loads, short inner loops with bounds from memory."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def multiply(starts, columns, values, x, y):
    for row in prange(len(starts) - 1):
        total = 0.0
        for k in range(starts[row], starts[row + 1]):
            total += values[k] * x[columns[k]]
        y[row] = total


kernel = multiply
PER_ROW = 20


def random_columns(random, n):
    return np.sort(random.randint(0, n, (n, PER_ROW)), axis=1)


def columns_near_the_diagonal(random, n):
    return np.clip(np.arange(n)[:, None] + np.arange(-PER_ROW // 2, PER_ROW // 2), 0, n - 1)


def matrix_and_vector(n, columns):
    def make():
        random = np.random.RandomState(1)
        where = columns(random, n).astype(np.int32).ravel()
        return np.arange(n + 1, dtype=np.int32) * PER_ROW, where, random.rand(n * PER_ROW), random.rand(n), np.zeros(n)

    return make


cases = {
    "SpMV random 2e5 x 20": matrix_and_vector(200_000, random_columns),
    "SpMV banded 2e5 x 20": matrix_and_vector(200_000, columns_near_the_diagonal),
}
first_calls = ["SpMV banded 2e5 x 20"]
cpp = {"C++ as written": "multiply_as_written", "C++ by hand": "multiply_four_sums"}


def outcome(returned, starts, columns, values, x, y):
    return y
