# peer: cpython
# print inside kernels, in serial code and in loops.
import numpy as np
from numba import njit


@njit
def countdown(n):
    while n > 0:
        print(n)
        n -= 1
    print("done", n, 2.5, True)


@njit
def table(a):
    for i in range(len(a)):
        if a[i] > 0.75:
            print(i, a[i])
    print()
    print("end")


countdown(3)
table(np.random.RandomState(35).rand(20))
