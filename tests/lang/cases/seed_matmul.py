# peer: cpython
# The matrix product that the project was started for, unchanged, at several shapes: plain CPython's bits.
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


def show(C):
    s = 0.0
    for i in range(C.shape[0]):
        for j in range(C.shape[1]):
            s = s * 0.9375 + C[i, j]
    print(C.shape, s, C[0, 0], C[-1, -1])


np.random.seed(3)
for n in (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 24, 31):
    A = np.random.rand(n, n)
    B = np.random.rand(n, n)
    show(parallel_matrix_multiply(A, B))
A = np.random.rand(5, 19)
B = np.random.rand(19, 33)
show(parallel_matrix_multiply(A, B))
show(parallel_matrix_multiply(B.T, A.T))
show(parallel_matrix_multiply(A[::2, ::-1], B[::-1, 3:20]))
print(parallel_matrix_multiply(np.zeros((2, 0)), np.zeros((0, 3))))
print(parallel_matrix_multiply(np.zeros((0, 2)), np.zeros((2, 3))).shape)
