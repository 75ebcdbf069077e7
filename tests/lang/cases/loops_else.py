# peer: cpython
# Every loop statement inside kernels: else, continue, break out of nests, loop variables afterwards, empty ranges.
import numpy as np
from numba import njit


@njit
def search(m, x):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            if m[i, j] == x:
                break
        else:
            continue
        return i, j
    else:
        return -1, -1


@njit
def after_loops(n):
    i = -5
    for i in range(n):
        pass
    j = -5
    for j in range(n, 0, -2):
        if j == 4:
            break
    k = 0
    while k < n:
        k += 3
    else:
        k += 100
    return i, j, k


@njit
def deep(n):
    c = 0
    for a in range(n):
        for b in range(a, n):
            if b % 3 == 2:
                continue
            for d in range(b):
                for e in range(d, n, 2):
                    if e > b + 2:
                        break
                    c += a + b - d * e
                else:
                    c -= 1
            if c > 5000:
                c -= 4000
    return c


@njit
def steps(start, stop, step):
    s = 0
    last = start
    for i in range(start, stop, step):
        s = s * 3 % 10007 + i
        last = i
    return s, last


@njit
def changing_bounds(n):
    c = 0
    i = 0
    while i < n:
        for j in range(i, n):
            n = n - 1 if j % 2 else n
            c += j
        i += 2
    return c, n


@njit
def forever(limit):
    i = 0
    total = 0
    while True:
        i += 1
        if i % 5 == 0:
            continue
        while True:
            total += i
            if total % 3 != 1:
                break
        if total > limit:
            return i, total


m = np.arange(12.0)
g = np.zeros((3, 4))
for i in range(3):
    g[i] = m[i * 4 : i * 4 + 4]
print(search(g, 0.0), search(g, 6.0), search(g, 11.0), search(g, 12.0), search(g[:0], 1.0))
for n in (0, 1, 4, 5, 10):
    print(after_loops(n), deep(n), changing_bounds(n))
for step in (1, 2, 7, -1, -3):
    print(steps(0, 100, step), steps(100, 0, step), steps(-5, 6, step), steps(3, 3, step))
print(forever(10), forever(5000), deep(14))
