# peer: oracle
# exit: 1
# stderr: IndexError: index -901 is out of bounds for axis 0 with size 900
# numba: reads foreign memory
# Many iterations fail in different ways; the lowest one decides.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def gather(a, index, out):
    for i in prange(len(index)):
        out[i] = a[index[i]]


a = np.arange(900.0)
index = np.arange(900)
index[::7] = -1
out = np.zeros(900)
gather(a, index, out)
print(out.sum())
index[800] = 12345
index[450] = -901
index[451] = 900
index[899] = 5000
gather(a, index, out)
