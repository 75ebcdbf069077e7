# peer: oracle
# exit: 1
# The length of an iteration's own array turns out negative.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def sums(lengths, out):
    for i in prange(len(lengths)):
        a = np.ones(lengths[i])
        out[i] = a.sum()


lengths = np.arange(100) % 9
out = np.zeros(100)
for r in range(3):
    sums(lengths, out)
print(out[8], out[99])
lengths[40] = -1
sums(lengths, out)
