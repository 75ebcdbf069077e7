# peer: cpython
# The MT19937 streams of NumPy, bit for bit.
import numpy as np

np.random.seed(42)
print(np.random.rand(), np.random.rand(), np.random.rand(3), np.random.rand(2, 2))
np.random.seed(0)
a = np.random.rand(1000)
print(a[0], a[1], a[623], a[624], a[999], a.sum())
np.random.seed(42)
print(np.random.rand())
r = np.random.RandomState(123)
s = np.random.RandomState(123)
print(r.rand(), s.rand(), r.rand(5), s.rand(2, 3))
print(r.rand() == s.rand())
for seed in (0, 1, 2, 12345, 4294967295):
    print(seed, np.random.RandomState(seed).rand(), np.random.RandomState(seed).rand(700)[699])
print(np.random.rand(0).shape, np.random.rand(2, 0, 3).shape)
t = np.random.RandomState(9)
m = t.rand(20, 30)
print(m.shape, m[0, 0], m[19, 29], m.sum(), t.rand())
