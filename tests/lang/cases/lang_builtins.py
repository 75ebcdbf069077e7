# peer: cpython
# The built-in functions.

print(abs(-5), abs(5), abs(-2.5), abs(-0.0), abs(True), abs(float("-inf")))
print(min(3, 1, 2), max(3, 1, 2), min(1.5, 1), max(2, 2.0), max(2.0, 2), min((5, 3)))
print(max("hello"), min("b", "a"))
print(sum((1, 2, 3)), sum((0.5, 0.25)), sum((1, 2), 10), sum(range(101)), sum((True, True)))
print(int(3.9), int(-3.9), int(True), int("12"), int(), int(1e15), int(-0.5))
print(float(3), float(True), float("2.5"), float(), float(2**53 + 1))
print(bool(0), bool(1), bool(0.0), bool(""), bool("a"), bool(None), bool(()), bool((0,)), bool())
print(str(5), str(2.0), str(), str(False))
print(len("abc"), len((1, 2)), len(range(9)), len(""))
print(round(2.5), round(3.5), round(-2.5), round(2.4), round(2.6), round(7), round(-0.4))
print(
    round(2.675, 2),
    round(1.005, 2),
    round(1234.5678, -2),
    round(0.125, 2),
    round(5, -1),
    round(1e300, 2),
    round(2.5, 0),
)
print(isinstance(1, int), isinstance(1, float), isinstance(True, int), isinstance(1.0, float), isinstance("a", str))
print(isinstance((1,), tuple), isinstance(None, int), isinstance(1, (float, int)), isinstance(True, bool))
print(max(1, 2) + min(3, 4) * abs(-2))
print(int("-0012"), int("1_000"), float(" 1.5e3 "), float("-.5"))
