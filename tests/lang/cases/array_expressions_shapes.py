# peer: oracle
# exit: 1
# stderr: ValueError: operands could not be broadcast together
# Arrays of unlike shapes, after calls with equal ones; one of length 1 is broadcast.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def added(a, b, o):
    for i in prange(a.shape[0]):
        t = a[i] + b
        o[i] = t[0] + t[-1]


a = np.arange(400.0).reshape(100, 4)
o = np.zeros(100)
for b in (np.ones(4), np.arange(4.0), np.ones(1) * 3, np.ones(4)):
    added(a, b, o)
    print(o.sum())
added(a, np.ones(3), o)
