# peer: oracle
# A prange whose iterations meet at one of them and elsewhere, too: its pieces are in order where that is proven of the whole.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def meets_elsewhere(d, n):
    for i in range(d.shape[0]):
        for j in prange(20, n):
            d[0, j] = d[0, 2 * j - 40] * 0.5 + d[0, i] + 1


@njit(parallel=True)
def meets_there_alone(d, n):
    for k in range(n):
        for i in range(n):
            for j in prange(n):
                d[i, j] = min(d[i, j], d[i, k] + d[k, j])


d = np.arange(6000.0).reshape(20, 300) % 17
for r in range(3):
    meets_elsewhere(d, 95)
    print(d.sum(), d[0, 30:50])
d = np.arange(3600.0).reshape(60, 60) * 7919 % 1009
meets_there_alone(d, 60)
print(d.sum(), d[59, 0])
