# peer: cpython
# Escape-time loops: break, while, and fixed trip counts with masks.
import numpy as np
from numba import njit, prange


@njit
def escape(cx, cy, limit):
    x = 0.0
    y = 0.0
    for n in range(limit):
        xx = x * x
        yy = y * y
        if xx + yy > 4.0:
            return n
        y = 2.0 * x * y + cy
        x = xx - yy + cx
    return limit


@njit(parallel=True)
def by_calls(out, limit):
    h, w = out.shape
    for i in prange(h):
        for j in range(w):
            out[i, j] = escape(-2.0 + 3.0 * j / w, -1.5 + 3.0 * i / h, limit)


@njit(parallel=True)
def by_while(out, limit):
    h, w = out.shape
    for i in prange(h):
        cy = -1.5 + 3.0 * i / h
        for j in prange(w):
            cx = -2.0 + 3.0 * j / w
            x = 0.0
            y = 0.0
            n = 0
            while x * x + y * y <= 4.0 and n < limit:
                x, y = x * x - y * y + cx, 2.0 * x * y + cy
                n += 1
            out[i, j] = n


@njit(parallel=True)
def by_break(out, limit):
    h, w = out.shape
    for i in prange(h):
        for j in range(w):
            cx = -2.0 + 3.0 * j / w
            cy = -1.5 + 3.0 * i / h
            x = cx
            y = cy
            for n in range(limit):
                t = x * x - y * y + cx
                y = 2.0 * x * y + cy
                x = t
                if x * x + y * y > 4.0:
                    break
            out[i, j] = n


def check(a):
    h = 0
    for row in a:
        for n in row:
            h = (h * 31 + int(n)) % 1000003
    return h


for shape in ((1, 1), (3, 8), (12, 17), (16, 32)):
    a = np.zeros(shape, np.int64)
    by_calls(a, 60)
    print(shape, a.sum(), check(a), end=" ")
    by_while(a, 60)
    print(a.sum(), check(a), end=" ")
    by_break(a, 60)
    print(a.sum(), check(a))
b = np.zeros((9, 11), np.uint8)
by_while(b, 40)
print(check(b))
print(escape(0.0, 0.0, 1000), escape(1.0, 1.0, 1000), escape(-0.75, 0.1, 500))
