# peer: oracle
# numba: carried variables are wrong or refused there
# What variables can be to a prange: private, last value, carried, reduction beside any of them.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def last_values(a):
    last = -1.0
    even = -1
    never = "kept"
    for i in prange(len(a)):
        last = a[i] * 2
        if i % 2 == 0:
            even = i
        if i < 0:
            never = "changed"
    return last, even, never, i


@njit(parallel=True)
def index_after(n, start, step):
    i = 77
    k = 0
    for i in prange(start, n, step):
        k += 1
    return i, k


@njit(parallel=True)
def index_changed(n):
    s = 0
    for i in prange(n):
        i = i * 2
        s += i
    return s, i


@njit(parallel=True)
def private(a, out):
    for i in prange(len(a)):
        t = a[i]
        u = t * t
        if u > 0.25:
            u = u - 0.25
        else:
            t = 0.0
        out[i] = t + u
    return t, u


@njit(parallel=True)
def private_sum(m, out):
    for i in prange(m.shape[0]):
        s = 0.0
        for j in range(m.shape[1]):
            s += m[i, j]
        out[i] = s


@njit(parallel=True)
def recurrence(a, out):
    x = 0.0
    for i in prange(len(a)):
        x = x * 0.5 + a[i]
        out[i] = x
    return x


@njit(parallel=True)
def previous(a, out):
    p = -1.0
    for i in prange(len(a)):
        out[i] = a[i] - p
        p = a[i]
    return p


@njit(parallel=True)
def maybe_assigned(a, out):
    t = 9.0
    for i in prange(len(a)):
        if a[i] > 0.5:
            t = a[i]
        out[i] = t


@njit(parallel=True)
def mixed_operators(a):
    s = 1.0
    for i in prange(len(a)):
        s += a[i]
        s *= 0.99
    return s


@njit(parallel=True)
def running(a, out):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
        out[i] = s
    return s


@njit(parallel=True)
def self_reference(a):
    s = 0.1
    for i in prange(len(a)):
        s += s * a[i] * 0.01
    return s


@njit(parallel=True)
def sum_beside_carried(a):
    s = 0.0
    p = 0.0
    for i in prange(len(a)):
        s += a[i]
        p = p * 0.5 + a[i]
    return s, p


@njit(parallel=True)
def other_operators(a):
    s = 1000000
    t = 3
    for i in prange(len(a)):
        s //= a[i]
        t = a[i] - t
    return s, t


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.75 + x
    return s


rng = np.random.RandomState(11)
for n in (1, 2, 33, 100, 4200):
    a = rng.rand(n)
    out = np.zeros(n)
    print(n, last_values(a), index_changed(n), private(a, out), check(out))
    print(n, recurrence(a, out), check(out), previous(a, out), check(out), running(a, out), check(out))
    maybe_assigned(a, out)
    print(n, check(out), mixed_operators(a), self_reference(a), sum_beside_carried(a))
    print(n, other_operators((a * 3).astype(np.int64) + 1))
m = rng.rand(40, 7)
out = np.zeros(40)
private_sum(m, out)
print(check(out))
for start in (0, 3, 10):
    for step in (1, 2, 7, -1):
        print(index_after(10, start, step), index_after(100, start, step), index_after(-20, start, step))
