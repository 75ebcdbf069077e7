# peer: cpython
# Every operator on int, float and bool, outside njit.


def ints(a, b):
    print(a, b, a + b, a - b, a * b, a & b, a | b, a ^ b)
    if b != 0:
        print(a / b, a // b, a % b, -a // b, -a % b, a // -b, a % -b)
    if 0 <= b < 10:
        print(a << b, a >> b, -a >> b, a**b, (-a) ** b)


def floats(x, y):
    print(x, y, x + y, x - y, x * y)
    if y != 0.0:
        print(x / y, x // y, x % y, -x // y, -x % y, x // -y, x % -y)


for a in range(-7, 8, 3):
    for b in range(-3, 6, 2):
        ints(a, b)

ints(1 << 40, 12)
ints(-(1 << 61), 1)
ints(4611686018427387903, 0)

for x in (0.0, -0.0, 0.1, -2.5, 7.0, 1e300, 1e-300):
    for y in (0.3, -0.3, 2.0, -1e-5, 1e17):
        floats(x, y)

inf = float("inf")
nan = float("nan")
print(inf - inf, inf * 0.0, nan + 1, -inf, inf // 2.0, 5.0 % inf, -5.0 % inf, 5.0 // -inf, nan % 2.0)

print(True + True, True * 3, -True, ~True, True / 2, False // 1, True & False, True | False, True ^ True, True << 3)
print(3 + 2.5, 2.5 - 3, 3 * 0.5, 7 / 2, 7 // 2.0, 7 % 2.5, -7 % 2.5, 2**0.5, 2.0**3, 2**-2, 0.5**2, (-8) ** 3)
print(-(2**2), (-2) ** 2, 2**3**2, -3 % 5, -(3 % 5), 1 + 2 * 3 - 4 / 2, (1 + 2) * (3 - 4) / 2, 7 // 2 * 2, 1 - 2 - 3)
print(~5, -~5, ~-5, +5, -+-5, not 5, not 0, 1 << 2 + 1, 6 & 3 | 8 ^ 2, 1 | 2 & 3, 5 & ~1)
print(
    1e16,
    1e15,
    123456789012345678,
    1e22,
    1e21 + 1,
    0.1 + 0.2,
    1 / 3,
    2 / 3,
    100 / 3,
    1e100,
    5e-324,
    1.7976931348623157e308,
)
print(9007199254740993 / 2, 9223372036854775807 / 3, 9223372036854775807 // 3, 9223372036854775807 % 10)
