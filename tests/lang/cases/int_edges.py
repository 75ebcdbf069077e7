# peer: oracle
# numba: int64 min // -1 traps and 2 ** -1 gives 0 there
# int64 at its limits: wrapping, floor division, shifts, powers.
import numpy as np
from numba import njit

LOW = -9223372036854775807 - 1
HIGH = 9223372036854775807


@njit
def operators(a, b):
    return a + b, a - b, a * b, a & b, a | b, a ^ b, -a, ~a, abs(a)


@njit
def divisions(a, b):
    return a // b, a % b, a / b


@njit
def shifts(a, n):
    return a << n, a >> n


@njit
def powers(a, n):
    return a**n


@njit
def literal_powers(a):
    return a**0, a**1, a**2, a**3, a**7, a**31, a**64


@njit
def compare(a, b):
    return a < b, a <= b, a == b, a != b, max(a, b), min(a, b)


@njit
def lcg(n):
    x = 12345
    for i in range(n):
        x = x * 6364136223846793005 + 1442695040888963407
    return x


@njit
def fnv(a):
    h = 1469598103934665603
    for i in range(len(a)):
        h ^= a[i]
        h *= 1099511628211
    return h


@njit
def factorials(n):
    f = 1
    s = 0
    for i in range(1, n):
        f *= i
        s ^= f
    return f, s


values = (0, 1, -1, 2, -7, 10, HIGH, LOW, HIGH - 1, LOW + 1, 4611686018427387904, -4611686018427387904)
for a in values:
    for b in (1, -1, 3, -10, HIGH, LOW):
        print(operators(a, b))
        print(divisions(a, b), compare(a, b))
    for n in (0, 1, 31, 63, 64, 65, 127, -1):
        print(shifts(a, n), end=" ")
    print()
    print(literal_powers(a), powers(a, 0), powers(a, 1), powers(a, 5), powers(a, 63))
print(lcg(0), lcg(1), lcg(1000), fnv(np.arange(300)), factorials(70))
