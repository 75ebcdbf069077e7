# peer: oracle
# numba: races there
# Arrays of ints that iterations of a prange only update, by subscripts that may meet: in parallel on copies of the
# threads. And what only nearly is that: in order.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def count(h, x):
    for i in prange(len(x)):
        h[x[i]] += 1


@njit(parallel=True)
def weigh(h, x, w):
    for i in prange(len(x)):
        h[x[i]] -= w[i]
        h[x[i] // 2] += 2 * w[i] + i


@njit(parallel=True)
def products(p, x):
    for i in prange(len(x)):
        p[x[i] % 7] *= 2 * i + 1


@njit(parallel=True)
def masks(a, o, e, x):
    for i in prange(len(x)):
        a[x[i] % 5] &= ~(1 << (i % 60))
        o[x[i] % 5] |= 1 << (i % 50)
        e[x[i] % 5] ^= i


@njit(parallel=True)
def written_out(h, a):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            h[j] += a[i, j]


@njit(parallel=True)
def two_dimensions(h, x, y):
    total = 0
    for i in prange(len(x)):
        h[x[i], y[i]] += 1
        total += x[i]
    return total


@njit(parallel=True)
def one_element(h, x):
    for i in prange(len(x)):
        h[0] += x[i]
        h[-1] += 1


# ---- in order


@njit(parallel=True)
def floats(h, x):
    for i in prange(len(x)):
        h[x[i]] += 0.1


@njit(parallel=True)
def truncated(h, x):
    for i in prange(len(x)):
        h[x[i]] += 0.75


@njit(parallel=True)
def read_too(h, x, out):
    for i in prange(len(x)):
        h[x[i]] += 1
        out[i] = h[x[i]]


@njit(parallel=True)
def two_operators(h, x):
    for i in prange(len(x)):
        h[x[i]] += 1
        h[x[i]] ^= 3


@njit(parallel=True)
def overwritten(h, x):
    for i in prange(len(x)):
        h[x[i]] += 1
        h[3] = i


@njit(parallel=True)
def two_arrays(h, g, x):
    for i in prange(len(x)):
        h[x[i]] += 1
        g[x[i]] += 2


@njit(parallel=True)
def last(h, x):
    row = h
    for i in prange(len(x)):
        row = h
        h[x[i]] += 1
    return row


def check(a):
    s = 0
    for x in a.ravel().astype(np.int64):
        s = (s * 31 + int(x) % 1000) % 1000003
    return s


rng = np.random.RandomState(31)
for n in (0, 1, 7, 100, 6000):
    x = rng.randint(0, 64, n)
    w = rng.randint(-9, 9, n)
    for kind in (np.int64, np.int32, np.uint8, np.int8, np.uint64):
        h = np.arange(64).astype(kind)
        count(h, x)
        weigh(h, x, w)
        print(n, h.dtype, check(h), end=" ")
        one_element(h, w)
        print(check(h))
    p = np.ones(7, np.int64)
    products(p, x)
    a, o, e = np.full(5, -1), np.zeros(5, np.int64), np.ones(5, np.int64)
    masks(a, o, e, x)
    print(p, a, o, e)
    h = np.zeros((64, 64), np.int64)
    print(two_dimensions(h, x, x[::-1]), check(h))
    h = np.zeros(16, np.int32)
    written_out(h, x[: n // 16 * 16].reshape(n // 16, 16))
    print(h)
    f = np.zeros(64)
    floats(f, x)
    print(f.sum(), f[3])
    h = np.arange(64)
    truncated(h, x)
    out = np.zeros(n, np.int64)
    read_too(h, x, out)
    print(check(h), check(out))
    two_operators(h, x)
    overwritten(h, x)
    print(check(h))
    two_arrays(h, h, x)
    two_arrays(h[:40], h[24:], x % 40)
    two_arrays(h, h + 0, x)
    print(check(h), check(last(h, x)), check(h))
