# peer: oracle
# Elements of views, and of arrays of lengths that an iteration finds out, counted from the end: not where the array's own
# end is, so that iterations which seem apart meet in the middle.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def found_out(lengths, n, out):
    for i in prange(len(lengths)):
        a = np.zeros(lengths[i])
        for j in range(lengths[i]):
            a[j] = j + i
        for j in range(1, n):
            a[-j] = a[j] * 2 + 1
        s = 0.0
        for j in range(lengths[i]):
            s = s * 3 + a[j]
        out[i] = s


@njit
def slices(x, s, n, rounds):
    for r in range(rounds):
        v = x[s:s + n]
        for j in range(1, n):
            v[-j] = v[j] * 2 + 1


@njit
def rest(x, s, n, rounds):
    for r in range(rounds):
        v = x[s:]
        for j in range(1, n):
            v[-j] = v[j] * 2 + 1


@njit
def crossing(x, s, n, rounds):
    for r in range(rounds):
        v = x[s:s + n]
        for j in range(n):
            v[j - 3] = v[j] + v[j - 4] * 0.5


@njit
def computed(x, n, rounds):
    for r in range(rounds):
        w = x[:n] * 2.0
        for j in range(1, n):
            w[-j] = w[j] * 2 + 1
        for j in range(n):
            x[j] = w[j] * 0.125


@njit
def apart(x, s, n, rounds):
    for r in range(rounds):
        v = x[s:s + n]
        for j in range(n // 2):
            v[j] = v[j + n // 2] + r


for n in (20, 40, 100):
    out = np.zeros(50)
    for r in range(3):
        found_out(np.full(50, n), n, out)
    print(out[:3], out[49])
    for s in (0, 5):
        for rounds in (1, 10, 30):
            x = np.arange(200.0)
            slices(x, s, n, rounds)
            print(x[s], x[s + 1], x[s + n // 2], x.sum())
            x = np.arange(n + float(s))
            rest(x, s, n, rounds)
            print(x[s], x[s + 1], x[s + n // 2], x.sum())
            crossing(x, s, n, rounds)
            print(x[s], x[-1], x.sum())
            apart(x, s, n, rounds)
            print(x[s], x[-1], x.sum())
            x = np.arange(200.0)
            computed(x, n, rounds)
            print(x[1], x[n // 2], x.sum())
