"""Four elements in a plain loop: the least that a call can cost."""

import numpy as np
from numba import njit


@njit
def total(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


kernel = total
cases = {"small call (4 elements, range)": lambda: (np.arange(4.0),)}


def with_numpy(x):
    return x.sum()
