# peer: cpython
# Arrays with every kind of stride: steps, negative, transposed, zero length, views of views.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def combine(x, y, out):
    for i in prange(len(out)):
        out[i] = x[i] * 0.5 + y[i]


@njit(parallel=True)
def combine2(x, y, out):
    for i in prange(out.shape[0]):
        for j in prange(out.shape[1]):
            out[i, j] = x[i, j] * 0.5 - y[j, i]


@njit(parallel=True)
def combine3(x, out):
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            for k in range(x.shape[2]):
                out[k, j, i] += x[i, j, k] * (i + 1)


@njit(parallel=True)
def stride_in_subscript(x, out):
    for i in prange(len(out)):
        out[i] = x[3 * i + 1] - x[2 * i]


@njit
def serial_sum(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


def check(a):
    s = 0.0
    for i in range(len(a)):
        s = s * 0.9375 + a[i]
    return s


rng = np.random.RandomState(18)
a = rng.rand(400)
b = rng.rand(400)
for n in (0, 1, 5, 17, 100):
    out = np.zeros(2 * n + 1)
    combine(a[:n], b[::-1][:n], out[:n])
    print(n, check(out), end=" ")
    combine(a[::3][:n], b[1::2][:n], out[::2][:n])
    print(check(out), end=" ")
    combine(a[::-2][:n], b[5:][:n], out[::-1][:n])
    print(check(out), end=" ")
    combine(a[::4][::-1][:n], a[::4][:n], out[1::2][:n])
    print(check(out), serial_sum(a[: 3 * n : 3]), serial_sum(a[::-1][:n]))
m = rng.rand(12, 20)
for x, y, out in (
    (m, m.T, np.zeros((12, 20))),
    (m.T, m, np.zeros((20, 12))),
    (m[::2], m.T[:, ::2], np.zeros((6, 20))),
    (m[::-1, ::-1], m.T, np.zeros((12, 20))),
    (m[:, 3:9], m.T[3:9], np.zeros((12, 40))[:, ::7]),
    (m[2:2], m.T[:, 2:2], np.zeros((0, 20))),
    (m.T[::3, ::-4], m[::-4, ::3], np.zeros((3, 7)).T),
):
    combine2(x, y, out)
    s = 0.0
    for i in range(out.shape[0]):
        s = s * 0.75 + check(out[i])
    print(x.shape, s)
c = np.zeros((4, 5, 6))
for i in range(4):
    for j in range(5):
        c[i, j] = a[i * 30 + j * 6 : i * 30 + j * 6 + 6]
out = np.zeros((6, 5, 4))
combine3(c, out)
combine3(c.T.T, out)
combine3(out.T, c.T)
print(out.sum(), c.sum(), c[3, 4, 5])
out = np.zeros(50)
stride_in_subscript(a, out)
stride_in_subscript(a[::-1], out[::-1])
print(check(out))
