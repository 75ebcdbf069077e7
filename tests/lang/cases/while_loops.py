# peer: cpython
# numba: it mistakes n //= 10 for a write to the loop index and refuses
# while loops with different trip counts in each iteration, nested, with breaks.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def collatz(out):
    for i in prange(len(out)):
        n = i + 1
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        out[i] = steps


@njit(parallel=True)
def gcds(a, b, out):
    for i in prange(len(a)):
        x = a[i]
        y = b[i]
        while y != 0:
            x, y = y, x % y
        out[i] = x


@njit(parallel=True)
def newton(a, out, counts):
    for i in prange(len(a)):
        x = a[i]
        n = 0
        while abs(x * x - a[i]) > 1e-12 * a[i] and n < 40:
            x = 0.5 * (x + a[i] / x)
            n += 1
        out[i] = x
        counts[i] = n


@njit(parallel=True)
def digits(out):
    for i in prange(len(out)):
        n = i
        best = 0
        while n > 0:
            d = n % 10
            if d > best:
                best = d
            if best == 9:
                break
            n //= 10
        else:
            best += 100
        out[i] = best


@njit
def bisect(a, x):
    low = 0
    high = len(a)
    while low < high:
        middle = (low + high) // 2
        if a[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


@njit(parallel=True)
def bisect_all(a, xs, out):
    for i in prange(len(xs)):
        out[i] = bisect(a, xs[i])


rng = np.random.RandomState(15)
for n in (1, 8, 31, 700):
    out = np.zeros(n, np.int64)
    collatz(out)
    print(n, out.sum(), out.max(), out[-1])
    digits(out)
    print(n, out.sum(), out[-1])
    a = (rng.rand(n) * 1e6).astype(np.int64) + 1
    b = (rng.rand(n) * 1e6).astype(np.int64)
    gcds(a, b, out)
    print(n, out.sum(), out.max())
    x = rng.rand(n) * 100 + 0.01
    r = np.zeros(n)
    newton(x, r, out)
    print(n, r.sum(), out.sum(), out.max())
    bisect_all(np.arange(100) * 1.0, x, out)
    print(n, out.sum())
print(bisect(np.arange(10), 3), bisect(np.arange(10), -1), bisect(np.arange(10), 99), bisect(np.arange(0), 1))
