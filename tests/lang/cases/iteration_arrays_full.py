# peer: oracle
# np.full and the *_like functions make arrays of an iteration's own, too.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def filled(a, k, out):
    for i in prange(len(a)):
        far = np.full(k, np.inf)
        ints = np.full(3, i)
        halves = np.full((2, k), a[i], np.float32)
        cut = np.full(k, a[i] * 3, dtype=np.int64)
        flags = np.full(k, True)
        if a[i] < far[k - 1]:
            far[0] = a[i]
        n = 0
        for j in range(k):
            if flags[j]:
                n += 1
        out[i] = far[0] + ints[2] + halves[1, k - 1] / 3 + cut[0] * 10 + n


@njit(parallel=True)
def alike(a, b, out):
    for i in prange(len(a)):
        row = b[i]
        z, o, e = np.zeros_like(b), np.ones_like(b, np.int32), np.empty_like(row)
        f = np.full_like(row, a[i])
        g = np.full_like(row, a[i], dtype=np.int64)
        z[i % len(b), 0] += o[0, 1] * 2
        for j in range(len(row)):
            e[j] = f[j] - g[j] + row[j]
        out[i] = e[len(e) - 1] + z[i % len(b), 0] + z.shape[1]


# A view's length is not known before the loop: interpreted, with the same result.
@njit(parallel=True)
def of_a_slice(a, out):
    for i in prange(len(a)):
        part = np.zeros_like(a[i:])
        out[i] = len(part)


n = 300
a = np.arange(n) * 0.37 - 40
b = np.arange(n * 4).reshape(n, 4) * 0.25
for _ in range(3):
    out = np.zeros(n)
    filled(a, 5, out)
    print(out[0], out[7], out[150], out[299], out.sum())
    alike(a, b, out)
    print(out[0], out[7], out[150], out[299], out.sum())
    alike(a, b.astype('float32'), out)
    print(out[0], out[7], out[150], out[299], out.sum())
    of_a_slice(a, out)
    print(out[0], out[299], out.sum())
