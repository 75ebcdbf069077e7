# peer: oracle
# exit: 1
# stderr: IndexError: index 3 is out of bounds for axis 0 with size 0
# Elements of a view are loads at (where the view lies) + (the subscript): the first is checked where the view is made,
# so that such a load may not go before it, nor before a `continue`.
import numpy as np
from numba import njit, prange


@njit
def far_rows(a, out, m, k):
    for i in range(out.shape[0]):
        s = 0.0
        for l in range(m):
            w = a[i * 10000000000:i * 10000000000 + 10]
            s += w[k] + l
        out[i] = s


@njit
def never_reached(a, c, out, k):
    for i in range(out.shape[0]):
        s = 0.0
        for l in range(len(c)):
            if c[l] > 0:
                continue
            w = a[i * 10000000000:i * 10000000000 + 10]
            s += w[k] + l
        out[i] = s


@njit(parallel=True)
def never_reached_parallel(a, c, out, k):
    for i in prange(out.shape[0]):
        s = 0.0
        for l in range(len(c)):
            if c[l] > 0:
                continue
            w = a[i * 10000000000:i * 10000000000 + 10]
            s += w[k] + l
        out[i] = s


@njit
def before_the_array(a, c, out, k):
    for i in range(out.shape[0]):
        s = 0.0
        for l in range(len(c)):
            if c[l] > i:
                continue
            w = a[i - 5:i + 5]
            s += w[k] + l
        out[i] = s


a = np.arange(200000) * 1.0
c = np.ones(64)
out = np.zeros(300)
for _ in range(6):
    far_rows(a, out[:1], 64, 3)
    never_reached(a, c, out, 3)
    never_reached_parallel(a, c, out, 3)
    before_the_array(a, c + 4.5, out[:100], 3)
    print(out[0], out[5], out[6], out[99], out.sum())
far_rows(a, out, 64, 3)
