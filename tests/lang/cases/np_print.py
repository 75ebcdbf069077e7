# peer: cpython
# Small arrays printed as NumPy prints them.
import numpy as np

print(np.arange(10))
print(np.zeros(3), np.ones((2, 2)), np.full(3, -1.5))
a = np.zeros(5)
a[0] = 1.5
a[1] = -2.25
a[2] = 100.0
a[3] = 0.001
print(a)
a[4] = 1e-5
print(a)
a[4] = 1e10
print(a)
a[4] = 12345678.0
print(a)
a[3] = np.nan
a[2] = np.inf
a[1] = -np.inf
print(a)
b = np.zeros(4)
b[0] = 1 / 3
b[1] = 2 / 3
b[2] = 0.1
print(b)
print(b * 1e-10)
print(b * 1e20)
print(b.astype(np.float32))
print(np.arange(4) * 0.1, np.arange(4) * 0.25, np.arange(3) * 1e-3)
print(np.full(3, -0.0), np.zeros(0), np.zeros((2, 0)))
c = np.zeros((2, 3), np.int64)
c[0, 1] = -5
c[1, 2] = 1000
print(c)
print(c == 0)
print(c.T)
print(np.full((2, 2, 2), 1.5))
print(np.arange(3, dtype=np.uint8), np.arange(-2, 2, dtype=np.int32), np.ones(2, bool), np.zeros(2, np.float32))
print(np.arange(40))
print(np.arange(30) * 1.5)
print(np.arange(60).astype(np.float64) / 7)
print(np.zeros(()), np.full((), 3), np.full((1, 1), 2.5))
print(c[0], c[0, 1], c[:, 1], b[0], a[3], c[1, 2] + 0.5)
print(np.float64(0.1), np.float32(0.1), np.int32(5), np.uint8(200), np.bool_(True), np.float64(1e20))
print((np.float64(0.5), np.int64(3), np.float32(0.1), np.bool_(False)))
print(str(np.arange(3)), f"{np.ones(2)} and {np.int64(4)}")
print(np.arange(1001))
print(np.zeros((2000,)))
print(np.zeros((50, 50)))
