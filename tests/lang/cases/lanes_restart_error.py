# peer: oracle
# exit: 1
# stderr: IndexError
# A subscript out of range in one lane only, in a plain loop: raised for the lowest iteration that has one.
import numpy as np
from numba import njit


@njit
def gathered(index, table, out):
    for i in range(len(index)):
        t = table[index[i]]
        if t > 4.0:
            t = t * 0.5 + table[index[i] // 2]
        out[i] = t


index = np.arange(100) % 60
out = np.zeros(100)
gathered(index, np.arange(60) * 0.25, out)
print(out.sum())
index[70] = 60
index[71] = -61
gathered(index, np.arange(60) * 0.25, out)
