# peer: oracle
# exit: 1
# stderr: ZeroDivisionError
# A zero divisor in one lane only, in a plain loop: raised for that iteration.
import numpy as np
from numba import njit


@njit
def scaled(a, b, out):
    for i in range(len(a)):
        out[i] = a[i] // b[i]


b = np.arange(100) % 7 + 1
out = np.zeros(100, dtype=np.int64)
scaled(np.arange(100), b, out)
print(out.sum())
b[77] = 0
scaled(np.arange(100), b, out)
