"""A histogram of bytes, the data split by hand so that each part counts into a row of its own."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def histogram(data, parts):
    n = len(data)
    rows = np.zeros((parts, 256), np.int64)
    for t in prange(parts):
        for i in range(t * n // parts, (t + 1) * n // parts):
            rows[t, data[i]] += 1
    counts = np.zeros(256, np.int64)
    for t in range(parts):
        for value in range(256):
            counts[value] += rows[t, value]
    return counts


kernel = histogram
cases = {"histogram 1e7": lambda: (np.random.RandomState(1).randint(0, 256, 10**7).astype(np.uint8), 8)}
cpp = {"C++ as written": "histogram_as_written", "C++ by hand": "histogram_by_hand"}


def cpp_out(data, parts):
    return np.empty(256, np.int64)


def with_numpy(data, parts):
    return np.bincount(data, minlength=256)
