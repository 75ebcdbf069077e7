# peer: oracle
# An inner loop of fewer iterations than a vector has lanes, as its constants say, is in lanes of no iteration: what is
# decided inside, the same for all lanes, has no values there.
import numpy as np
from numba import njit, prange


@njit(parallel=True, error_model="numpy")
def choose(x, y, out):
    for i in prange(1, len(x)):
        a = np.ones(3)
        for j in range(3):
            a[j] = 0.5 if 1 != y[1] else x[1, 0] * 0.5
        out[i] = a[0] + a[2]
    return out.sum()


@njit
def leave(x, limit, out):
    for i in range(len(x)):
        for j in range(2):
            if limit > 3:
                out[i, j] = x[i, j] * limit if limit < 7 else x[i, 1 - j]
            elif limit == 2:
                continue
            out[i, j] += 1.0
    return out.sum()


for n in (2, 9, 40):
    x = np.arange(2 * n).reshape(n, 2) * 0.5
    for first in (1.0, 2.0):
        print(choose(x.astype(np.int8), np.full(2, first), np.zeros(n)))
    for limit in (1, 2, 5, 9):
        print(leave(x, limit, np.zeros((n, 2))))
