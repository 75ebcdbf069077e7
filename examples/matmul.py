"""The matrix product as one writes it first: three nested loops, all of them parallel."""
from time import perf_counter

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def parallel_matrix_multiply(A, B):
    n, m = A.shape
    m, p = B.shape
    C = np.zeros((n, p))
    for i in prange(n):
        for j in prange(p):
            for k in prange(m):
                C[i, j] += A[i, k] * B[k, j]
    return C


np.random.seed(0)
A = np.random.rand(1000, 1000)
B = np.random.rand(1000, 1000)
for call in ("first", "second"):
    start = perf_counter()
    C = parallel_matrix_multiply(A, B)
    print(f"{call} call: {perf_counter() - start:.3f} s")
print("checksum", C.sum(), "corner", C[-1, -1])
