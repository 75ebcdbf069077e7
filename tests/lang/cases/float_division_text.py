# peer: oracle
# exit: 1
# An int divided by a float zero is a float division.
from numba import njit


@njit
def ratio(a, b):
    return a / b


print(ratio(1, 2.0))
print(ratio(1, 0.0))
