"""An exponential and a logarithm of each element: mathematical functions and little else."""

import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def exp_and_log(x, y):
    for i in prange(len(x)):
        y[i] = math.exp(-x[i]) + math.log(x[i])


kernel = exp_and_log


def positive(n):
    return lambda: (0.1 + 10.0 * np.random.RandomState(1).rand(n), np.zeros(n))


cases = {"exp and log 1e7": positive(10**7)}
cpp = {"C++ as written": "exp_and_log_as_written", "C++ by hand": "exp_and_log_by_hand"}
cpp_libraries = ["sleef"]


def outcome(returned, x, y):
    return y


def with_numpy(x, y):
    np.add(np.exp(-x), np.log(x), out=y)
