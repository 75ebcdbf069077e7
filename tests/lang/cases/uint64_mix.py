# peer: oracle
# uint64: with itself it stays, with int64 it becomes int64, xorshift and hashing by shifts.
import numpy as np
from numba import njit, prange


@njit
def xorshift(x):
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    return x


@njit
def splitmix(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0x3F58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x14D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(parallel=True)
def streams(out, rounds):
    for i in prange(len(out)):
        s = np.uint64(88172645463325252) + np.uint64(i)
        for k in range(rounds):
            s = xorshift(s)
        out[i] = s


@njit(parallel=True)
def monte_carlo(n, rounds):
    hits = 0
    for i in prange(n):
        s = splitmix(np.uint64(i) + np.uint64(1))
        for k in range(rounds):
            s = xorshift(s)
            x = np.float64(s >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            s = xorshift(s)
            y = np.float64(s >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            if x * x + y * y < 1.0:
                hits += 1
    return hits


@njit
def mixed(a, b):
    return a + b, a * b, (a - b) >> 1, a < b, a >> 1, a & b


out = np.zeros(40, np.uint64)
streams(out, 20)
h = 0
for i in range(40):
    h = (h * 31 + int(out[i] >> np.uint64(2))) % 1000000007
print(h, monte_carlo(50, 20), monte_carlo(1, 1), monte_carlo(0, 5))
print(
    mixed(np.uint64(5), np.uint64(3)),
    mixed(np.uint64(5), 3),
    mixed(5, np.uint64(3)),
    mixed(np.uint8(200), np.uint8(100)),
)
print(mixed(np.uint32(7), np.int32(9)), mixed(np.uint64(3), np.uint64(5)))
