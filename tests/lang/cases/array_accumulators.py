# peer: oracle
# numba: |= and /= on arrays are refused there, and sums of floats differ with the thread count
# Arrays that all iterations of a prange add to as a whole, and the loops that only nearly do.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def add_rows(h, a):
    for i in prange(a.shape[0]):
        h += a[i]


@njit(parallel=True)
def subtract_and_multiply(h, p, a):
    for i in prange(a.shape[0]):
        h -= a[i] * 0.37
        p *= 1.0 + a[i] / 64.0


@njit(parallel=True)
def divide(h, a):
    for i in prange(a.shape[0]):
        h /= 1.0 + a[i] * 0.001


@njit(parallel=True)
def bits(x, y, z, a):
    for i in prange(a.shape[0]):
        x |= a[i]
        y ^= a[i]
        z &= a[i] | 4095


@njit(parallel=True)
def with_numbers(h, a):
    total = 0.1
    most = -1.0
    for i in prange(a.shape[0]):
        h += a[i]
        total += a[i, 0]
        most = max(most, a[i, 1])
    return total, most


@njit(parallel=True)
def histogram(data, parts):
    n = len(data)
    counts = np.zeros(16, np.int64)
    for t in prange(parts):
        local = np.zeros(16, np.int64)
        for i in range(t * n // parts, (t + 1) * n // parts):
            local[data[i]] += 1
        counts += local
    return counts


@njit(parallel=True)
def under_a_condition(h, a):
    for i in prange(a.shape[0]):
        if a[i, 0] > 2.0:
            for k in range(i % 3):
                h += a[i] * k
            h += 0.5


@njit(parallel=True)
def nested(h, a):
    for i in prange(a.shape[0] // 8):
        for j in prange(8):
            h += a[8 * i + j]
        h += 1.0


@njit(parallel=True)
def local_array(a):
    h = np.zeros((3, a.shape[1]), np.float32)
    for i in prange(a.shape[0]):
        h += a[i]
    return h


@njit(parallel=True)
def many_times(h, a, times):
    for t in range(times):
        for i in prange(a.shape[0]):
            h += a[i] * t


# ---- in order


@njit(parallel=True)
def replaced(h, a):
    for i in prange(a.shape[0]):
        h = h + a[i]
    return h


@njit(parallel=True)
def also_read(h, a):
    s = 0.0
    for i in prange(a.shape[0]):
        h += a[i]
        s += h[0]
    return s


@njit(parallel=True)
def alias(h, g, a):
    s = 0.0
    for i in prange(a.shape[0]):
        h += a[i]
        s += g[0]
    return s


@njit(parallel=True)
def two_names(h, g, a):
    for i in prange(a.shape[0]):
        h += a[i]
        g += a[i] * 2.0


@njit(parallel=True)
def in_a_tuple(h, pair, a):
    s = 0.0
    for i in prange(a.shape[0]):
        h += a[i]
        s += pair[1][0]
    return s


@njit(parallel=True)
def by_slice(h, a):
    for i in prange(a.shape[0]):
        h[:] += a[i]


def check(a):
    s = 0.0
    for x in a.ravel():
        s = s * 0.9375 + x
    return s


rng = np.random.RandomState(29)
for n in (0, 1, 2, 3, 5, 31, 63, 64, 65, 127, 128, 129, 192, 200, 1000, 4500):
    a = rng.rand(n, 3) * 10
    h = rng.rand(3)
    add_rows(h, a)
    print(n, h, check(h))
    p = np.ones(3)
    subtract_and_multiply(h, p, a)
    print(h, check(p))
    divide(h, a)
    print(h, with_numbers(h, a), h, check(h))
    under_a_condition(h, a)
    print(h, check(h))
    many_times(h, a, 3)
    print(h, check(h), check(local_array(a)))
    nested(h, a)
    print(h)
    ints = rng.randint(-99999, 99999, (n, 4))
    x, y, z = np.zeros(4, np.int64), np.ones(4, np.int64), np.full(4, -1, np.int64)
    bits(x, y, z, ints)
    print(x, y, z)
    print(histogram(np.abs(ints.ravel()) % 16, 7), histogram(np.abs(ints.ravel()) % 16, 100))
    for kind in (np.int8, np.uint8, np.int32, np.uint64):
        h = np.arange(4).astype(kind)
        add_rows(h, ints.astype(kind))
        print(h, h.dtype)
    print(replaced(np.ones(3), a), also_read(np.ones(3), a))
    h = rng.rand(6)
    print(alias(h[:3], h[1:4], a), h)
    two_names(h[:3], h[2:5], a)
    print(h)
    print(in_a_tuple(h[:3], (1, h[:3]), a), h)
    by_slice(h[3:], a)
    print(h, alias(h[:3], h[3:], a), h)

# Strided, negative, transposed, of no elements and without dimensions.
h = np.zeros((6, 4))
add_rows(h[::2, ::-1].T, rng.rand(500, 4, 3))
print(h, check(h))
h = np.zeros((3, 0))
add_rows(h, np.zeros((100, 3, 0)))
print(h.shape)
h = np.zeros((2, 3), np.float32)
add_rows(h, rng.rand(333, 3))
print(h, h.dtype)
# A row that is broadcast, and one number for all.
h = np.zeros((2, 3))
add_rows(h, rng.rand(77, 3))
add_rows(h, rng.rand(77))
print(h)
