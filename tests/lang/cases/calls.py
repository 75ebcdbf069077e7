# peer: cpython
# Kernels that call kernels: inlined, nested deep, recursive, with several results, defaults and keywords.
import numpy as np
from numba import njit, prange


@njit
def square(x):
    return x * x


@njit
def distance(x, y):
    return square(x) + square(y)


@njit
def clamp(x, low=0.0, high=1.0):
    if x < low:
        return low
    if x > high:
        return high
    return x


@njit
def polar(x, y):
    r = np.sqrt(distance(x, y))
    return r, x > y


@njit
def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


@njit
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@njit
def power_mod(b, e, m):
    r = 1
    while e > 0:
        if e & 1:
            r = r * b % m
        b = b * b % m
        e >>= 1
    return r


@njit(parallel=True)
def use_all(a, b, out):
    for i in prange(len(a)):
        r, larger = polar(a[i], b[i])
        v = clamp(r * 2 - 0.5)
        if larger:
            v += clamp(a[i], high=0.25)
        out[i] = v + clamp(b[i], 0.1, 0.2) + distance(v, 1.0)


@njit(parallel=True)
def recursive_inside(out):
    for i in prange(len(out)):
        out[i] = factorial(i % 15) + fib(i % 12) + power_mod(3, i, 1000007)


@njit(parallel=True)
def fill_row(m, i):
    for j in prange(m.shape[1]):
        m[i, j] = i * 100 + j


@njit(parallel=True)
def fill(m):
    for i in prange(m.shape[0]):
        fill_row(m, i)


@njit
def apply(f, x, n):
    for _ in range(n):
        x = f(x)
    return x


@njit
def is_even(n):
    if n == 0:
        return True
    return not is_even(n - 1)


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


rng = np.random.RandomState(16)
for n in (1, 9, 64, 300):
    out = np.zeros(n)
    use_all(rng.rand(n), rng.rand(n), out)
    print(n, check(out))
    k = np.zeros(n, np.int64)
    recursive_inside(k)
    print(n, k.sum(), k[-1])
m = np.zeros((7, 30))
fill(m)
print(m.sum(), m[6, 29], check(m[3]))
print(square(3), square(1.5), distance(3, 4), clamp(5), clamp(-1.0), clamp(0.5, 0.6), clamp(2, high=3), polar(3.0, 4.0))
print(factorial(20), fib(16), power_mod(7, 123456, 1000003), is_even(30), is_even(31))
print(apply(square, 1.1, 3))
