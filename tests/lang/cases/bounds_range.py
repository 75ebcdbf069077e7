# peer: oracle
# exit: 1
# stderr: IndexError: index 60 is out of bounds for axis 0 with size 60
# numba: reads foreign memory
# A hot range loop runs past the end: what it stored before is kept, also in the print.
import numpy as np
from numba import njit


@njit
def shift(a, n, seen):
    for i in range(n):
        seen[0] = i
        a[i] = a[i + 1] + 1.0


a = np.zeros(60)
seen = np.zeros(1, np.int64)
shift(a, 59, seen)
print(a.sum(), seen[0])
shift(a, 60, seen)
