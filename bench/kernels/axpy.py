"""y = a*x + y: two arrays read, one written, nothing to compute."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def axpy(a, x, y):
    for i in prange(len(x)):
        y[i] = a * x[i] + y[i]


kernel = axpy


def number_and_arrays(n):
    def make():
        random = np.random.RandomState(1)
        return 0.5, random.rand(n), random.rand(n)

    return make


cases = {"axpy 1e7": number_and_arrays(10**7)}
first_calls = ["axpy 1e7"]
cpp = {"C++ as written": "axpy_as_written", "C++ by hand": "axpy_by_hand"}


def outcome(returned, a, x, y):
    return y


def with_numpy(a, x, y):
    y += a * x
