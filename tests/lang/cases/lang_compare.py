# peer: cpython
# Comparisons, chains, and / or / not, the ternary, is and in.

count = 0


def seen(x):
    global count
    count += 1
    return x


for a in (-1, 0, 1.5, 2, True):
    for b in (0, 1, 1.5, 2.0, False):
        print(a < b, a <= b, a > b, a >= b, a == b, a != b)

print(seen(1) < seen(2) < seen(3), count)
print(seen(3) < seen(2) < seen(1), count)
print(seen(1) < seen(2) > seen(0) != seen(5) == seen(5), count)
print(1 < 3 < 2, 1 < 2 < 3 < 4 < 3, 0 == 0 == 0, 0 != 1 != 0)

print(0 and 5, 3 and 5, 0 or 5, 3 or 5, "" or "x", () or (1,), None or 0.0, None and 1)
print(seen(0) and seen(1), count, seen(1) or seen(0), count)
print(not 1 and 2, not (0 or 0.0), 1 and not 0, not not 7)
print(1 if 2 > 1 else 0, 1 if 2 < 1 else 0, "a" if "" else "b" if 0.0 else "c")
print((1 if True else 2) + 3, 1 if True else 2 + 3)

x = None
print(x is None, x is not None, 0 is None, x == None, None != 0)
print(2 in (1, 2, 3), 5 in (1, 2, 3), 2.0 in (1, 2), 5 not in (1, 2, 3))
print("b" in "abc", "bc" in "abc", "ac" in "abc", "" in "abc", "z" not in "abc")
print(4 in range(0, 10, 2), 5 in range(0, 10, 2), -1 in range(3))
print("abc" < "abd", "abc" < "ab", "Z" < "a", "" < "a", "a" == "a", "a" != "b")
print((1, 2) < (1, 3), (1, 2) == (1, 2.0), (1,) < (1, 0), (2,) > (1, 9), () == ())

nan = float("nan")
inf = float("inf")
print(nan == nan, nan != nan, nan < 1, nan > 1, inf > 1e308, -inf < inf, 0.0 == -0.0)
print(9007199254740993 == 9007199254740992.0, 9007199254740993 > 9007199254740992.0, 2**62 == 2.0**62)

if x:
    print("no")
elif not count:
    print("no")
elif count > 3 and (x is None or x > 2):
    print("yes", count)
else:
    print("no")
