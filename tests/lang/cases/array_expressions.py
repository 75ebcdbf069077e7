# peer: oracle
# rel: 1e-12
# numba: sums and float32 arithmetic round otherwise there
# Expressions of whole arrays in iterations: operators, functions, updates in place, sums and extremes of rows.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def softmax(a, o):
    for i in prange(a.shape[0]):
        e = np.exp(a[i] - a[i].max())
        o[i] = e / e.sum()


@njit(parallel=True)
def mixed(a, b, o):
    for i in prange(a.shape[0]):
        o[i, :] = -a[i] * 2 + b / (a[i] + 1.5) - np.abs(b)
        o[i] += b
        o[i] *= 0.5
        o[i, 1:3] -= a[i, 0:2]


@njit(parallel=True)
def reduced(a, o):
    for i in prange(a.shape[0]):
        row = a[i]
        o[i, 0] = row.sum()
        o[i, 1] = row.min()
        o[i, 2] = row.max() + row.prod()
        o[i, 3] = (row * row).sum() + np.sum(a[i, ::2]) - a[i, 1:].max()


@njit(parallel=True)
def whole_sums(a, o):
    for i in prange(a.shape[0]):
        o[i] = a[i].sum()


@njit(parallel=True)
def bits(a, b, o):
    for i in prange(a.shape[0]):
        o[i] = (a[i] & b) + (a[i] ^ 3) * (b | 1)


@njit
def in_order(a, steps):
    for k in range(steps):
        a[1:] += a[:-1]
        a *= 0.5
    return a.sum()


@njit
def shifted(a, n):
    for k in range(n):
        a[1:] = a[:-1] * 1.5
        a[0] = k
    return a.max()


@njit(parallel=True)
def under_conditions(a, o):
    for i in prange(a.shape[0]):
        if a[i, 0] > 0.5:
            t = a[i] * 2.0
        else:
            t = a[i] + 1.0
        s = 0.0
        for j in range(3):
            t = t * 0.5 + a[i]
            s += t.sum()
        o[i] = s + len(t)


@njit(parallel=True)
def total(a):
    s = 0.0
    for i in prange(a.shape[0]):
        s += (a[i] * a[i]).sum()
    return s


@njit(parallel=True)
def inner(a, o):
    for i in prange(a.shape[0]):
        s = 0.0
        for j in prange(a.shape[0]):
            s += (a[i] - a[j]).max()
        o[i] = s


def shown(a):
    print(a.dtype, a.sum().item(), end=" ")
    for x in a.ravel()[:12]:
        print(x.item(), end=" ")
    print()


def numbers(n, m, dtype):
    return ((np.arange(n * m) * 7919 % 1009) / 100.0 - 3.0).astype(dtype).reshape(n, m)


for m in (4, 5, 8, 17, 64, 5000):
    n = 40 if m < 1000 else 3
    a = numbers(n, m, np.float64)
    b = numbers(1, m, np.float64)[0] + 0.25
    o = np.zeros((n, m))
    softmax(a, o)
    shown(o)
    mixed(a, b, o)
    shown(o)
    mixed(a[::-1, ::-1], b[::-1], o[::-1])
    shown(o)
    r = np.zeros((n, 4))
    reduced(a, r)
    shown(r)
    reduced(a[:, ::-1], r)
    shown(r)
    for dtype in (np.float32, np.int64, np.int32, np.uint8):
        w = np.zeros(n)
        whole_sums(a.astype(dtype), w)
        shown(w)
    k = np.zeros((n, m), np.int64)
    bits(a.astype(np.int64), b.astype(np.int64), k)
    shown(k)
    w = np.zeros(n)
    under_conditions(a, w)
    shown(w)
    inner(a, w)
    shown(w)
    print(total(a), in_order(a[0].copy(), 300), shifted(a[1].copy(), 300))

a = numbers(40, 9, np.float64)
a[3, 4] = np.nan
a[5] = -0.0
a[6, 2] = np.inf
a[7] = np.inf
a[8, 0] = 0.0
a[8, 1:] = -0.0
r = np.zeros((40, 4))
reduced(a, r)
for row in r[3:9]:
    shown(row)
w = np.zeros(40)
whole_sums(np.zeros((40, 0)), w)
shown(w)
