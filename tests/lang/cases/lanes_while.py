# peer: oracle
# Loops that iterations leave at different times, for trip counts around every multiple of the lane count.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def mandelbrot(w, h, most, out):
    for y in prange(h):
        for x in range(w):
            cr = -2.0 + 3.0 * x / w
            ci = -1.0 + 2.0 * y / h
            zr = 0.0
            zi = 0.0
            n = 0
            while n < most and zr * zr + zi * zi <= 4.0:
                t = zr * zr - zi * zi + cr
                zi = 2.0 * zr * zi + ci
                zr = t
                n += 1
            out[y, x] = n


@njit(parallel=True)
def collatz(n, out):
    for i in prange(n):
        x = i + 1
        c = 0
        while x != 1:
            if x % 2 == 0:
                x = x // 2
            else:
                x = 3 * x + 1
            c += 1
        out[i] = c


@njit(parallel=True)
def newton(a, out, steps):
    for i in prange(len(a)):
        x = a[i]
        y = x
        n = 0
        while True:
            y = 0.5 * (x + a[i] / x)
            n += 1
            if abs(y - x) < 1e-12 * abs(x) or n >= 50:
                break
            x = y
        out[i] = y
        steps[i] = n


@njit(parallel=True)
def rejection(n, out):
    accepted = 0
    for i in prange(n):
        s = np.uint64(i * 2654435761 + 12345)
        tries = 0
        x = 0.0
        while True:
            s ^= s << np.uint64(13)
            s ^= s >> np.uint64(7)
            s ^= s << np.uint64(17)
            x = np.float64(s >> np.uint64(11)) * 1.1102230246251565e-16
            s ^= s << np.uint64(13)
            s ^= s >> np.uint64(7)
            s ^= s << np.uint64(17)
            y = np.float64(s >> np.uint64(11)) * 1.1102230246251565e-16
            tries += 1
            if x * x + y * y < 0.3:
                break
            if tries > 40:
                continue
            if tries > 60:
                break
        out[i] = x
        accepted += tries
    return accepted


@njit(parallel=True)
def own_ends(lo, hi, out):
    for i in prange(len(lo)):
        s = 0
        p = 1
        for k in range(lo[i], hi[i]):
            if k % 3 == 1:
                continue
            s += k
            p = (p * 31 + k) % 1000003
            if s > 500:
                break
        out[i] = s * 1000003 + p


@njit(parallel=True)
def steps_of_three(hi, out):
    for i in prange(len(hi)):
        s = 0
        for k in range(2, hi[i], 3):
            s = s * 3 + k
        out[i] = s


for w, h in ((1, 1), (7, 5), (8, 8), (9, 17), (33, 31), (64, 3)):
    m = np.zeros((h, w), dtype=np.int32)
    mandelbrot(w, h, 60, m)
    print(w, h, m.sum(), m[h // 2, w // 2])
for n in (0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100):
    lengths = np.zeros(n, dtype=np.int64)
    collatz(n, lengths)
    a = np.arange(n) * 3.25 + 0.125
    roots = np.zeros(n)
    steps = np.zeros(n, dtype=np.int64)
    newton(a, roots, steps)
    xs = np.zeros(n)
    tries = rejection(n, xs)
    lo = (np.arange(n) * 7) % 11 - 3
    hi = (np.arange(n) * 13) % 37 - 5
    ends = np.zeros(n, dtype=np.int64)
    own_ends(lo, hi, ends)
    threes = np.zeros(n, dtype=np.int64)
    steps_of_three(hi, threes)
    print(n, lengths.sum(), roots.sum(), steps.sum(), tries, xs.sum(), ends.sum(), threes.sum())
bad = np.zeros(10)
bad[0] = np.nan
bad[1] = np.inf
bad[2] = 1.0
bad[3] = -1.0
bad[4] = 0.0
bad[5] = -np.inf
bad[6] = 4.0
bad[7] = 1e308
bad[8] = 5e-324
bad[9] = 2.0
roots = np.zeros(10)
steps = np.zeros(10, dtype=np.int64)
newton(bad, roots, steps)
for k in range(10):
    print(roots[k], steps[k])
