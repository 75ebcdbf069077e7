# peer: oracle
# numba: the exception is lost there
# exit: 1
# stderr: ValueError: negative value
import numpy as np
from numba import njit, prange


@njit
def root(x):
    if x < 0:
        raise ValueError("negative value")
    return np.sqrt(x)


@njit(parallel=True)
def roots(a, out):
    for i in prange(len(a)):
        out[i] = root(a[i])


a = np.arange(1000.0)
out = np.zeros(1000)
roots(a, out)
print(out.sum())
a[700] = -1.0
a[500] = -2.0
roots(a, out)
