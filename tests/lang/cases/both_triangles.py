# peer: oracle
# Symmetric matrices filled from one side: the inner loop writes rows and columns, whose elements differ as long as no j
# is i. With the diagonal or what is below it in the loop, an element is written twice and the order counts.
import math

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def distances(x, out):
    n, d = x.shape
    for i in prange(n):
        for j in range(i + 1, n):
            s = 0.0
            for k in range(d):
                s += (x[i, k] - x[j, k]) ** 2
            out[i, j] = math.sqrt(s)
            out[j, i] = out[i, j]


@njit
def with_diagonal(x, out):
    n = len(x)
    for i in range(n):
        for j in range(i, n):
            out[i, j] += x[j]
            out[j, i] -= x[i]


@njit
def from_below(x, out):
    n = len(x)
    for i in range(1, n):
        for j in range(i - 1, n):
            out[i, j] = x[j] + out[j, i] * 0.5
            out[j, i] = x[i] - out[i, j] * 0.25


@njit
def downwards(x, out):
    n = len(x)
    for i in range(n):
        for j in range(i - 1, -1, -1):
            out[i, j] = x[j] * 2.0
            out[j, i] = out[i, j] + x[i]


for n in (1, 2, 9, 70):
    x = (np.arange(3 * n) * 37 % 101).reshape(n, 3) * 0.25
    for kernel in (with_diagonal, from_below, downwards):
        out = np.ones((n, n))
        for r in range(3):
            kernel(x[:, 0].copy(), out)
        print(out.sum(), out[n - 1, 0], out[0, n - 1], out[n // 2, n // 2])
    out = np.zeros((n, n))
    distances(x, out)
    print(out.sum(), out[n - 1, 0])
