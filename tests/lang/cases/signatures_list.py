# peer: oracle
# door: python
# A list of signatures: the one that fits exactly, else the one to which the arguments convert.
from numba import njit


@njit(["int64(int64)", "float64(float64)"])
def same(x):
    return x * 3 // 2


print(same(3), same(3.5), same(-7))
