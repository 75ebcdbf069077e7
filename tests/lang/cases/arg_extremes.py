# peer: oracle
# exit: 1
# numba: refuses argmin of bools (an error inside its lowering)
# np.argmin, np.argmax and copies of rows in compiled loops: ties, NaN, signed zeros, all dtypes, one element, none.
import numpy as np
from numba import njit, prange

nan, inf = np.nan, np.inf


@njit(parallel=True)
def places(a, out):
    for i in prange(len(a)):
        out[i, 0] = np.argmin(a[i])
        out[i, 1] = a[i].argmax()
        out[i, 2] = np.argmax(a[i, ::-1])


@njit(parallel=True)
def sorted_rows(a, out):
    for i in prange(len(a)):
        row = a[i].copy()
        other = np.copy(a[i])
        for p in range(1, len(row)):
            x = row[p]
            q = p - 1
            while q >= 0 and row[q] > x:
                row[q + 1] = row[q]
                q -= 1
            row[q + 1] = x
        for p in range(len(row)):
            out[i, p] = row[p] + other[p] * 0


rows = np.array(((1.0, 3.0, 3.0, 1.0), (nan, 1.0, nan, 2.0), (0.0, -0.0, 0.0, -0.0), (-inf, inf, inf, -inf), (5.0, 4.0, nan, 9.0)))
many = np.zeros((40, 4))
for i in range(40):
    many[i] = rows[i % 5]
out = np.zeros((40, 3), np.int64)
places(many, out)
for i in range(5):
    print(out[i], out[35 + i])
for kind in (np.int8, np.uint8, np.int16, np.uint32, np.int64, np.uint64, np.float32):
    ints = ((np.arange(400) * 37) % 251).astype(kind).reshape(40, 10)
    out = np.zeros((40, 3), np.int64)
    places(ints, out)
    print(out[0], out[17], out[39])
flags = (np.arange(200) % 3 == 1).reshape(40, 5)
out = np.zeros((40, 3), np.int64)
places(flags, out)
print(out[0], out[1], out[2])
out = np.zeros((40, 3), np.int64)
places(np.ones((40, 1)), out)
print(out[7])

sorted_out = np.zeros((40, 10))
sorted_rows(((np.arange(400) * 37) % 251).reshape(40, 10), sorted_out)
print(sorted_out[0], sorted_out[39])
places(np.ones((40, 0)), out)
