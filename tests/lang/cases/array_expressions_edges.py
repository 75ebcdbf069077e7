# peer: oracle
# numba: arrays of no dimension and methods as values are refused there
# What is nearly an expression of whole arrays: arrays of no dimension, methods that are called elsewhere than where they
# were looked up, targets that share memory with what is read.
import numpy as np
from numba import njit, prange


@njit
def doubled(a, n):
    s = 0.0
    for i in range(n):
        x = a * 2.0
        s += np.exp(a * 0.1) + x
    return s


@njit
def get(r):
    return r.sum


@njit
def get_largest(r):
    return r.max


@njit
def call(m):
    return m()


@njit
def by_method(a, o):
    for i in range(o.shape[0]):
        if a[i, 0] > 50.0:
            m = get(a[i])
        else:
            m = get_largest(a[i])
        o[i] = m() + call(a[i].min)
    return o.sum()


@njit
def looked_up_early(a, o):
    for i in range(o.shape[0]):
        row = a[i]
        m = row.sum
        row = a[0]
        o[i] = m() - row.sum()
    return o.sum()


@njit(parallel=True)
def rows(a, b):
    for i in prange(a.shape[0]):
        b[i] += a[i] * 0.5


@njit(parallel=True)
def elements(a, b):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            b[i, j] += a[i, j] * 0.5


a = np.full((), 3.0)
print(doubled(a, 3), doubled(a, 3000))
a = (np.arange(3000 * 3.0) * 7919 % 101).reshape(3000, 3)
o = np.zeros(3000)
print(by_method(a, o), looked_up_early(a, o))
for f in (rows, elements):
    for k in range(3):
        m = np.ones((2001, 20))
        f(m[:-1], m[1:])
        print(m.sum(), m[5, 3])
        f(m[1:], m[:-1])
        print(m.sum(), m[5, 3])
