# peer: oracle
# exit: 1
# stderr: ValueError: zero-size array to reduction operation
# The largest of no element, after many rows that have some.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def largest(a, ends, o):
    for i in prange(len(ends)):
        row = a[i, :ends[i]]
        o[i] = np.sum(row) + row.max()


a = np.arange(400.0).reshape(100, 4)
ends = np.full(100, 3)
o = np.zeros(100)
for k in range(5):
    largest(a, ends, o)
    print(o.sum())
ends[60] = 0
ends[70] = 0
largest(a, ends, o)
