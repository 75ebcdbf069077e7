"""Accelerations of n bodies, all pairs: a branch, a square root and a division in the inner loop."""

import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def accelerations(x, y, z, mass, ax, ay, az):
    for i in prange(len(x)):
        sx = 0.0
        sy = 0.0
        sz = 0.0
        for j in range(len(x)):
            if i != j:
                dx = x[j] - x[i]
                dy = y[j] - y[i]
                dz = z[j] - z[i]
                inverse = 1.0 / math.sqrt(dx * dx + dy * dy + dz * dz)
                force = mass[j] * inverse * inverse * inverse
                sx += force * dx
                sy += force * dy
                sz += force * dz
        ax[i] = sx
        ay[i] = sy
        az[i] = sz


kernel = accelerations


def bodies(n):
    def make():
        random = np.random.RandomState(1)
        return (*(random.rand(n) for _ in range(4)), *(np.zeros(n) for _ in range(3)))

    return make


cases = {"n-body 2000": bodies(2000)}
cpp = {"C++ as written": "accelerations_as_written", "C++ by hand": "accelerations_by_hand"}


def outcome(returned, x, y, z, mass, ax, ay, az):
    return np.stack([ax, ay, az])
