# peer: cpython
# rel: 1e-15
# sqrt, exp, log, sin, cos, abs on scalars and arrays; astype, copy, allclose, array_equal.
import numpy as np

a = np.arange(1, 9) / 3.0
print(np.sqrt(a), np.sqrt(2.0), np.sqrt(16), np.abs(-3), np.abs(-2.5))
for i in range(len(a)):
    print(np.sqrt(a)[i], np.exp(a)[i], np.log(a)[i], np.sin(a)[i], np.cos(a)[i])
print(np.sqrt(np.arange(4)).dtype, np.sqrt(np.arange(4, dtype=np.float32)).dtype, np.exp(np.zeros(2, np.int32)).dtype)
print(np.exp(0.0), np.log(1.0), np.sin(0.0), np.cos(0.0), np.abs(np.arange(-2, 2)))

b = np.arange(5) * 1.75 - 3.0
print(b.astype(np.int64), b.astype(np.float32), b.astype(np.int32), b.astype(bool), b.astype(np.float64))
print(
    np.arange(250, 260).astype(np.uint8),
    np.arange(-3, 3).astype(bool),
    (b > 0).astype(np.int64),
    (b > 0).astype(float),
)
print(np.full(2, 300).astype(np.uint8), np.full(2, -1).astype(np.uint8), np.arange(3).astype(np.float32).dtype)

c = b.copy()
c[0] += 1e-12
print(np.allclose(b, c), np.array_equal(b, c), np.array_equal(b, b.copy()), np.allclose(b, b + 1))
print(
    np.array_equal(np.zeros(3), np.zeros(4)),
    np.allclose(1.0, 1.0 + 1e-9),
    np.array_equal(np.arange(3), np.arange(3.0)),
)
nan = np.full(2, np.nan)
print(np.allclose(nan, nan), np.array_equal(nan, nan), np.allclose(np.full(2, np.inf), np.full(2, np.inf)))
print(np.float32(1) / np.float32(3), np.float64(1) / 3, np.int32(7) // np.int32(2), np.uint8(200) + np.int32(100))
print(np.float32(0.1) + 0.2, np.float32(0.1) * 3, (np.float32(0.1) + np.float64(0.2)).dtype, np.int32(5) / 2)
print(np.int64(5) % 3, -np.int32(4), abs(np.float32(-1.5)), np.int64(2) ** 10, np.float64(2.5) // 1)
print(
    int(np.float64(2.7)),
    float(np.int32(3)),
    bool(np.uint8(0)),
    round(np.float64(2.5)),
    np.int64(3) == 3,
    np.float32(0.5) < 1,
)
print(isinstance(np.float64(1), float), isinstance(np.int64(1), int), np.pi, np.e, np.inf, -np.inf)
