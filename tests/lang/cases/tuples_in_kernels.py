# peer: oracle
# numba: `a and not b` has the type of a there
# Tuples, strings, None, bool logic and ternaries inside kernels.
import numpy as np
from numba import njit, prange


@njit
def polar(x, y):
    return np.sqrt(x * x + y * y), x > y, (x, y)


@njit
def weights(kind):
    w = (0.25, 0.5, 0.25)
    if kind == "sum":
        return w[0] + w[1] + w[2]
    elif kind == "last":
        return w[-1]
    return 0.0


@njit
def rotate(n):
    a, b, c = 1, 2, 3
    for i in range(n):
        a, b, c = b, c, a + b
    return a, b, c


@njit
def optional(x, y=None):
    if y is None:
        return x
    return x + y


@njit
def logic(a, b, c):
    return (a and b) or c, not a, a and not b, a == b != c, a < b <= c, 1 if a > b else 2 if b > c else 3


@njit(parallel=True)
def windows(a, out):
    offsets = (-1, 0, 1)
    factors = (1.0, -2.0, 1.0)
    for i in prange(1, len(a) - 1):
        s = 0.0
        for k in range(3):
            s += a[i + offsets[k]] * factors[k]
        out[i] = s


@njit
def sum_tuple(t):
    s = 0.0
    for x in t:
        s += x
    return s


@njit(parallel=True)
def conditions(a, out):
    for i in prange(len(a)):
        x = a[i]
        small = x < 0.25
        large = x > 0.75
        out[i] = 1.0 if small else (2.0 if large else 3.0)
        if small or large and i % 2 == 0:
            out[i] += 10.0
        if not (small or large) and 0.4 < x < 0.6:
            out[i] += 100.0
        if (i % 3 == 0) == small:
            out[i] += 1000.0


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


print(polar(3.0, 4.0), polar(5, 12), weights("sum"), weights("last"), weights("none"))
print(rotate(0), rotate(1), rotate(50), optional(2.5), optional(2.5, 4), optional(1, y=None))
print(logic(1, 2, 3), logic(0, 0, 5), logic(3, 2, 1), logic(2.5, 2.5, 0))
r = np.random.RandomState(33)
for n in (3, 10, 333):
    a = r.rand(n)
    out = np.zeros(n)
    windows(a, out)
    print(check(out), end=" ")
    conditions(a, out)
    print(check(out), out.sum())
print(sum_tuple((1.0, 2.0, 3.5)), sum_tuple((1, 2)), sum_tuple((0.5,)))
