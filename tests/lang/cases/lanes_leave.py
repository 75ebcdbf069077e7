# peer: oracle
# One iteration of many leaves compiled code: a subscript that wraps, and the others go on.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def wraps(index, table, out):
    total = 0
    for i in prange(len(index)):
        if index[i] != 3:
            t = table[index[i]]
            k = 0
            while k < t:
                k += 1 + table[(index[i] + k) % 7 - 3]
                if k > 30:
                    break
            out[i] = k
            total += k
    return total


for n in (1, 5, 8, 9, 31, 32, 33, 200):
    index = (np.arange(n) * 17) % 23 - 4
    out = np.zeros(n, dtype=np.int64)
    print(n, wraps(index, np.arange(20) % 6 + 1, out), out.sum())
