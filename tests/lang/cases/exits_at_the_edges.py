# peer: oracle
# Inner loops that compiled code leaves in their last iteration, where the next value would be no int64.
import numpy as np
from numba import njit
@njit
def edges(starts, stops, steps, by):
    c = 0
    s = 0.0
    for r in range(len(steps)):
        for i in range(starts[r], stops[r], steps[r]):
            c += 1
            v = 7 if i > 5 or i < -5 else 0.5
            s += v * by
    return c, s
@njit
def fixed(n, by):
    c = 0
    s = 0.0
    for r in range(n):
        for i in range(1, 9223372036854775807, 4611686018427387904):
            c += 1
            v = 7 if i > 5 or i < -5 else 0.5
            s += v * by
        for i in range(-2, -9223372036854775807, -4611686018427387904):
            c += 1
            v = 7 if i > 5 or i < -5 else 0.5
            s += v * by
    return c, s
top = 9223372036854775807
a = np.zeros(40, dtype=np.int64); b = np.zeros(40, dtype=np.int64) + top; st = np.zeros(40, dtype=np.int64) + (1 << 62)
for _ in range(3):
    print(edges(a, b, st, 3), edges(a - 1, -b, -st, 3), fixed(40, 7))
