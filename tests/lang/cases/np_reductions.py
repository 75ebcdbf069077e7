# peer: cpython
# sum, min, max, mean of whole arrays: NumPy 2.4's pairwise order for floats (2.0 cuts into buffers of 8192).
import numpy as np

rng = np.random.RandomState(7)
for n in (1, 2, 7, 8, 9, 15, 16, 17, 127, 128, 129, 130, 1000, 1024, 1025, 4097, 10000):
    a = rng.rand(n) * 1000.0 - 300.0
    print(n, a.sum(), a.mean(), a.min(), a.max(), np.sum(a), np.mean(a), np.min(a), np.max(a))
    f = a.astype(np.float32)
    print(f.sum(), f.min(), f.max(), f.sum().dtype)
a = rng.rand(300) * 1e6
print(a[::2].sum(), a[::-1].sum(), a[1:].sum(), a[5::7].mean())
b = (rng.rand(1000) * 200 - 100).astype(np.int64)
print(b.sum(), b.min(), b.max(), b.mean(), b[::3].sum(), sum(b[:10]))
for kind in (np.int32, np.uint8):
    c = (rng.rand(500) * 100).astype(kind)
    print(c.sum(), c.sum().dtype, c.min(), c.max(), c.mean(), c.max().dtype)
d = b > 0
print(d.sum(), d.mean(), d.min(), d.max())
print(np.zeros(0).sum(), np.zeros(0, np.int64).sum())
m = rng.rand(50, 40)
print(m.sum(), m.mean(), m.min(), m.max(), m.T.sum(), m[3:, 5:9].sum())
e = np.arange(5.0)
e[3] = np.nan
print(e.sum(), e.min(), e.max(), e.mean())
print(max(a) == a.max(), min(a) == a.min())
