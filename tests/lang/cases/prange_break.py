# peer: cpython
# break, return and continue in prange; loops inside that break.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def first_above(a, limit):
    for i in prange(len(a)):
        if a[i] > limit:
            return i
    return -1


@njit(parallel=True)
def sum_until(a, limit):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > limit:
            break
        s += a[i]
    return s, i


@njit(parallel=True)
def break_else(a, limit):
    found = -1
    for i in prange(len(a)):
        if a[i] > limit:
            found = i
            break
    else:
        found = -2
    return found


@njit(parallel=True)
def skipping(a, out):
    for i in prange(len(a)):
        if a[i] < 0.5:
            continue
        out[i] = a[i]
    return out.sum() > 0


@njit(parallel=True)
def inner_break(m, out):
    for i in prange(m.shape[0]):
        out[i] = -1
        for j in range(m.shape[1]):
            if m[i, j] > 0.9:
                out[i] = j
                break
        else:
            out[i] = -2


@njit(parallel=True)
def inner_while(a, out):
    for i in prange(len(a)):
        x = a[i]
        n = 0
        while True:
            x = x * 1.5
            n += 1
            if x > 10.0:
                break
            if n > 50:
                break
        out[i] = n


rng = np.random.RandomState(12)
for n in (1, 10, 200, 5000):
    a = rng.rand(n)
    out = np.zeros(n)
    print(n, first_above(a, 0.9), first_above(a, 0.9999), first_above(a, 2.0), sum_until(a, 0.97), sum_until(a, 2.0))
    print(n, break_else(a, 0.95), break_else(a, 5.0), skipping(a, out), out[n // 2], out[-1])
    k = np.zeros(n, np.int64)
    inner_while(a, k)
    print(n, k.sum(), k[0], k[-1])
m = rng.rand(60, 12)
k = np.zeros(60, np.int64)
inner_break(m, k)
print(k.sum(), k.min(), k.max())
for x in k[:20]:
    print(x, end=" ")
print()
