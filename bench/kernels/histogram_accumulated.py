"""A histogram of bytes by an array that all parts add to, the form that Numba documents: `counts += local`."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def histogram(data, parts):
    n = len(data)
    counts = np.zeros(256, np.int64)
    for t in prange(parts):
        local = np.zeros(256, np.int64)
        for i in range(t * n // parts, (t + 1) * n // parts):
            local[data[i]] += 1
        counts += local
    return counts


kernel = histogram
cases = {"histogram 1e7, accumulated": lambda: (np.random.RandomState(1).randint(0, 256, 10**7).astype(np.uint8), 8)}
cpp = {"C++ as written": "histogram_as_written", "C++ by hand": "histogram_by_hand"}


def cpp_out(data, parts):
    return np.empty(256, np.int64)


def with_numpy(data, parts):
    return np.bincount(data, minlength=256)
