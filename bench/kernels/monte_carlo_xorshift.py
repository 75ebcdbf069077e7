"""Monte-Carlo pi, each chunk of points from an xorshift64 generator of its own, written out in the loop."""

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def points_inside(chunks, points):
    inside = np.empty(chunks, np.int64)
    for i in prange(chunks):
        state = np.uint64(i + 1) * np.uint64(0x9E3779B97F4A7C15)
        count = 0
        for k in range(points):
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            x = np.float64(state >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            y = np.float64(state >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            if x * x + y * y < 1.0:
                count += 1
        inside[i] = count
    return inside


kernel = points_inside
cases = {"Monte-Carlo pi, xorshift, 20.5e6": lambda: (5120, 4000)}
cpp = {"C++ as written": "points_inside_as_written", "C++ by hand": "points_inside_by_hand"}


def cpp_out(chunks, points):
    return np.empty(chunks, np.int64)
