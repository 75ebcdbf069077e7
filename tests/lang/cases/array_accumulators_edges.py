# peer: oracle
# numba: sums of floats differ with the thread count; -= on arrays and rows that broadcast are refused or unsafe there
# Arrays that all iterations of a prange add to as a whole, where the addition is compiled, where an iteration goes
# on before or behind it, and where the operation that is added stands on a path of its own.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def products(h, a, w):
    for i in prange(a.shape[0]):
        h += a[i] * w[i]


@njit(parallel=True)
def functions(h, p, a):
    for i in prange(a.shape[0]):
        h += np.sqrt(a[i])
        p -= np.sqrt(np.abs(a[i])) / (1.0 + a[i] * a[i])
        h += -a[i]


@njit(parallel=True)
def kept_too(h, o, a):
    for i in prange(a.shape[0]):
        t = a[i] * 2.0
        h += t
        o[i] = t[0]


@njit(parallel=True)
def either(h, a, b):
    for i in prange(a.shape[0]):
        h += a[i] * 2.0 if a[i, 0] > 0.5 else b[i] - 1.0


@njit(parallel=True)
def either_in_a_variable(h, a, b):
    for i in prange(a.shape[0]):
        if a[i, 0] > 0.5:
            t = b[i]
        else:
            t = a[i] * 2.0
        h += t


@njit(parallel=True)
def behind_else(h, a):
    for i in prange(a.shape[0]):
        for k in range(3):
            t = a[i]
            if a[i, k] > 0.9:
                break
        else:
            t = a[i] * 3.0
        h += t


@njit(parallel=True)
def skips(h, c, a):
    s = 0.0
    for i in prange(a.shape[0]):
        if a[i, 0] < 0.25:
            continue
        h += a[i]
        s += a[i, 1]
        if a[i, 1] > 0.5:
            c += a[i] > 0.5
    return s


@njit(parallel=True)
def some_rows(h, a, index):
    for i in prange(index.shape[0]):
        h *= a[index[i]]
        h *= 1.5


@njit(parallel=True)
def methods(h, a):
    for i in prange(a.shape[0]):
        h += a[i].copy()
        h += a[i] * a[i].sum()


# An update in place belongs to the array that it updates, not to the sum alone.
@njit(parallel=True)
def updated(h, a):
    for i in prange(a.shape[0]):
        x = a[i] * 1.5
        x *= 2.0
        h += x


@njit(parallel=True)
def updated_views(h, a):
    for i in prange(a.shape[0]):
        x = a[i]
        x -= 0.25
        h += x


@njit(parallel=True)
def sliced(h, a, m):
    for i in prange(a.shape[0]):
        h += a[i, m:] + a[i, :2]


@njit(parallel=True)
def grid(h, a):
    for i in prange(a.shape[0]):
        h += a[i] * a[i]


@njit(parallel=True)
def squares(h, a):
    for i in prange(a.shape[0]):
        h += a[i] * a[i]


@njit(parallel=True)
def backwards(h, a, w):
    for i in prange(a.shape[0] - 1, -1, -2):
        h += a[-1 - i] * w[i]


@njit(parallel=True)
def masks(x, y, z, a):
    for i in prange(a.shape[0]):
        x |= a[i] > 0.9
        y ^= a[i] > 0.5
        z &= a[i] > 0.001


@njit(parallel=True)
def both(h, g, a):
    for i in prange(a.shape[0]):
        h += a[i]
        g *= 1.0 + a[i]


def check(a):
    s = 0.0
    for x in a.ravel():
        s = s * 0.9375 + x
    return s


rng = np.random.RandomState(31)
for n in (0, 1, 2, 63, 64, 65, 130, 1000):
    for m in (3, 16, 37):
        a, b, w = rng.rand(n, m), rng.rand(n, m), rng.rand(n)
        h, p = rng.rand(m), rng.rand(m)
        products(h, a, w)
        print(n, m, check(h))
        functions(h, p, a)
        print(check(h), check(p))
        o = np.zeros(n)
        kept_too(h, o, a)
        print(check(h), check(o))
        either(h, a, b)
        print(check(h))
        either_in_a_variable(h, a, b)
        print(check(h))
        behind_else(h, a)
        print(check(h))
        c = np.zeros(m, np.int32)
        print(skips(h, c, a), check(h), c)
        sliced(h[:2], a, m - 2)
        print(check(h))
        methods(h, a)
        print(check(h))
        backwards(h, a, w)
        print(check(h))
        x, y, z = np.zeros(m, np.bool_), np.zeros(m, np.bool_), np.ones(m, np.bool_)
        masks(x, y, z, a)
        print(x, y, z)
        if n > 0:
            some_rows(h, a, rng.randint(-n, n, 2 * n))
            print(check(h))

# Not numbers, zeros of either sign, and what overflows.
a = rng.rand(300, 8) - 0.5
a[17, 2], a[200, 3], a[5, 4], a[6, 4], a[77, 5] = np.nan, np.inf, np.inf, -np.inf, 1e308
for start in (0.0, -0.0):
    h = np.full(8, start)
    grid(h, a)
    print(h)
    h = np.full(8, start)
    products(h, np.full((100, 8), -0.0), np.ones(100))
    print(h)
for kind in (np.int8, np.uint8, np.int32, np.int64, np.uint64, np.float32):
    h = np.arange(5).astype(kind)
    grid(h, rng.randint(0, 100, (70, 5)).astype(kind))
    print(h, h.dtype)
# Values of another kind than the sum's.
h = np.zeros(5, np.float32)
products(h, rng.rand(70, 5), rng.rand(70))
print(h, h.dtype)
h = np.zeros(5, np.int32)
grid(h, rng.randint(-2**40, 2**40, (70, 5)))
print(h, h.dtype)
h = np.zeros(5)
grid(h, rng.randint(0, 9, (70, 5)))
print(h, h.dtype)
# Two dimensions, in C order or not, rows that broadcast, the same array under two names.
h = rng.rand(4, 6)
squares(h, rng.rand(90, 4, 6))
print(check(h))
squares(h.T, rng.rand(90, 6, 4))
print(check(h))
squares(h[::2, 1::2], rng.rand(90, 2, 3))
print(check(h))
squares(h, rng.rand(90, 6))
print(check(h))
products(h, rng.rand(90, 1, 6), rng.rand(90))
print(check(h))
both(h[0], h[1], rng.rand(100, 6))
print(check(h))
both(h[0], h[0], rng.rand(100, 6))
print(check(h))
squares(h[0], np.ones((6, 100)).T)
print(check(h))
h, a = np.zeros(6), rng.rand(100, 6)
updated(h, a)
print(check(h))
updated_views(h, a)
print(check(h), check(a))
