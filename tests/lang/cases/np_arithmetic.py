# peer: cpython
# Whole-array operators outside njit: NumPy 2's promotion, floor division, powers, comparisons.
import numpy as np


def show(a):
    print(a.dtype, a)


f8 = np.arange(-2, 3) * 1.25
f4 = f8.astype(np.float32)
i8 = np.arange(-2, 3)
i4 = np.arange(3, 8, dtype=np.int32)
u1 = np.arange(250, 255, dtype=np.uint8)
b1 = i8 > 0

for left in (f8, f4, i8, i4, u1):
    for right in (f8, f4, i8, i4, u1):
        show(left + right)
        show(left - right)
        show(left * right)
        print((left + right).sum() == (right + left).sum(), (left < right).sum(), (left == right).sum())
show(f8 / 4)
show(i8 / 4)
show(f4 / 4)
show(i4 / i4)
show(u1 / 2)
show(i8 // 2)
show(i8 % 3)
show(f8 // 0.5)
show(f8 % 0.7)
show(i4 // 2)
show(u1 // 7)
show(u1 % 7)
show(-7 // i4)
show(-7 % i4)
show(i8**2)
show(f8**2)
show(f4**2)
show(i4**3)
show(2**i4)
show(f8**0)
show(u1 + 1)
show(u1 + 10)
show(u1 * 2)
show(255 - u1)
show(f4 + 1)
show(f4 + 1.5)
show(f4 * i8)
show(f4 * np.float64(2))
show(f4 * np.float32(2))
show(i4 + 1)
show(i4 + 1.5)
show(i8 & 3)
show(i8 | 4)
show(i8 ^ 1)
show(i4 << 2)
show(i8 >> 1)
show(b1 + b1)
show(b1 & (i8 < 2))
show(b1 | (i8 < -1))
show(b1 ^ b1)
show(~b1)
show(~i8)
show(-i8)
show(-f8)
show(+f4)
show(b1 * 2)
show(b1 * 1.5)
show(b1 + i4)
show(abs(i8))
show(abs(f8))
show(np.abs(f4))
show(i8 < 1)
show(i8 >= f8)
show(f8 != f8)
show(u1 > 251)
show(i4 == 5.0)
show((i8 > -2) & (i8 < 2))
m = np.ones((3, 1)) * 2
r = np.arange(4)
show(m + r)
show(m * r - 1)
show((m + r).T)
show(np.zeros((2, 3)) + np.arange(3))
a = np.arange(5.0)
a += 1
a *= 2
a -= 0.5
a /= 4
show(a)
a //= 0.3
a **= 2
a %= 5
show(a)
c = np.arange(5)
c += 3
c *= c
c -= 1
c //= 2
c <<= 1
c &= 0xFE
show(c)
u1 += 5
show(u1)
