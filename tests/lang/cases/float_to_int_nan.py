# peer: oracle
# exit: 1
# stderr: ValueError: cannot convert float NaN to integer
# numba: gives int64 min
import numpy as np
from numba import njit


@njit
def total(a):
    s = 0
    for i in range(len(a)):
        s += int(a[i])
    return s


a = np.arange(300) * 1.5
print(total(a))
a[200] = np.nan
print(total(a))
