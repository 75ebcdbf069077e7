# peer: oracle
# Conditions that all iterations of a gang answer alike, or all but few: sides run with and without masks.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def one_side(x, a, b, o):
    for i in prange(len(x)):
        if x[i] > 0.5:
            u = a[i] * 2.0 + x[i]
            v = b[i] - u * x[i]
            w = u * v + 0.25 * (u - v) * (u + v)
            o[i] = w / (1.0 + v * v)
            b[i] = w - v


@njit(parallel=True)
def two_sides(x, a, o):
    total = 0.0
    least = 9.0
    for i in prange(len(x)):
        if x[i] > 0.5:
            u = a[i] * 2.0 + x[i]
            v = u * (u - x[i]) * (u + 0.5) / (1.0 + u * u)
            o[i] = v
            total += v
        else:
            u = a[i] - x[i]
            v = u * (u + x[i]) * (u - 0.25) / (2.0 + u * u)
            o[len(x) - 1 - i + len(x)] = v
            least = min(least, v)
        total += u * v
    return total, least


@njit(parallel=True)
def nested(x, a, o):
    for i in prange(len(x)):
        k = 0
        if x[i] > 0.25:
            o[i] = a[i] * x[i] + 1.0
            if x[i] > 0.5:
                o[i + len(x)] = (a[i] + x[i]) * (a[i] - x[i]) / (x[i] + 1.0) + o[i] * o[i] - a[i] * 3.0 + x[i] * a[i] * 5.0
                k = 1
            elif a[i] > 0.5:
                o[i + len(x)] = (a[i] - x[i]) * (a[i] - x[i]) / (x[i] + 2.0) - o[i] * o[i] + a[i] * 2.0 - x[i] * a[i] * 4.0
                k = 2
            a[i] = o[i] * 0.5 - a[i] * (x[i] + 0.125) * (x[i] - 0.125)
        else:
            a[i] = a[i] * 0.25
        o[i] += k


@njit(parallel=True)
def rows(x, g, w, o):
    for i in prange(len(x)):
        if x[i] > 0.5:
            s = 0.0
            for k in range(g.shape[1]):
                s += g[i, k] * w[k]
                if s > 4.0:
                    s -= 3.5
            o[i] = s


@njit(parallel=True)
def early(x, g, o):
    for i in prange(len(x)):
        if x[i] <= 0.5:
            o[i] = -1.0
            continue
        s = 0.0
        for k in range(g.shape[1]):
            if g[i, k] < 0.02:
                break
            s += g[i, k]
        k = 0
        while s > 0.125 and k < 20:
            s *= 0.5
            k += 1
        o[i] = s + k


@njit(parallel=True)
def looked_up(x, index, table, o):
    found = 0
    for i in prange(len(x)):
        if x[i] > 0.5:
            k = table[index[i]]
            t = table[k % 7 - 3]
            o[i] = k * 100 + t * x[i] + (k + t) * (k - t)
            found += t
        o[i] += 1.0
    return found


@njit(parallel=True)
def small(x, a, b, c, d):
    for i in prange(len(x)):
        if x[i] > 0.5:
            t = a[i] * 5 - b[i]
            a[i] = t + 3
            b[i] = (t ^ 11) - (t >> 2)
            c[i] = x[i] * t + c[i] * 0.5
            d[i] = t > 40


@njit
def inner(x, g, o, at):
    for r in range(g.shape[0]):
        for i in range(len(x)):
            if x[i] > 0.5:
                u = g[r, i] * 2.0 + x[i]
                v = g[r, at[i]] - u * x[i]
                o[r, i] = u * v + 0.25 * (u - v) * (u + v) / (1.0 + v * v)
            else:
                o[r, i] = x[i] - g[r, i]


# What is asked inside has been answered outside: some of the sides that would be written cannot be reached.
@njit
def answered(a, o, n, m, at):
    for i in range(n):
        c = 0
        high = -0.0
        for j in range(1, m):
            if not (a[i, j] != a[i, j]):
                if a[i, j] != a[i, j]:
                    c -= j % 7
                else:
                    high = max(high, np.sqrt(abs(a[i, at])))
        o[i] = c + high


def data(kind, n):
    t = np.arange(n)
    x = (t * 37 % 101) / 101.0
    if kind == "on":
        return x * 0.4 + 0.55
    if kind == "off":
        return x * 0.4
    if kind == "alternating":
        return 0.2 + 0.6 * (t % 2)
    if kind == "edges":
        return np.where(t % 16 == 0, 0.1, np.where(t % 16 == 15, 0.4, 0.9))
    if kind == "one off":
        return np.where(t == n // 2, 0.3, 0.8)
    if kind == "sorted":
        return t / (n + 1.0)
    if kind == "runs":
        return 0.3 + 0.4 * (t // 40 % 2)
    return x


for kind in ("on", "off", "alternating", "edges", "one off", "sorted", "runs", "mixed"):
    for n in (0, 1, 7, 8, 17, 64, 100, 259):
        x = data(kind, n)
        a, b = (np.arange(n) * 53 % 97) / 97.0, (np.arange(n) * 29 % 89) / 89.0
        o = np.zeros(2 * n)
        one_side(x, a, b, o)
        print(kind, n, o.sum(), b.sum())
        print(two_sides(x, a, o), o[:n].sum(), o[n:].sum())
        nested(x, a, o)
        print(a.sum(), o.sum())
        g = (np.arange(n * 5) * 31 % 83).reshape(n, 5) / 83.0
        rows(x, g, np.arange(5) * 0.5, o)
        print(o.sum())
        early(x, g, o)
        print(o.sum())
        print(looked_up(x, np.arange(n) * 11 % 25 - 9, np.arange(20) % 6 + 1, o), o.sum())
        p, q, c = (np.arange(n) % 19).astype(np.int8), (np.arange(n) * 3 % 50).astype(np.int32), x.astype(np.float32)
        d = np.zeros(n, dtype=np.bool_)
        small(x, p, q, c, d)
        print(p.sum(), q.sum(), c.sum(), d.sum())
        h, out = (np.arange(n * 2) * 31 % 83).reshape(2, n) / 83.0, np.zeros((2, n))
        inner(x, h, out, np.arange(n) * 7 % max(n, 1))
        print(out.sum())

for m in (200, 40, 3):
    a = (np.arange(m * 3) * 53 % 97).reshape(m, 3).T / 97.0
    a[1, 1:] = a[1, 1:] * np.nan
    a[2, m // 2] = np.nan
    o = np.zeros(3)
    for at in (-1, 0):
        answered(a, o, 3, m, at)
        print(m, at, o[0], o[1], o[2])
