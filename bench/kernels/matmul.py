"""The product of two matrices, as a textbook writes it. NumPy's is BLAS, tuned by hand for each CPU."""

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


kernel = parallel_matrix_multiply


def two_matrices(n):
    def make():
        random = np.random.RandomState(1)
        return random.rand(n, n), random.rand(n, n)

    return make


cases = {"matmul 1000": two_matrices(1000)}
first_calls = ["matmul 1000"]
cpp = {"C++ as written": "matmul_as_written", "C++ i-k-j": "matmul_ikj", "C++ by hand": "matmul_by_hand"}


def cpp_out(A, B):
    return np.empty((A.shape[0], B.shape[1]))


def with_numpy(A, B):
    return A @ B
