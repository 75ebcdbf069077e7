# peer: oracle
# exit: 1
# stderr: IndexError: index 7 is out of bounds for axis 1 with size 7
# numba: reads foreign memory
import numpy as np
from numba import njit, prange


@njit
def pick(m, i, j):
    return m[i, j + i // 20]


@njit(parallel=True)
def rows(m, out):
    for i in prange(m.shape[0]):
        s = 0.0
        for j in range(m.shape[1]):
            s += pick(m, i, j)
        out[i] = s


m = np.ones((40, 7))
out = np.zeros(40)
rows(m[:20], out)
print(out.sum())
rows(m, out)
