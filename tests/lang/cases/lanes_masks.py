# peer: oracle
# Branches that differ from iteration to iteration, with stores, loads, divisions and sums inside.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def stores(a, out, marks):
    for i in prange(len(a)):
        if a[i] > 0.5:
            out[i] = a[i] * 2.0
            if a[i] > 0.75:
                marks[i] = 3
            else:
                marks[i] = -1
        elif a[i] < 0.25:
            out[i] = -a[i]


@njit(parallel=True)
def narrow(a, b8, b16, b32, f32, flags):
    for i in prange(len(a)):
        if a[i] % 3 == 1:
            b8[i] = a[i]
            f32[i] = a[i] * 0.5
        else:
            b16[i] = b8[i] + a[i]
            if a[i] % 5 > 2:
                b32[i] = b16[i] * 7
                flags[i] = a[i] > 40


@njit(parallel=True)
def divisions(a, b, out):
    for i in prange(len(a)):
        if b[i] != 0:
            out[i] = a[i] // b[i] + a[i] % b[i]
        else:
            out[i] = -7


@njit(parallel=True)
def gathers(index, table, out):
    for i in prange(len(index)):
        s = 0.0
        if index[i] >= 0:
            s = table[index[i]]
            if index[i] + 1 < len(table):
                s += 0.5 * table[index[i] + 1]
        out[i] = s


@njit(parallel=True)
def columns(m, out):
    for i in prange(m.shape[0]):
        s = 0.0
        for j in range(m.shape[1]):
            if m[i, j] > 0.5:
                s += m[i, j]
            else:
                m[i, j] = 0.0
        out[i] = s


@njit(parallel=True)
def sums(a, k):
    total = 0.0
    count = 0
    most = -1.0
    least = 2
    for i in prange(len(a)):
        if a[i] > 0.3:
            total += a[i]
            count += 1
        if k[i] % 2 == 1:
            most = max(most, a[i])
            if k[i] % 3 == 0:
                least = min(least, k[i])
    return total, count, most, least


@njit(parallel=True)
def int_start(a):
    s = 0
    p = 1
    for i in prange(len(a)):
        if a[i] > 2.0:
            s += a[i]
        if a[i] < -2.0:
            p *= 2
    return s, p


@njit
def clipped(x, lo, hi):
    if x < lo:
        return lo
    if x > hi:
        return hi
    return x


@njit(parallel=True)
def calls(a, out):
    for i in prange(len(a)):
        t = clipped(a[i], 0.25, 0.75)
        for k in range(3):
            t = t * 0.5 + clipped(t + a[i] * k, 0.1, 0.4)
        out[i] = t


@njit
def plain_loop(a, out):
    for i in range(len(a)):
        if a[i] > 0.5:
            out[i] = 1.0 / a[i]
        else:
            t = a[i] * a[i]
            u = t * a[i] + 1.0
            v = u * t - a[i]
            w = v * v + u
            out[i] = w * u * v + t * w - u * u


for n in (0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 129, 1000):
    a = ((np.arange(n) * 7919) % 1000) / 1000.0
    k = (np.arange(n) * 31) % 97
    out = np.zeros(n)
    marks = np.zeros(n, dtype=np.int64)
    stores(a, out, marks)
    print(n, out.sum(), marks.sum())
    b8 = np.zeros(n, dtype=np.int8)
    b16 = np.zeros(n, dtype=np.uint16)
    b32 = np.zeros(n, dtype=np.int32)
    f32 = np.zeros(n, dtype=np.float32)
    flags = np.zeros(n, dtype=np.bool_)
    narrow(k, b8, b16, b32, f32, flags)
    print(b8.sum(), b16.sum(), b32.sum(), f32.sum(), flags.sum())
    ints = np.zeros(n, dtype=np.int64)
    divisions(k - 40, k % 5 - 2, ints)
    index = (k * 3) % 50 - 5
    picked = np.zeros(n)
    gathers(index, np.arange(45) * 0.5, picked)
    print(ints.sum(), picked.sum())
    rows = np.zeros((n, 5))
    for i in range(n):
        for j in range(5):
            rows[i, j] = ((i * 5 + j) * 37 % 101) / 101.0
    line = np.zeros(n)
    columns(rows, line)
    print(rows.sum(), line.sum())
    print(sums(a, k))
    print(int_start(a * 8.0 - 4.0))
    calls(a, out)
    print(out.sum())
    plain_loop(a, out)
    print(out.sum())
odd = np.zeros(10)
odd[0] = np.nan
odd[1] = np.inf
odd[2] = -np.inf
odd[3] = 0.0
odd[4] = -0.0
odd[5] = 0.6
odd[6] = 0.2
odd[7] = 0.8
odd[8] = np.nan
odd[9] = 0.3
out = np.zeros(10)
marks = np.zeros(10, dtype=np.int64)
stores(odd, out, marks)
print(out, marks)
calls(odd, out)
print(out)
