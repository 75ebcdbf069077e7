# peer: cpython
# Slices, views, negative strides, zero lengths, overlapping assignment.
import numpy as np

a = np.arange(10)
print(a[2:5], a[:3], a[7:], a[::3], a[::-1], a[8:2:-2], a[-3:], a[:-7], a[5:5], a[100:], a[-100:2], a[:])
v = a[2:8:2]
v[0] = 100
v[-1] = 200
print(a, v, v.shape)
w = a[::-1]
w[0] = -1
print(a[9], w[1:4], w[::-1][:3])
a[3:6] = 7
print(a)
a[0:4] = np.arange(4) * 10
print(a)
a[::2] = -5
print(a)
a[5:1:-1] = np.arange(4)
print(a)

b = np.arange(8)
b[1:] = b[:-1]
print("shift right", b)
b = np.arange(8)
b[:-1] = b[1:]
print("shift left", b)
b = np.arange(8)
b[1:] += b[:-1]
print("add shifted", b)
b = np.arange(8)
b[:] = b[::-1]
print("reverse", b)
b[::2], b[1::2] = b[1::2], b[::2]
print("swap views", b)

m = np.arange(12)
n = np.zeros((3, 4), np.int64)
for i in range(3):
    n[i] = m[i * 4 : i * 4 + 4]
print(n)
print(n[1], n[-1], n[:, 1], n[:, -1], n[0, 1:3], n[1:, ::2], n[::-1, ::-1])
print(n[1][2], n[1, 2], n[-1, -1], n[:, 0])
n[:, 2] = 0
n[1] = n[0]
n[:2, :2] *= 10
n[2, ::-1] = np.arange(4)
print(n)
t = n.T
t[0, 1] = 55
print(t.shape, n[1, 0], t[1:, :2], n.T.T[0])
row = n[0]
row += 1
print(n[0], row.size)
print(n[0:0].shape, n[:, 0:0].shape, n[0:0].sum(), n[5:].shape)
c = n.copy()
c[0, 0] = -9
print(n[0, 0], c[0, 0])

k = np.zeros((2, 3, 4))
k[1, 2, 3] = 1.5
k[0] = 2.0
k[:, 1] += 1
k[1, :, 0] = np.arange(3)
print(k, k[1, 2], k[:, 1, 2], k[1:, 1:, 1:].shape)
for x in a[::3]:
    print(x, end=" ")
for line in n:
    print(line.sum(), end=" ")
print()
i = np.int64(2)
print(a[i], a[-i], n[i, np.int32(1)], a[True + 1])
