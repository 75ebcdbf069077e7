# peer: oracle
# numba: LLVM multiplies in another order for some exponents
# x ** n with n in the source: binary powers, low bit first; one over that for negative n.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def powers(a, out):
    for i in prange(len(a)):
        x = a[i]
        out[0, i] = x**0
        out[1, i] = x**1
        out[2, i] = x**2
        out[3, i] = x**3
        out[4, i] = x**4
        out[5, i] = x**5
        out[6, i] = x**7
        out[7, i] = x**10
        out[8, i] = x**-1
        out[9, i] = x**-2
        out[10, i] = x**-5
        out[11, i] = x**31


@njit
def augmented(x):
    x **= 3
    y = x**2
    y **= -1
    return x, y


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


r = np.random.RandomState(22)
a = r.rand(100) * 3 - 1.5
out = np.zeros((12, 100))
powers(a, out)
for k in range(12):
    print(check(out[k]), out[k, 0], out[k, 99])
powers(a.astype(np.float32), out)
for k in range(12):
    print(check(out[k]), out[k, 0], out[k, 99])
zeros = np.zeros(4)
zeros[1] = -0.0
zeros[2] = np.inf
zeros[3] = np.nan
powers(zeros, out)
for k in range(12):
    print(out[k, 0], out[k, 1], out[k, 2], out[k, 3])
print(augmented(1.5), augmented(-0.3), augmented(2.0))
