# peer: oracle
# Inner loops that end their steps and themselves in several places.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def both(a, out):
    for i in prange(len(a)):
        w = a[i]
        for j in range(5):
            w = w * 0.5 + 1.5
            if w > 2.0 or a[i] < 0.3:
                if a[i] < 0.1:
                    continue
                break
            out[i] += w


@njit(parallel=True)
def after_inner(a, b, k, out):
    n = len(a)
    for i in prange(n):
        w = min(1.5, (b[i] % 0.25)) * a[i]
        for j in range(2):
            w = w * 0.5 + 1.5
            x = (j - w) // (1.75 + b[i] / w)
            for m in range(n % 7):
                if (j + 3 * m) >= (m * 0.25) * m:
                    continue
                out[i] = x / (k[i] if a[i] < b[i] else a[i])
            if j >= (k[i] // (i + 1)) * 1.5 or b[i] < (1.5 + j) / (w % b[i]):
                if b[i] < b[i]:
                    continue
                break
            out[i] += 1.0


@njit(parallel=True)
def many_ways(a, out):
    for i in prange(len(a)):
        s = 0.0
        for j in range(12):
            x = a[i] * j
            if x > 5.0:
                break
            if x > 3.0:
                if j % 2 == 0:
                    s += 1.0
                    continue
                elif j % 3 == 0:
                    break
                s += 0.5
            else:
                if j == 7:
                    continue
                s -= x
            k = 0
            while k < j:
                k += 1
                if k * a[i] > 1.0:
                    if k > 4:
                        break
                    continue
                s += 0.125
            else:
                s += 100.0
        else:
            s += 1000.0
        out[i] = s


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


r = np.random.RandomState(40)
for n in (1, 5, 16, 33, 200):
    a = r.rand(n)
    b = r.rand(n) + 0.1
    k = (r.rand(n) * 20 - 10).astype(np.int64)
    out = np.zeros(n)
    both(a, out)
    print(n, check(out), end=" ")
    after_inner(a, b, k, out)
    print(check(out), end=" ")
    many_ways(a, out)
    print(check(out))
