# peer: oracle
# float32, int32, uint8 and bool arrays through stencils, branches, inner loops and in-place updates, at every alignment.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def blur(a, out):
    for i in prange(1, len(a) - 1):
        out[i] = (a[i - 1] + 2 * a[i] + a[i + 1]) / 4


@njit(parallel=True)
def clamp(a, low, high):
    for i in prange(len(a)):
        if a[i] < low:
            a[i] = low
        elif a[i] > high:
            a[i] = high


@njit(parallel=True)
def mask(a, flags, out):
    for i in prange(len(a)):
        if flags[i]:
            out[i] = a[i]
        flags[i] = not flags[i]


@njit(parallel=True)
def grey(image, out):
    for i in prange(image.shape[0]):
        for j in range(image.shape[1]):
            out[i, j] = 0.299 * image[i, j, 0] + 0.587 * image[i, j, 1] + 0.114 * image[i, j, 2]


@njit(parallel=True)
def threshold_rows(m, out):
    for i in prange(m.shape[0]):
        c = 0
        for j in range(m.shape[1]):
            if m[i, j] > 128:
                c += m[i, j] - 128
        out[i] = c


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + float(x)
    return s


r = np.random.RandomState(38)
base = r.rand(120) * 255
for kind in (np.float32, np.int32, np.uint8, np.float64):
    for offset in (0, 1, 3, 7):
        for n in (2, 9, 40, 100):
            a = base.astype(kind)[offset : offset + n]
            out = np.zeros(120, kind)
            blur(a, out[offset : offset + n])
            clamp(a, 50, 200)
            flags = base[:n] > 100.0
            mask(a, flags, out[offset : offset + n])
            print(check(out), check(a), flags.sum(), end=" ")
    print(kind == np.uint8)
image = np.zeros((13, 17, 3), np.uint8)
for i in range(13):
    for j in range(17):
        for k in range(3):
            image[i, j, k] = (i * 31 + j * 17 + k * 101) % 256
out = np.zeros((13, 17), np.uint8)
grey(image, out)
print(check(out[5]), check(out[:, 16]), out.sum())
counts = np.zeros(13, np.int32)
threshold_rows(out, counts)
print(counts)
out32 = np.zeros((13, 17), np.float32)
grey(image, out32)
print(check(out32[5]), out32.sum())
