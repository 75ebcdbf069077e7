# peer: cpython
# numba: overlapping in-place slices are wrong there
# Slice assignments inside kernels: the right-hand side is the old array.
import numpy as np
from numba import njit


@njit
def smooth(a, times):
    for t in range(times):
        a[1:-1] = 0.25 * a[:-2] + 0.5 * a[1:-1] + 0.25 * a[2:]


@njit
def shifts(a):
    a[1:] = a[:-1]
    a[:-2] = a[2:]
    a[1:] += a[:-1]
    a[:-1] -= a[1:]
    a[:] = a[::-1]


@njit
def rows(m):
    m[1:] = m[:-1] * 2
    m[:, 1:] += m[:, :-1]
    m[0] = m[-1]
    m[:, 0] = 7.0


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


rng = np.random.RandomState(19)
for n in (3, 4, 9, 64, 301):
    a = rng.rand(n)
    smooth(a, 5)
    print(n, check(a), end=" ")
    shifts(a)
    print(check(a))
m = rng.rand(6, 9)
rows(m)
print(check(m[5]), check(m[:, 8]))
