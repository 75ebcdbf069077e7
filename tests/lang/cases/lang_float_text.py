# peer: cpython
# Literals of every form, and floats as text over the whole range.

print(0xFF, 0o17, 0b1010, 1_000_000, 0xdead_beef, 00, 0x7FFFFFFFFFFFFFFF)
print(1.0, 1., .5, 1e3, 1E-3, 1_0.0_1, 1e+5, 0.1e1, 12345678901234567890.0)

x = 1.0
for i in range(0, 340, 17):
    print(x / 3.0, x * 1.1, 7.0 / x)
    x = x * 1e17

x = 1.0
for i in range(25):
    print(x, -x / 7, end=" ")
    x /= 10
print()
for x in (
    1e15,
    9999999999999998.0,
    1e16,
    123456789012345680.0,
    1e-4,
    0.00012345,
    9.999e-5,
    1e22,
    1e23,
    2.0**53,
    2.0**70,
):
    print(x, end=" ")
print()
print(5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 4.35, 0.1 + 0.7, 1.1 * 1.1, 8.41, 2.0**-1074)
y = 0.1
for i in range(60):
    y = (y * 3.7) * (1.0 - y)
    if i % 10 == 9:
        print(y)
