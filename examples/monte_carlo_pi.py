"""Pi by throwing darts. Every dart thrower has a random generator of its own (xorshift), seeded by its number."""
from time import perf_counter

import numpy as np
from numba import njit, prange


@njit
def scrambled(seed):
    x = np.uint64(seed) * np.uint64(0x1E3779B97F4A7C15) + np.uint64(0x3F58476D1CE4E5B9)
    x ^= x >> np.uint64(31)
    return x | np.uint64(1)


@njit(parallel=True)
def hits(throwers, darts):
    inside = 0
    for i in prange(throwers):
        s = scrambled(i)
        for k in range(darts):
            s ^= s << np.uint64(13)
            s ^= s >> np.uint64(7)
            s ^= s << np.uint64(17)
            x = np.float64(s >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            s ^= s << np.uint64(13)
            s ^= s >> np.uint64(7)
            s ^= s << np.uint64(17)
            y = np.float64(s >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            if x * x + y * y < 1.0:
                inside += 1
    return inside


throwers = 10_000
darts = 1000
for call in ("first", "second"):
    start = perf_counter()
    inside = hits(throwers, darts)
    print(f"{call} call: {(perf_counter() - start) * 1e3:.1f} ms")
print("inside", inside, "pi is about", 4.0 * inside / (throwers * darts))
