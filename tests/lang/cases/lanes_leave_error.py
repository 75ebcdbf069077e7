# peer: oracle
# exit: 1
# stderr: IndexError
# Two iterations of one vector fail: the lower one's error is raised, and all before it have run.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def kernel(index, table, out):
    for i in prange(len(index)):
        if index[i] >= 0:
            out[i] = table[index[i]]
        else:
            out[i] = -1.0


table = np.arange(50) * 1.0
index = np.arange(64) % 50
out = np.zeros(64)
kernel(index, table, out)
print(out.sum())
index[13] = 77
index[11] = 50
index[9] = -3
kernel(index, table, out)
