# peer: oracle
# Integer division and remainder in lanes: small operands, operands beyond 2^51, zero and negative divisors.
import numpy as np
from numba import njit, prange


@njit(parallel=True, error_model="numpy")
def divide(a, b, q, r):
    for i in prange(len(a)):
        q[i] = a[i] // b[i]
        r[i] = a[i] % b[i]


@njit(parallel=True)
def by_one(a, d, q, r):
    for i in prange(len(a)):
        q[i] = a[i] // d
        r[i] = a[i] % d


@njit(parallel=True)
def by_constants(a, q, r):
    for i in prange(len(a)):
        q[i] = a[i] // 10 + a[i] // -7 * 3 + (a[i] // 1000003) * 5
        r[i] = a[i] % 10 + a[i] % -7 * 3 + (a[i] % 1000003) * 5


@njit(parallel=True)
def guarded(a, b, q):
    for i in prange(len(a)):
        if b[i] != 0:
            q[i] = a[i] % b[i]


def show(q, r):
    print(q[:5], r[:5], q.sum(), r.sum(), (q * 31 + r * 17).sum())


n = 203
k = np.arange(n)
edge = 1 << 51
for dtype in (np.int64, np.int32, np.uint8, np.int16, np.uint32):
    a = (k * 2654435761 % 1000003 - 500000).astype(dtype)
    b = (k * 40503 % 211 - 105).astype(dtype)
    q = np.zeros(n, dtype=dtype)
    r = np.zeros(n, dtype=dtype)
    for _ in range(2):
        divide(a, b, q, r)
        show(q.astype(np.int64), r.astype(np.int64))
        by_constants(a, q, r)
        show(q.astype(np.int64), r.astype(np.int64))
        guarded(a, b, q)
        show(q.astype(np.int64), r.astype(np.int64))
q = np.zeros(n, dtype=np.int64)
r = np.zeros(n, dtype=np.int64)
for top in (edge - 1, edge, edge + 1, 2 * edge, 4 * edge - 1, 1 << 60):
    a = top - k % 9
    b = k % 19 - 9
    for _ in range(2):
        divide(a, b, q, r)
        show(q, r)
        divide(-a, b, q, r)
        show(q, r)
        divide(k - 2000, a, q, r)
        show(q, r)
        divide(a, a - k % 5, q, r)
        show(q, r)
        divide(a * (k % 2), -a, q, r)
        show(q, r)
least = np.zeros(n, dtype=np.int64) + (-(1 << 62) - (1 << 62))
for d in (1, 2, 3, 7, 10, 63, 64, 1000, -1, -2, -10, edge - 1, edge, edge + 1, 1 << 62):
    for _ in range(2):
        by_one(k * 24567890 - 99999999, d, q, r)
        show(q, r)
        by_one(least + k, d, q, r)
        show(q, r)
big = (k.astype(np.uint64) << np.uint64(50)) + k.astype(np.uint64)
uq = np.zeros(n, dtype=np.uint64)
ur = np.zeros(n, dtype=np.uint64)
for shift in (0, 40, 49, 50, 60):
    for _ in range(2):
        divide(big >> np.uint64(shift), (k % 23).astype(np.uint64), uq, ur)
        print(uq[:5], ur[:5], uq.sum(), ur.sum())
        divide(big, big >> np.uint64(shift), uq, ur)
        print(uq[:5], ur[:5], uq.sum(), ur.sum())
