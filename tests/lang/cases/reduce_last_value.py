# peer: oracle
# numba: last values assigned on some paths are lost there
# A reduction beside last values, assigned in every iteration or in some, and beside loop variables of inner loops.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def always(a):
    s = 0.0
    last = 0.0
    for i in prange(len(a)):
        last = a[i] * 2
        s += last
    return s, last, i


@njit(parallel=True)
def sometimes(a):
    s = 0.0
    last = -1.0
    index = -1
    for i in prange(len(a)):
        s += a[i]
        if a[i] > 0.9:
            last = a[i]
            index = i
    return s, last, index


@njit(parallel=True)
def inner_index(m):
    s = 0.0
    j = -1
    for i in prange(m.shape[0]):
        for j in range(m.shape[1]):
            s += m[i, j]
    return s, i, j


@njit(parallel=True)
def never_read_again(m):
    s = 0.0
    for i in prange(m.shape[0]):
        for j in prange(m.shape[1]):
            for k in prange(3):
                s += m[i, j] * k
    return s


r = np.random.RandomState(39)
for n in (1, 2, 33, 100, 5000):
    a = r.rand(n)
    print(n, always(a), sometimes(a), sometimes(a * 0.5))
for shape in ((1, 1), (4, 40), (40, 4), (1, 77)):
    m = r.rand(shape[0], shape[1])
    print(shape, inner_index(m), never_read_again(m))
