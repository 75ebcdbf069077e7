# peer: oracle
# exit: 1
# stderr: numpy._core._exceptions._UFuncOutputCastingError: Cannot cast ufunc 'add' output from dtype('int64') to dtype('bool')
# numba: refuses to compile it, with an error of its own
# The least kind too small: a bool array takes no ints, though one element does.
import numpy as np
from numba import njit


@njit
def add_two(a):
    a[::1] += 2


flags = np.zeros(3, np.bool_)
try_int32 = np.zeros(3, np.int32)
add_two(try_int32)
print(try_int32)
add_two(flags)
