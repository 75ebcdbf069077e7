# peer: oracle
# Updates of one element by several iterations that an inner loop keeps in a register, or that stand where the loop is
# not compiled: in order, whatever the region knows.
import numpy as np
from numba import njit, prange


@njit(parallel=True, error_model='numpy')
def in_inner_loop(keys, m, counts):
    for i in prange(len(keys)):
        for j in range(m):
            counts[keys[i] % 7] += 1


@njit(parallel=True, error_model='numpy')
def beside_what_is_not_compiled(flags, x, counts):
    for i in prange(len(x)):
        if flags[i] and x[i] < 0.9:
            if max(flags[i], flags[i]):
                counts[1] += i


for n in (1, 4, 40, 3000):
    x = np.random.RandomState(n).rand(n)
    keys = (x * 50).astype(np.int64) - 20
    counts = np.zeros(7)
    in_inner_loop(keys, 3, counts)
    print(n, counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6])
    beside_what_is_not_compiled(x > 0.25, x, counts)
    print(counts[1])
