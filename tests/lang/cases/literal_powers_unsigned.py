# peer: oracle
# An unsigned int to a literal power is an int64, as Numba has it.
import numpy as np
from numba import njit


@njit
def cubes(a):
    total = 0.0
    for i in range(len(a)):
        square = a[i] * a[i]
        cube = square**3
        total = max(total, (cube - a[i]) * 7.0)
        print(cube - square, a[i] ** 2 - 300)
    return total


for kind in (np.uint8, np.uint32, np.uint64, np.int8):
    print(cubes(np.arange(3).astype(kind) * kind(40)))
