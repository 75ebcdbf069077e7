# peer: cpython
# Plain Python loops over arrays that become hot: no njit anywhere.
import numpy as np


def sieve(n):
    composite = np.zeros(n, bool)
    count = 0
    for i in range(2, n):
        if not composite[i]:
            count += 1
            for j in range(i * i, n, i):
                composite[j] = True
    return count


def fill(m):
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            m[i, j] = (i * 7 + j * 3) % 11 - 5


def matmul(a, b):
    n, m = a.shape
    p = b.shape[1]
    c = np.zeros((n, p))
    for i in range(n):
        for j in range(p):
            s = 0.0
            for k in range(m):
                s += a[i, k] * b[k, j]
            c[i, j] = s
    return c


def bubble(a):
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]


a = np.zeros((12, 9))
b = np.zeros((9, 10))
fill(a)
fill(b)
c = matmul(a, b / 3)
print(sieve(3000), c.sum(), c[0], c[11, 9])
r = np.random.RandomState(4).rand(60)
bubble(r)
sorted_up = True
for i in range(59):
    sorted_up = sorted_up and r[i] <= r[i + 1]
print(sorted_up, r[0], r[59])
total = 0.0
for x in r:
    total += x * x
print(total)
count = np.zeros(10, np.int64)
for x in r:
    count[int(x * 10)] += 1
print(count)
