# peer: oracle
# exit: 1
# Loops over range() whose step is known only when they begin.
import numpy as np
from numba import njit, prange


@njit
def sieve(n):
    s = np.ones(n, dtype=np.bool_)
    s[0] = False
    s[1] = False
    i = 2
    while i * i < n:
        if s[i]:
            for j in range(i * i, n, i):
                s[j] = False
        i += 1
    c = 0
    for i in range(n):
        if s[i]:
            c += 1
    return c


@njit
def visited(start, stop, step):
    c = 0
    last = -99
    for i in range(start, stop, step):
        c += 1
        last = i
    return c, last


@njit
def nested(steps, stop, out):
    for r in range(len(steps)):
        for i in range(stop * (steps[r] < 0), stop * (steps[r] > 0), steps[r]):
            if i == 7:
                continue
            if i > 90 and r == 3:
                break
            out[r] += i * 3 + out[r - 1]
        else:
            out[r] += 1000000
    return out


@njit(parallel=True)
def strided(x, out):
    for i in prange(1, len(out)):
        s = 0.0
        for j in range(i, len(x), i):
            s += x[j]
        out[i] = s
    return out


@njit
def bad(steps, x):
    s = 0
    for r in range(len(steps)):
        for i in range(0, 10, steps[r]):
            s += x[i + r]
    return s


for n in (5, 30, 1000, 20000):
    print(sieve(n))
far = 1 << 62
for start, stop, step in (
    (0, 10, 3),
    (10, 0, -3),
    (0, 10, -1),
    (10, 0, 1),
    (5, 5, 2),
    (-far - far // 2, far + far // 2, far // 2),
    (far + far // 2, -far - far // 2, -far // 2),
    (0, 1, far),
    (0, -1, -far * 2),
    (far, -far, -far * 2),
    (-7, 1000, 13),
    (1000, -7, -11),
):
    print(visited(start, stop, step), visited(start, stop, step))
steps = np.zeros(60, dtype=np.int64)
for k in range(60):
    steps[k] = k * 37 % 17 - 8
    if steps[k] == 0:
        steps[k] = 9
for _ in range(3):
    print(nested(steps, 100, np.zeros(60, dtype=np.int64)))
    print(strided(np.arange(300) / 7, np.zeros(40)))
print(bad(steps[:8], np.arange(30)))
steps[50] = 0
bad(steps, np.arange(80))
