# peer: oracle
# exit: 1
# stderr: IndexError: index 500 is out of bounds for axis 0 with size 500
# numba: reads and writes foreign memory
# An out-of-range subscript at iteration n/2: everything before it has been done, the lowest iteration's error is seen.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def scale(a, b):
    for i in prange(len(a)):
        a[i] = b[i] * 2.0


b = np.arange(500.0)
a = np.zeros(500)
scale(a, b)
print(a.sum())
scale(np.zeros(1000), b)
