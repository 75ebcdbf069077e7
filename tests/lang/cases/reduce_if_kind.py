# peer: oracle
# numba: wrong there
# `if a[i] > s: s = a[i]` gives Python's value: where no element is greater, s keeps its value and its kind.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def highest(a):
    s = 0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
    return s


a = np.random.RandomState(1).rand(100)
print(highest(a), highest(-a), highest(a[:0]), highest(a - 0.5))
