# peer: cpython
# Bodies with uniform and with varying control flow, inner loops of equal and of unequal trip counts, in one kernel.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def uniform_inner(x, c, out):
    for i in prange(len(x)):
        s = c[0]
        for k in range(1, len(c)):
            s = s * x[i] + c[k]
        out[i] = s


@njit(parallel=True)
def uniform_branch(x, mode, out):
    for i in prange(len(x)):
        if mode == 0:
            out[i] = x[i]
        elif mode == 1:
            out[i] = x[i] * x[i]
        else:
            out[i] = -1.0


@njit(parallel=True)
def varying_inner(x, out):
    for i in prange(len(x)):
        s = 0.0
        for k in range(i % 9):
            s += x[i] / (k + 1)
        out[i] = s


@njit(parallel=True)
def nested_conditions(x, y, out):
    for i in prange(len(x)):
        r = 0.0
        if x[i] < y[i]:
            if x[i] < 0.2:
                r = 1.0
            else:
                r = x[i]
                if y[i] > 0.9:
                    r += 10.0
        elif y[i] < 0.1:
            r = -y[i]
        out[i] += r


@njit(parallel=True)
def guarded_subscripts(x, out):
    n = len(x)
    for i in prange(n):
        left = 0.0
        right = 0.0
        if i > 0:
            left = x[i - 1]
        if i < n - 1:
            right = x[i + 1]
        out[i] = left - right


@njit(parallel=True)
def stores_under_conditions(x, out, count):
    for i in prange(len(x)):
        count[i] += 1
        if x[i] > 0.9:
            out[i] = 9.0
            continue
        out[i] = x[i]
        if x[i] > 0.5:
            out[i] += 5.0
            count[i] *= 3


@njit(parallel=True)
def invariant_loads(x, c, out):
    for i in prange(len(x)):
        out[i] = x[i] * c[0] + c[1] * c[2] - c[-1]
        c[1] = 0.5


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


r = np.random.RandomState(37)
c = r.rand(6)
for n in (1, 3, 4, 7, 8, 15, 16, 31, 32, 33, 64, 65, 130, 1000):
    x = r.rand(n)
    y = r.rand(n)
    out = np.zeros(n)
    uniform_inner(x, c, out)
    print(n, check(out), end=" ")
    for mode in (0, 1, 2):
        uniform_branch(x, mode, out)
        print(check(out), end=" ")
    varying_inner(x, out)
    print(check(out), end=" ")
    nested_conditions(x, y, out)
    print(check(out), end=" ")
    guarded_subscripts(x, out)
    print(check(out), end=" ")
    count = np.zeros(n, np.int64)
    stores_under_conditions(x, out, count)
    print(check(out), count.sum(), end=" ")
    k = np.ones(4)
    k[1] = 0.5
    invariant_loads(x, k, out)
    print(check(out))
