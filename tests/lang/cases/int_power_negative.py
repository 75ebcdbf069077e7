# peer: oracle
# exit: 1
# stderr: ValueError
# numba: gives 0
from numba import njit


@njit
def power(a, n):
    return a**n


print(power(2, 10), power(-3, 5), power(2.0, -2))
print(power(2, -1))
