# peer: oracle
# exit: 1
# Beyond int64.
import math

from numba import njit


@njit
def down(x):
    return math.floor(x)


print(down(-9.2e18))
print(down(9.3e18))
