# peer: oracle
# `found = True` in a prange is a reduction where the variable holds nothing but bools; whatever else it is, the value is Python's.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def found(a, limit):
    any_above = False
    all_below = True
    for i in prange(len(a)):
        if a[i] > limit:
            any_above = True
        if a[i] >= limit:
            all_below = False
    return any_above, all_below


@njit(parallel=True)
def with_sums(a, limit):
    s = 0.0
    t = 0.0
    seen = False
    for i in prange(len(a)):
        s += a[i]
        t -= a[i] * 0.5
        if a[i] > limit:
            seen = True
    return s, t, seen


@njit(parallel=True)
def nested(m, limit, out):
    somewhere = False
    for i in prange(m.shape[0]):
        here = False
        for j in prange(m.shape[1]):
            if m[i, j] > limit:
                here = True
                somewhere = True
        out[i] = here
    return somewhere


@njit(parallel=True)
def reset(m, limit, out):
    for i in prange(m.shape[0]):
        here = False
        for j in range(m.shape[1]):
            if m[i, j] > limit:
                here = True
        out[i] = here


@njit(parallel=True)
def an_int_before(a, limit):
    hit = 0
    for i in prange(len(a)):
        if a[i] > limit:
            hit = True
    return hit


@njit(parallel=True)
def both_values(a, limit):
    last = False
    for i in prange(len(a)):
        if a[i] > limit:
            last = True
        elif a[i] < 1.0 - limit:
            last = False
    return last


@njit(parallel=True)
def read_inside(a, limit):
    seen = False
    n = 0
    for i in prange(len(a)):
        if not seen:
            n += 1
        if a[i] > limit:
            seen = True
    return seen, n


@njit(parallel=True)
def always(a):
    ran = False
    for i in prange(len(a)):
        ran = True
    return ran


rng = np.random.RandomState(4)
for n in (0, 1, 5, 300, 5000):
    a = rng.rand(n)
    for limit in (0.5, 0.9995, 2.0):
        print(n, limit, found(a, limit), with_sums(a, limit), an_int_before(a, limit), both_values(a, limit), read_inside(a, limit))
    print(always(a))
m = rng.rand(40, 9)
out = np.zeros(40, dtype=np.bool_)
for limit in (0.5, 0.97, 2.0):
    print(nested(m, limit, out), out.sum())
    reset(m, limit, out)
    print(out.sum())
