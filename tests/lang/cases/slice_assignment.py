# peer: oracle
# exit: 1
# stderr: ValueError: could not broadcast input array from shape (3,) into shape (5,)
# A scalar into a slice, and rows into and out of an iteration's own arrays; arrays that may overlap stay interpreted.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def fill(a, out):
    for i in prange(a.shape[0]):
        out[i, :] = a[i, 0]
        out[i, 1:-1] = i
        out[i, ::3] = 2.25
        out[i][-2:] = -1.5


@njit(parallel=True)
def columns(out, n):
    for j in prange(out.shape[1]):
        out[:, j] = j
        out[2:n, j] = 0.5


@njit(parallel=True)
def through_own(a, out):
    m = a.shape[1]
    for i in prange(a.shape[0]):
        row = np.empty(m)
        row[:] = a[i]
        for j in range(m - 1, 0, -1):
            row[j] -= row[j - 1]
        out[i, :] = row
        ends = np.zeros(2)
        ends[:] = a[i, :2]
        out[i, 0] = ends[1]


@njit(parallel=True)
def into_ints(a, out):
    for i in prange(a.shape[0]):
        t = np.ones((2, a.shape[1]))
        t[1, :] = a[i] * 1.0
        t[0, :] = 7.9
        out[i, :] = t[0]


@njit
def shifted(a):
    for i in range(a.shape[0]):
        a[i, 1:] = a[i, :-1]


@njit(parallel=True)
def unlike(a, out):
    for i in prange(a.shape[0]):
        t = np.zeros(3)
        t[:] = a[i, :3]
        out[i, :] = t


rng = np.random.RandomState(8)
for rows, width in ((60, 9), (55, 4), (70, 2)):
    a = rng.rand(rows, width)
    out = np.zeros((rows, width))
    fill(a, out)
    print(out.sum(), out[3])
    columns(out, rows - 3)
    print(out.sum(), out[3], out[0])
    columns(out, 1)
    print(out.sum())
    through_own(a, out)
    print(out.sum(), out[5])
    whole = np.zeros((rows, width), dtype=np.int32)
    fill(a * 10.0, whole)
    print(whole.sum(), whole[7])
    shifted(out)
    print(out.sum(), out[5])
into_ints(rng.rand(50, 6), np.zeros((50, 6), dtype=np.int64))
a = rng.rand(60, 3)
out = np.zeros((60, 3))
unlike(a, out)
print(out.sum() == a.sum())
try_wide = np.zeros((60, 5))
unlike(a, try_wide)
