# peer: oracle
# numba: the carried variable is refused there
# Zero divisors where the source says so: 0, inf and nan in a prange body under parallel=True and under
# error_model='numpy'.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def ints(a, b, q, r):
    for i in prange(len(a)):
        q[i] = a[i] // b[i]
        r[i] = a[i] % b[i]


@njit(parallel=True)
def floats(a, b, q, d, r):
    for i in prange(len(a)):
        q[i] = a[i] / b[i]
        d[i] = a[i] // b[i]
        r[i] = a[i] % b[i]


@njit(parallel=True)
def int_quotients(a, b, q):
    for i in prange(len(a)):
        q[i] = a[i] / b[i]


@njit(error_model="numpy")
def quiet(a, b):
    return a / b, a // b, a % b


@njit(parallel=True)
def inside_inner_range(a, out):
    for i in prange(len(a)):
        s = 0.0
        for k in range(3):
            s += 1.0 / (a[i] * k)
        out[i] = s


@njit(parallel=True)
def in_order(a, out):
    p = 1.0
    for i in prange(len(a)):
        p = p * 0.5 + 1.0 / a[i]
        out[i] = p


def show(a):
    for x in a:
        print(x, end=" ")
    print()


n = 45
a = np.arange(n) - 20
b = np.arange(n) % 5 - 2
q = np.zeros(n, np.int64)
r = np.zeros(n, np.int64)
ints(a, b, q, r)
show(q)
show(r)
f = np.zeros(n)
d = np.zeros(n)
e = np.zeros(n)
int_quotients(a, b, f)
show(f)
floats(a * 0.75, b * 1.0, f, d, e)
show(f)
show(d)
show(e)
floats(a * 0.75, b * -0.0, f, d, e)
show(f)
show(d)
inside_inner_range(b * 1.0, f)
show(f)
in_order(np.arange(12) * 0.0 + np.arange(12) % 3, d)
show(d[:12])
print(quiet(1, 0), quiet(1.0, 0.0), quiet(-1.0, 0), quiet(0.0, 0.0), quiet(7, 2), quiet(-7, 2))
