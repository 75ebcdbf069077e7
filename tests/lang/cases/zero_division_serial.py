# peer: oracle
# exit: 1
# stderr: ZeroDivisionError
import numpy as np
from numba import njit


@njit(parallel=True)
def outside_of_prange(a):
    s = 0
    for i in range(len(a)):
        s += 100 // a[i]
    return s


print(outside_of_prange(np.arange(1, 500)))
print(outside_of_prange(np.arange(400, -5, -1)))
