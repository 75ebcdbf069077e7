# peer: oracle
# numba: t[1:] -= t[:-1] is wrong under parallel there
# Slices, views, whole-array expressions, methods and arrays allocated inside kernels.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def rows(m, out):
    for i in prange(m.shape[0]):
        row = m[i]
        out[i] = row[0] + row[-1] * 2
        part = m[i, 1:-1]
        part[0] += 1.0
        out[i] += len(part)


@njit(parallel=True)
def temporaries(a, n, out):
    for i in prange(len(out)):
        t = np.zeros(n)
        for k in range(n):
            t[k] = a[i] * k
        t[1:] -= t[:-1]
        out[i] = t[n - 1] + t.size


@njit
def expressions(a, b):
    c = a * 2.0 + b / 3 - 1
    d = (a > b) & (c < 1.0)
    e = -a
    e += c
    e[::2] *= 0.5
    return c, d, e


@njit
def reductions(a):
    return a.sum(), a.min(), a.max(), a.mean(), a[1:].sum(), (a * a).sum(), a.size, a.ndim


@njit
def shapes(m):
    t = m.T
    return m.shape, t.shape, m[1:, ::2].shape, m[:0].size, t[0, 1] == m[1, 0], m.ndim, len(m)


@njit
def assign(m):
    m[0] = 5
    m[1, :] = m[2, ::-1]
    m[:, 0] = np.arange(m.shape[0])
    m[-1] += m[-2]
    m[1:3, 1:3] = 0.25
    m[2:2] = 9.0
    c = m.copy()
    c[0, 0] = 77.0
    return c, m[0, 0]


@njit
def create(n):
    a = np.arange(n)
    b = np.ones(n, np.float32)
    c = np.full(n, 2.5)
    d = np.zeros((n, 2), np.int64)
    e = np.empty_like(c)
    for i in range(n):
        d[i, i % 2] = a[i] * 3
        e[i] = b[i] * c[i]
    return a, b, c, d, e, np.zeros_like(d), np.ones_like(b)


@njit
def convert(a):
    return a.astype(np.int32), a.astype(np.float32), (a * 10).astype(np.uint8), (a > 0.5).astype(np.int64)


@njit
def swap(a, b):
    for i in range(len(a)):
        a[i], b[i] = b[i], a[i]
    return a, b


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + float(x)
    return s


r = np.random.RandomState(32)
m = r.rand(30, 7)
out = np.zeros(30)
rows(m, out)
print(check(out), check(m[:, 1]))
temporaries(out, 12, out)
print(check(out))
a = r.rand(41)
b = r.rand(41)
c, d, e = expressions(a, b)
print(check(c), d.sum(), check(e))
print(reductions(a), reductions(np.arange(10)), reductions(np.arange(5000) * 0.1))
print(shapes(m))
c, x = assign(m[:6])
print(check(c[1]), check(c[5]), check(m[0]), x)
for v in create(9):
    print(v.dtype, v.shape, v.sum())
for v in convert(a * 3):
    print(v.dtype, v[0], v[1], v.sum())
u, v = swap(a, b)
print(check(u), check(v), check(a))
