# peer: oracle
# exit: 1
# stderr: AssertionError: too large
import numpy as np
from numba import njit


@njit
def check(a, limit):
    n = 0
    for i in range(len(a)):
        assert a[i] < limit, "too large"
        n += 1
    return n


print(check(np.arange(400.0), 400.0))
print(check(np.arange(400.0), 300.0))
