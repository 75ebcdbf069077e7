# peer: oracle
# The sum that the project was started for, at sizes around every block and lane boundary.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def parallel_sum(arr):
    total = 0
    for i in prange(len(arr)):
        total += arr[i]
    return total


rng = np.random.RandomState(1)
a = rng.rand(20000)
for n in (0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 1000):
    print(n, parallel_sum(a[:n]))
for n in (4095, 4096, 4097, 8191, 8192, 8193, 12288, 12289, 20000):
    print(n, parallel_sum(a[:n]))
print(parallel_sum(a * 1e10 - 3e9), parallel_sum(a[::-1]), parallel_sum(a[1::3]))
print(parallel_sum(np.arange(1000)), parallel_sum(np.arange(300, dtype=np.int32)))
print(parallel_sum((a[:500] * 256).astype(np.uint8)), parallel_sum(a[:700].astype(np.float32)), parallel_sum(a > 0.5))
