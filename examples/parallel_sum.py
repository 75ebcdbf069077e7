"""The sum of ten million numbers as a prange reduction: the same bits on any number of threads."""
from time import perf_counter

import numpy as np
from numba import njit, prange


@njit(parallel=True)
def parallel_sum(arr):
    total = 0
    for i in prange(len(arr)):
        total += arr[i]
    return total


np.random.seed(0)
arr = np.random.rand(10_000_000)
for call in ("first", "second"):
    start = perf_counter()
    total = parallel_sum(arr)
    print(f"{call} call: {(perf_counter() - start) * 1e3:.2f} ms")
print("sum", total, "NumPy's", arr.sum())
