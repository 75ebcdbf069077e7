# peer: cpython
# Strings: literals, escapes, indexing, comparison, repetition.

s = "hello"
print(s, len(s), s[0], s[-1], s[1:3], s[::-1], s[10:], s[:2] + s[2:])
print('single "quotes"', "double 'quotes'", "tab\tnew", "back\\slash", "\x41\u00e9\U0001f600", "\101", "null?" "joined")
print(r"raw\n", """two
lines""", 'con' "cat" 'enated', "line \
continued")
print("ab" * 3, 2 * "-=", "" * 5, "a" + "b" + "c", "x" * 0 == "")
print("a" < "b", "abc" > "abd", "A" < "a", "é" > "z", s == "hel" + "lo", s != "world")
print("ell" in s, "z" in s, "" in s, "z" not in s)
for letter in "aéß😀":
    print(letter, len(letter), end=";")
print(len("aéß😀"), "aéß😀"[2], "aéß😀"[::-1])
print(str(1), str(1.5), str(None), str(True), str((1, "a")), str("x"))
print(int("42"), int("-7"), float("1.5"), float("1e-3"), float("inf"), float("-inf"), float("nan"), int(" 12 "))
print("a", "b", sep="-")
print("a", end="")
print("b", "c", sep="", end="!\n")
print()
print("", "x", "", sep="|")
text = ""
for i in range(5):
    text += str(i) + ","
print(text, len(text))
print(bool(""), bool(" "), "yes" if "x" else "no")
print(("quote'", 'dq"', "both'\"", "\t", "\x07", "é", "\x7f"))
