"""Monte-Carlo pi with np.random.rand() in prange. Numba draws from a stream for each thread, pyvm and the C++ loop by Philox
from a counter, so that the counts differ a little; `outcome` says only whether they are what chance allows."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def points_inside(points):
    count = 0
    for i in prange(points):
        x = np.random.rand()
        y = np.random.rand()
        if x * x + y * y < 1.0:
            count += 1
    return count


kernel = points_inside
POINTS = 20_500_000
cases = {"Monte-Carlo pi, np.random, 20.5e6": lambda: (POINTS,)}
cpp = {"C++ by hand": "points_inside_by_philox"}


def outcome(returned, points):
    expected, deviation = points * np.pi / 4, (points * np.pi / 4 * (1 - np.pi / 4)) ** 0.5
    return bool(abs(returned - expected) < 6 * deviation)


def with_numpy(points):
    x = np.random.rand(points)
    y = np.random.rand(points)
    return np.count_nonzero(x * x + y * y < 1.0)
