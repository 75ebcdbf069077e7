"""Lengths of Collatz sequences: integers, and a while loop that ends at another time for each number."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def collatz(limit):
    lengths = np.empty(limit, np.int64)
    for i in prange(limit):
        n = i + 1
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        lengths[i] = steps
    return lengths


kernel = collatz
cases = {"Collatz lengths to 1e6": lambda: (10**6,)}
cpp = {"C++ as written": "collatz_as_written", "C++ by hand": "collatz_by_hand"}


def cpp_out(limit):
    return np.empty(limit, np.int64)
