# peer: cpython
# Making arrays: zeros, ones, empty, full, arange, the _like forms; shape, ndim, size, dtype.
import numpy as np


def show(a):
    print(a.shape, a.ndim, a.size, a.dtype, len(a))
    print(a)


show(np.zeros(3))
show(np.zeros((2, 3)))
show(np.zeros((2, 0)))
show(np.ones(4, dtype=np.int64))
show(np.ones((2, 2), np.float32))
show(np.zeros(3, bool))
show(np.ones(3, dtype=np.bool_))
show(np.full(3, 7))
show(np.full((2, 2), 0.5))
show(np.full(2, True))
show(np.full(3, 2.9, dtype=np.int32))
show(np.full((1, 2, 3), 9, np.uint8))
show(np.arange(5))
show(np.arange(2, 8))
show(np.arange(10, 0, -3))
show(np.arange(4.0))
show(np.arange(0, 1, 0.25))
show(np.arange(1, 2, 0.1))
show(np.arange(5, dtype=np.float32))
show(np.arange(3, dtype=np.uint8))
a = np.arange(6, dtype=np.int32)
show(np.zeros_like(a))
show(np.ones_like(a))
show(np.full_like(a, 3))
show(np.zeros_like(a, dtype=np.float64))
show(np.empty_like(a)[:0])
e = np.empty((3, 2))
e[:] = 1.5
show(e)
print(np.zeros(0), np.zeros((0, 3)).shape, np.zeros((3, 0)).size, np.arange(0), np.arange(5, 2))
print(np.zeros(2).dtype == np.float64, np.arange(2).dtype == np.int64, np.zeros(2, np.float32).dtype == float)
print(np.zeros((2, 3, 4)).shape[1], np.zeros((2, 3, 4)).ndim, np.zeros(()).shape, np.zeros(()).ndim)
z = np.zeros((1, 2, 1, 2, 1, 2, 1, 2))
print(z.ndim, z.shape, z.size)
print(np.zeros(3, dtype="float32").dtype, np.zeros(3, dtype=int).dtype, np.zeros(2, dtype=float).dtype)
