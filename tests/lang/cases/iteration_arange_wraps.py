# peer: none
# exit: 1
# stderr: ValueError: Maximum allowed size exceeded
# np.arange(start, stop) of an iteration is empty where stop is below start, also where their difference wraps to a small
# number. (NumPy refuses the widest of these.)
import numpy as np
from numba import njit


@njit
def of_entry(start, stop, out):
    for i in range(len(out)):
        out[i] = len(np.arange(start, stop)) + i


@njit
def of_iteration(starts, stops, out):
    for i in range(len(out)):
        out[i] = len(np.arange(starts[i], stops[i])) + i


most = 9223372036854775807
out = np.zeros(200, np.int64)
for start, stop, length in ((most, -most - 1, 0), (most - 2, -most + 5, 0), (9, 3, 0), (-3, 9, 12), (most - 4, most, 4)):
    for r in range(3):
        of_entry(start, stop, out)
        assert (out == np.arange(200) + length).all()
        of_iteration(np.full(200, start), np.full(200, stop), out)
        assert (out == np.arange(200) + length).all()
of_entry(-most - 1, most, out)
