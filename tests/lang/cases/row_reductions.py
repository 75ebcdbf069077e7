# peer: oracle
# rel: 1e-4
# Reductions of rows, inside a prange: lengths around every multiple of the 32 lanes and around a block, rows that end
# where their array does, signed zeros, NaN and infinity in the last lanes, strides, and views that begin anywhere.
# (The oracle leaves the order of sums of other kinds than contiguous float64 to NumPy.)
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def rows(a, o):
    for i in prange(a.shape[0]):
        row = a[i]
        o[i, 0] = row.sum()
        o[i, 1] = row.prod()


@njit(parallel=True)
def extremes(a, o):
    for i in prange(a.shape[0]):
        o[i, 0] = a[i].max()
        o[i, 1] = a[i].min()


@njit(parallel=True)
def triangle(a, o):
    for i in prange(a.shape[0]):
        o[i, 0] = a[i, :i].sum()
        o[i, 1] = a[i, i:].sum() - a[i, i::2].sum()


def show(name, n, o):
    print(name, n, o[0, 0], o[-1, 1], o[o.shape[0] // 2, 0], o[o.shape[0] // 2, 1], o.sum(), np.signbit(o).sum())


rng = np.random.RandomState(3)
lengths = (0, 1, 2, 8, 9, 16, 25, 31, 32, 33, 50, 63, 64, 65, 100)
for n in lengths:
    for kind in (np.float64, np.float32, np.int64, np.int32, np.uint8):
        a = (rng.rand(13, n) * 4 - (0 if kind == np.uint8 else 2)).astype(kind)
        for values in (a, a[:, ::-1]):
            o = np.zeros((13, 2))
            rows(values, o)
            show("rows " + str(a.dtype), n, o)
            if n > 0:
                extremes(values, o)
                show("extremes", n, o)
for n in (4095, 4096, 4128, 8200):
    a = rng.rand(2, n) - 0.5
    o = np.zeros((2, 2))
    rows(a, o)
    show("rows", n, o)

# The sum of nothing but -0.0 is 0.0, as the sum begins with that.
for n in (1, 32, 50):
    a = np.full((13, n), -0.0)
    o = np.zeros((13, 2))
    rows(a, o)
    show("zeros", n, o)
    extremes(a, o)
    show("zeros", n, o)
    for special in (np.nan, np.inf, -np.inf):
        for at in (0, n // 2, n - 1):
            b = rng.rand(13, n)
            b[6, at] = special
            rows(b, o)
            print("special", n, at, o[6, 0], o[5, 0], o[7, 1])
            extremes(b, o)
            print("special", n, at, o[6, 0], o[6, 1], o[5, 0], o[7, 1])

for n in (5, 40):
    a = rng.rand(n, n)
    o = np.zeros((n, 2))
    triangle(a, o)
    show("triangle", n, o)
