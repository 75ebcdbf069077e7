# peer: oracle
# np.random in njit outside prange: the MT19937 stream of the seed given there.
import numpy as np
from numba import njit


@njit
def seeded(seed, n):
    np.random.seed(seed)
    s = 0.0
    for i in range(n):
        s += np.random.rand()
    return s, np.random.random()


@njit
def pi(n):
    np.random.seed(7)
    hits = 0
    for i in range(n):
        x = np.random.random()
        y = np.random.random()
        if x * x + y * y < 1.0:
            hits += 1
    return hits


print(seeded(42, 1), seeded(0, 1000), seeded(42, 1), pi(2000))
np.random.seed(1)
print(seeded(3, 3), np.random.rand())
