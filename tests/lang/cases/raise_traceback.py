# peer: oracle
# exit: 1
# traceback: full
# numba: its traceback does not show the kernel
# The traceback of an error inside kernels shows their file, lines and names.
import numpy as np
from numba import njit


@njit
def inner(a, i):
    return a[i] * 2


@njit
def middle(a, n):
    s = 0.0
    for i in range(n):
        s += inner(a, i)
    return s


print(middle(np.ones(300), 300))
print(middle(np.ones(300), 301))
