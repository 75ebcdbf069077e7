# peer: oracle
# exit: 1
# stderr: IndexError: index -4 is out of bounds for axis 0 with size 3
# numba: writes foreign memory
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def put(a, n):
    for i in prange(n):
        a[-1 - i] = i


a = np.zeros(3)
put(a, 3)
print(a[0], a[1], a[2])
put(a, 4)
