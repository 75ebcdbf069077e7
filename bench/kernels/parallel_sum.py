"""A sum over an array: as fast as memory allows, or as the threads can be called."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def parallel_sum(arr):
    total = 0
    for i in prange(len(arr)):
        total += arr[i]
    return total


kernel = parallel_sum


def random_array(n):
    return lambda: (np.random.RandomState(1).rand(n),)


cases = {"parallel_sum 1e7": random_array(10**7), "parallel_sum 1e5": random_array(10**5)}
first_calls = ["parallel_sum 1e7"]
cpp = {"C++ vectors": "sum_vectors", "C++ as written": "sum_as_written"}


def with_numpy(arr):
    return arr.sum()
