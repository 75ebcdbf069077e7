# peer: oracle
# Elements that are updated where they stand: in one instruction, or not.
import numpy as np
from numba import njit, prange


@njit
def updates(a, b, at, x):
    for i in range(len(at)):
        k = at[i]
        a[k] += 1
        b[k] -= x
        a[k] ^= b[i]
        b[k] = x - b[k]
        a[k] &= -1 - i
        b[i] |= a[k]
        a[k] = a[i] + a[k]
    return a.sum() * 3 + b.sum()


@njit
def both(a, at):
    last = 0
    for i in range(len(at)):
        old = a[at[i]]
        a[at[i]] = old + 5
        last = old - last
    for i in range(1, len(a)):
        before = a[i]
        a[i - 1] = 7
        a[i] = before + a[i - 1]
    return last


@njit
def guarded(a, at, limit):
    for i in range(len(at)):
        old = a[at[i]]
        if old > limit:
            a[0] = old
        a[at[i]] = old + 2
    return a


@njit(parallel=True)
def counts(d, parts, dtype_like):
    table = np.zeros((parts, 16), dtype=np.int64) + dtype_like
    n = len(d)
    for b in prange(parts):
        for i in range(b * n // parts, (b + 1) * n // parts):
            table[b, d[i] & 15] += 1
            table[b, 15 - (d[i] & 15)] -= d[i]
    return table


at = np.arange(500) * 37 % 61
for _ in range(3):
    a = np.arange(500)
    b = np.arange(500) * -3
    print(updates(a, b, at, 11), a[:8], b[:8])
    print(updates(a, a, at, -5), updates(a[::-1], a[::2], at[:200], 3), a[:8])
    print(both(a, at), a[:9], guarded(a, at, 100)[:9])
    for dtype in (np.int32, np.uint8, np.int64):
        d = (np.arange(3000) * 77 % 251).astype(dtype)
        print(counts(d, 4, 0)[3], counts(d, 1, 5).sum())
    big = np.zeros(64, dtype=np.int64) + (1 << 62)
    print(updates(big, big, at[:40] % 64, 1 << 62), big[:4])
