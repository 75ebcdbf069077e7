# peer: oracle
# NaN, infinities, signed zeros and denormals through arithmetic, comparisons, branches, min and max.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def arithmetic(a, b, out):
    for i in prange(len(a)):
        out[0, i] = a[i] + b[i]
        out[1, i] = a[i] - b[i]
        out[2, i] = a[i] * b[i]
        out[3, i] = a[i] / b[i]
        out[4, i] = a[i] // b[i]
        out[5, i] = a[i] % b[i]
        out[6, i] = -a[i]
        out[7, i] = abs(a[i])
        out[8, i] = max(a[i], b[i])
        out[9, i] = min(a[i], b[i])


@njit(parallel=True)
def compare(a, b, out):
    for i in prange(len(a)):
        k = 0
        if a[i] < b[i]:
            k += 1
        if a[i] <= b[i]:
            k += 2
        if a[i] > b[i]:
            k += 4
        if a[i] >= b[i]:
            k += 8
        if a[i] == b[i]:
            k += 16
        if a[i] != b[i]:
            k += 32
        if not a[i] < b[i]:
            k += 64
        if a[i]:
            k += 128
        if a[i] > 0 and not (b[i] > 0 or a[i] == b[i]):
            k += 256
        out[i] = k


@njit
def no_contraction(a, b, c):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * b[i] - c[i]
    return s


specials = np.zeros(14)
k = 0
for v in (0.0, -0.0, 1.0, -1.5, 0.1, 3.0, -7.25, 1e308, -1e308, 5e-324, 2.2250738585072014e-308):
    specials[k] = v
    k += 1
specials[11] = np.inf
specials[12] = -np.inf
specials[13] = np.nan
n = len(specials)
a = np.zeros(n * n)
b = np.zeros(n * n)
for i in range(n):
    for j in range(n):
        a[i * n + j] = specials[i]
        b[i * n + j] = specials[j]
out = np.zeros((10, n * n))
arithmetic(a, b, out)
flags = np.zeros(n * n, np.int64)
compare(a, b, flags)
for op in range(10):
    for i in range(n * n):
        print(out[op, i], end=" ")
    print()
for f in flags:
    print(f, end=" ")
print()
r = np.random.RandomState(20)
x = r.rand(500)
y = r.rand(500)
print(no_contraction(x, y, x * y), no_contraction(x, y, y))
