# peer: oracle
# exit: 1
# stderr: OverflowError
# numba: gives int64 min
import math

from numba import njit


@njit
def down(x):
    return math.floor(x)


print(down(2.5), down(-2.5), down(1e18))
print(down(1e19))
