# peer: oracle
# exit: 1
# np.clip of an array inside njit is Numba's: max() of the elements and the lower bound, then min() with the upper one, in
# the array's own kind. NumPy's function hands NaN bounds on; here they change nothing.
import numpy as np
from numba import njit, prange

nan, inf = np.nan, np.inf


@njit
def clipped(a, low, high):
    return np.clip(a, low, high)


@njit
def below(a, high):
    return np.clip(a, None, high)


@njit(parallel=True)
def rows(a, low, high, out):
    for i in prange(len(a)):
        out[i] = np.clip(a[i], low, high)


floats = np.array((nan, -inf, -2.5, -0.0, 0.0, 1.0, 2.5, inf))
for low, high in ((-1.0, 1.0), (0.0, 0.0), (-0.0, -0.0), (nan, 1.0), (-1.0, nan), (nan, nan), (2.0, -2.0), (-1, 1)):
    for x in clipped(floats, low, high):
        print(x, end=" ")
    print()
print(below(floats, -0.0), clipped(floats.astype(np.float32), -1.0, 0.1))
print(clipped(floats, np.array((nan, 0.0, -3.0, 0.0, -0.0, 2.0, nan, 0.0)), 2.0))
print(clipped(floats, -1.0, floats[::-1].copy()))

ints = np.arange(-4, 5)
print(clipped(ints, -2, 2), clipped(ints, -2.5, 2.5), clipped(ints, ints[::-1].copy(), 3), below(ints, 1))
print(clipped(ints.astype(np.int8), -2, 2), clipped(ints.astype(np.uint8), 3, 250))

out = np.zeros((40, 8))
rows((np.arange(40) - 20.5).reshape(40, 1) * floats, -30.0, 25.0, out)
print(out[3], out[20], out[39])
clipped(floats, None, None)
