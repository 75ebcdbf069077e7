# peer: oracle
# numba: int(nan) differs there; sums of different kinds are of one there
# What inner loops add, count or find under conditions: in lanes where no bit changes by it, in order where one would.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def counts(a, b, o, t):
    for i in prange(a.shape[0]):
        c = 3
        d = 1
        e = -1
        for j in range(a.shape[1]):
            if a[i, j] > t:
                c += 1
                if b[i, j] & 1:
                    c += b[i, j]
                else:
                    c += 2 * j
            elif a[i, j] < -t:
                c += 7
            if b[i, j] > 2:
                d *= b[i, j] | 1
                d *= 3
            if b[i, j] != 5:
                e ^= b[i, j] << (j % 50)
        o[i, 0] += c
        o[i, 1] -= d
        o[i, 2] += e


@njit(parallel=True)
def differences(b, o):
    for i in prange(b.shape[0]):
        c = 100
        m = 2**62
        p = -1
        q = 0
        for j in range(b.shape[1]):
            if b[i, j] > 3:
                c -= b[i, j]
                c -= 1
            if b[i, j] % 3 == 1:
                m = min(m, b[i, j] * 5)
                p &= b[i, j] * 4 + 3
                q |= 1 << (b[i, j] % 60)
        o[i, 0] = c
        o[i, 1] = m
        o[i, 2] = p ^ q


@njit(parallel=True)
def extremes(a, o, t):
    for i in prange(a.shape[0]):
        low = 1e300
        high = a[i, 0]
        for j in range(a.shape[1]):
            if a[i, j] > t:
                low = min(low, a[i, j])
            if a[i, j] < -t:
                high = max(high, a[i, j])
        o[i, 0] = low
        o[i, 1] = high


@njit(parallel=True)
def dear_sums(a, o, t):
    for i in prange(a.shape[0]):
        s = -0.0
        p = 1.0
        d = o[i, 2]
        for j in range(a.shape[1]):
            x = np.sqrt(abs(a[i, j])) / (1.0 + a[i, j] * a[i, j])
            if a[i, j] > t:
                s += x / (x + 2.0)
            else:
                p *= 1.0 + x / 64.0
                d -= x / 3.0
        o[i, 0] = s
        o[i, 1] = p
        o[i, 2] = d


@njit(parallel=True)
def dear_twice(a, o, t):
    for i in prange(a.shape[0]):
        s = 0.0
        for j in range(a.shape[1]):
            x = np.sqrt(abs(a[i, j])) / (1.0 + a[i, j] * a[i, j])
            if a[i, j] > t:
                s += x / (x + 2.0)
                if x > 0.25:
                    s += np.sqrt(x) / 7.0
        o[i, 0] = s


# ---- in order


@njit(parallel=True)
def read_on_the_way(b, o):
    for i in prange(b.shape[0]):
        c = 0
        for j in range(b.shape[1]):
            if b[i, j] > c % 5:
                c += b[i, j]
        o[i, 0] = c


@njit(parallel=True)
def stored_on_the_way(b, o):
    for i in prange(b.shape[0]):
        c = 0
        for j in range(b.shape[1]):
            if b[i, j] > 2:
                c += b[i, j]
                o[i, j] = c


@njit(parallel=True)
def two_operators(b, o):
    for i in prange(b.shape[0]):
        c = 1
        for j in range(b.shape[1]):
            if b[i, j] > 2:
                c += b[i, j]
            else:
                c *= 3
        o[i, 0] = c


@njit(parallel=True)
def from_the_other_side(b, o):
    for i in prange(b.shape[0]):
        c = 1
        for j in range(b.shape[1]):
            if b[i, j] > 4:
                c = b[i, j] - c
        o[i, 0] = c


@njit(parallel=True)
def leaves(b, o, end):
    for i in prange(b.shape[0]):
        c = 0
        for j in range(b.shape[1]):
            if b[i, j] == end:
                break
            if b[i, j] > 2:
                c += b[i, j]
        o[i, 0] = c


@njit(parallel=True)
def indexed(b, index, x, o):
    for i in prange(b.shape[0]):
        c = 0
        for j in range(b.shape[1]):
            if b[i, j] > 2:
                c += x[index[j]]
        o[i, 0] = c


@njit
def serial(b, x):
    c = 0
    m = -1e308
    for j in range(len(b)):
        if b[j] > 3:
            c += b[j] * 2
        elif x[j] < 0.5:
            m = max(m, x[j])
    return c, m


def check(a):
    s = 0.0
    for x in a.ravel():
        s = s * 0.9375 + x
    return s


rng = np.random.RandomState(37)
for n, m in ((1, 0), (3, 1), (2, 7), (5, 8), (3, 31), (4, 33), (40, 64), (7, 1000), (300, 70)):
    a, b = rng.rand(n, m + 1) - 0.5, rng.randint(0, 9, (n, m))
    o, f = np.zeros((n, max(m, 3)), np.int64), np.ones((n, 3))
    counts(a[:, :m], b, o, 0.2)
    print(n, m, o.sum(), o[0, :3], o[-1, :3])
    differences(b, o)
    print(o[:, :3].sum(), o[-1, :3])
    for t in (0.1, 0.6, -0.6):
        extremes(a, f, t)
        print(check(f))
        dear_sums(a, f, t)
        dear_twice(a[:, :m], f, t)
        print(check(f))
    read_on_the_way(b, o)
    stored_on_the_way(b, o)
    print(o.sum())
    two_operators(b, o)
    print(o.sum(), o[-1, 0])
    from_the_other_side(b, o)
    print(o.sum())
    leaves(b, o, 8)
    print(o.sum())
    leaves(b, o, 9)
    print(o.sum())
    indexed(b, rng.randint(-8, 8, m), rng.randint(-9, 9, 8), o)
    print(o.sum())
    print(serial(b.ravel(), a[:, :m].ravel()))

# Not a number, zeros of either sign, infinities: in what is found, and in what decides.
nan, inf = np.nan, np.inf
for row in ((nan, 1.0, -1.0, nan), (0.0, -0.0, 0.0), (-0.0, 0.0, -0.0), (inf, -inf, 1.0), (nan,), (-0.0,)):
    a = np.zeros((1, len(row) * 9))
    for k in range(len(row)):
        a[0, k::len(row)] = row[k]
    for t in (-0.5, -inf, 0.5, nan):
        f = np.zeros((1, 3))
        extremes(a, f, t)
        print(f, np.signbit(f))
        extremes(a[:, ::-1], f, t)
        print(f, np.signbit(f))
        dear_sums(a * 0.0, f, t)
        print(f, np.signbit(f))
for kind in (np.int8, np.uint8, np.int32, np.uint32, np.uint64):
    b = rng.randint(0, 120, (4, 50)).astype(kind)
    o = np.zeros((4, 50), np.int64)
    counts(rng.rand(4, 50), b, o, 0.3)
    print(o[:, :3])
