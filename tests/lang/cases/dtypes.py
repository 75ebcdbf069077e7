# peer: oracle
# One kernel called with arrays of each dtype, one after the other; float32 stays float32 where njit says so.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def blend(a, b, out):
    for i in prange(len(out)):
        out[i] = a[i] * b[i] + a[i]


@njit(parallel=True)
def threshold(a, limit, out):
    for i in prange(len(a)):
        out[i] = a[i] > limit


@njit(parallel=True)
def float32_chain(a, out):
    for i in prange(len(a)):
        x = a[i]
        y = x * x + x
        z = y / x - np.float32(0.1)
        out[i] = z * 0.1 + y


@njit
def dot(a, b):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * b[i]
    return s


@njit
def dot32(a, b):
    s = np.float32(0)
    for i in range(len(a)):
        s += a[i] * b[i]
    return s


@njit
def first(a):
    return a[0]


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + float(x)
    return s


r = np.random.RandomState(21)
base = r.rand(70) * 100
for kind in (np.float64, np.float32, np.int64, np.int32, np.uint8, bool):
    for other in (np.float64, np.float32, np.int64, np.uint8):
        out = np.zeros(70)
        blend(base.astype(kind), base.astype(other), out)
        print(check(out), dot(base.astype(kind), base.astype(other)), end=" ")
        out = np.zeros(70, np.float32)
        blend(base.astype(kind), base.astype(other), out)
        print(check(out), end=" ")
        out = np.zeros(70, np.int32)
        blend(base.astype(kind), base.astype(other), out)
        print(check(out))
    flags = np.zeros(70, bool)
    threshold(base.astype(kind), 50, flags)
    print(kind == bool, flags.sum(), first(base.astype(kind)))
out = np.zeros(70, np.float32)
float32_chain(base.astype(np.float32), out)
print(check(out), dot32(base.astype(np.float32), out))
