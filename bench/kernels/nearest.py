"""The k nearest neighbours of each point, kept sorted by insertion: a small array for each iteration, an inner break."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def nearest(x, y, z, k):
    n = len(x)
    neighbours = np.empty((n, k), np.int64)
    for i in prange(n):
        distance = np.full(k, np.inf)
        index = np.zeros(k, np.int64)
        for j in range(n):
            if j == i:
                continue
            dx = x[j] - x[i]
            dy = y[j] - y[i]
            dz = z[j] - z[i]
            d = dx * dx + dy * dy + dz * dz
            if d < distance[k - 1]:
                for place in range(k - 1, -1, -1):
                    if place == 0 or distance[place - 1] <= d:
                        distance[place] = d
                        index[place] = j
                        break
                    distance[place] = distance[place - 1]
                    index[place] = index[place - 1]
        for place in range(k):
            neighbours[i, place] = index[place]
    return neighbours


kernel = nearest


def points(n, k):
    def make():
        random = np.random.RandomState(1)
        return random.rand(n), random.rand(n), random.rand(n), k

    return make


cases = {"8 nearest of 1500 points": points(1500, 8)}
cpp = {"C++ as written": "nearest_as_written"}


def cpp_out(x, y, z, k):
    return np.empty((len(x), k), np.int64)
