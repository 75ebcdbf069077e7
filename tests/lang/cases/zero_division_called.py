# peer: oracle
# exit: 1
# stderr: ZeroDivisionError
# numba: inlined or not, it says nothing
# A kernel called from a prange body is not in it: its division raises.
import numpy as np
from numba import njit, prange


@njit
def inverse(x):
    return 1.0 / x


@njit(parallel=True)
def inverses(a, out):
    for i in prange(len(a)):
        out[i] = inverse(a[i])


out = np.zeros(100)
inverses(np.arange(1.0, 101.0), out)
print(out.sum())
inverses(np.arange(-50.0, 50.0), out)
