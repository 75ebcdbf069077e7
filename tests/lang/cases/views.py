# peer: oracle
# Slices of arrays as views inside compiled loops: rows, columns, cuts, steps, views of views, handed to functions.
import numpy as np
from numba import njit, prange


@njit
def total(row):
    s = 0.0
    for j in range(len(row)):
        s += row[j]
    return s


@njit
def smooth(row, out):
    for j in range(1, row.shape[0] - 1):
        out[j] = row[j - 1] * 0.25 + row[j] * 0.5 + row[j + 1] * 0.25


@njit(parallel=True)
def rows(a, out):
    for i in prange(a.shape[0]):
        row = a[i]
        out[i] = total(row) + len(row) + row.shape[0] + row.size + row.ndim


@njit(parallel=True)
def columns(a, out):
    for i in prange(a.shape[1]):
        out[i] = total(a[:, i])


@njit(parallel=True)
def cuts(a, n, out):
    for i in prange(a.shape[0]):
        out[i] = total(a[i, 1:n]) + total(a[i, :-1]) * 2.0 + total(a[i, -3:]) + total(a[i, n:2])


@njit(parallel=True)
def steps(a, out):
    for i in prange(a.shape[0]):
        every = a[i, ::2]
        back = a[i, ::-1]
        thirds = a[i, 1::3]
        s = 0.0
        for j in range(len(every)):
            s += every[j] * back[j] + back[-1 - j]
        for j in range(len(thirds)):
            s = s * 0.5 + thirds[j]
        out[i] = s + len(thirds)


@njit(parallel=True)
def smoothed(a, b):
    for i in prange(a.shape[0]):
        smooth(a[i, 1:-1], b[i, 1:-1])


@njit(parallel=True)
def blocks(a, size, out):
    for b in prange(len(out)):
        part = a[b * size:(b + 1) * size]
        s = 0.0
        for k in range(len(part)):
            s += part[k] * (k + 1)
        out[b] = s + part[0] - part[-1]


@njit(parallel=True)
def windows(a, w, out):
    for i in prange(len(a)):
        near = a[max(0, i - w):min(len(a), i + w + 1)]
        best = near[0]
        for k in range(1, len(near)):
            if near[k] > best:
                best = near[k]
        out[i] = best


@njit(parallel=True)
def clipped(a, out):
    for i in prange(len(a)):
        out[i] = total(a[i - 1:i + 3])


@njit(parallel=True)
def of_views(a, out):
    for i in prange(a.shape[0]):
        plane = a[i]
        inner = plane[1:, ::2]
        row = inner[-1]
        cut = row[1:3]
        out[i] = cut[0] - cut[-1] + inner.shape[0] * 10 + inner.shape[1] + inner[0, 1]


@njit(parallel=True)
def chosen(a, out):
    for i in prange(a.shape[0]):
        if i % 3 == 0:
            row = a[i]
        else:
            row = a[0]
        for k in range(3):
            row = row[1:]
        out[i] = row[0] + len(row)


@njit
def in_place(a, times):
    for t in range(times):
        for i in range(a.shape[0]):
            row = a[i, 1:]
            before = a[i, :-1]
            for j in range(len(row)):
                row[j] = row[j] * 0.5 + before[j]


@njit(parallel=True)
def pairs(a, out):
    for i in prange(a.shape[0]):
        x, y = 0.0, 1.0
        ends = (a[i, 0], a[i, -1])
        for j in range(a.shape[1]):
            x, y = y, x * 0.5 + a[i, j]
            if y > 100.0:
                ends = (y, x)
        out[i] = ends[0] - ends[1] + x


rng = np.random.RandomState(11)
for shape in ((40, 12), (70, 5), (60, 4)):
    a = rng.rand(shape[0], shape[1])
    out = np.zeros(shape[0])
    rows(a, out)
    print(out.sum(), out[3])
    cuts(a, shape[1] - 1, out)
    print(out.sum(), out[3])
    cuts(a, 100, out)
    print(out.sum(), out[3])
    steps(a, out)
    print(out.sum(), out[3])
    chosen(a, out)
    print(out.sum(), out[3])
    pairs(a * 30.0, out)
    print(out.sum(), out[3])
    sums = np.zeros(shape[1])
    columns(a, sums)
    print(sums.sum(), sums[1])
    columns(a.T.copy(), out)
    print(out.sum(), out[1])
    b = np.zeros(shape)
    smoothed(a, b)
    print(b.sum(), b[1])
    in_place(b, 7)
    print(b.sum(), b[1])
flat = rng.rand(630)
out = np.zeros(63)
blocks(flat, 10, out)
print(out.sum(), out[62])
out = np.zeros(630)
windows(flat, 3, out)
print(out.sum(), out[:5])
clipped(flat, out)
print(out.sum(), out[:4], out[-4:])
cube = rng.rand(50, 4, 9)
out = np.zeros(50)
of_views(cube, out)
print(out.sum(), out[7])
of_views(cube[:, :, ::-1], out)
print(out.sum(), out[7])
