# peer: oracle
# In njit `float` leaves a float32 as it is, as Numba's does; ints and bools become float64.
import numpy as np
from numba import njit, prange


@njit
def scaled(x, out):
    for i in prange(len(out)):
        out[i] -= np.float32(x[i]) * float(np.float32(2.5))
    return float(x[0]) / 3, float(7) / 3, float(True), float(np.float32(x[1])) * np.float32(x[1])


@njit(parallel=True)
def joined(x, out):
    for i in prange(len(out)):
        y = 1
        if i % 3 == 0:
            y = x[i]
        out[i] = float(y) * np.float32(0.1)


n = 100
x = np.arange(n) * 0.1
for _ in range(3):
    out = np.zeros(n)
    print(scaled(x, out), out[1], out[99])
    print(scaled(x.astype('float32'), out), out[1], out[98])
    joined(x, out)
    print(out[0], out[1], out[3], out[99])
