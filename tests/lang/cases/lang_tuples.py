# peer: cpython
# Tuples: packing, unpacking, slices, comparison, printing.

t = (1, 2.5, "three", None, True)
print(t, len(t), t[0], t[-1], t[1:3], t[::-1], t[10:], t[-2:], t[::2])
print((), (1,), 1, (1, (2, (3, ()))), ("it's", 'say "x"', "a\nb", "\\"))
print((1, 2) + (3,), (0,) * 3, () + (), 2 * ("a", "b"))

a, b = 1, 2
a, b = b, a
print(a, b)
(x, y), z = (3, 4), 5
print(x, y, z)
p = q = (7, 8)
print(p, q, p is q)
a, b, c = "xyz"
print(a, b, c)
i, j = range(2)
print(i, j)


def minmax(a, b, c):
    low = a if a < b else b
    low = low if low < c else c
    high = a if a > b else b
    return low, high if high > c else c


low, high = minmax(3, 1, 2)
print(low, high, minmax(-1.5, 0, 7)[1])

total = 0
for element in (1, 2, 3, 4):
    total += element
print(total, sum((1, 2, 3)), max((3, 9, 2)), min((3, 9, 2)))

nested = ((1, 2), (3, 4), (5, 6))
for left, right in nested:
    print(left * right, end=" ")
print(nested[1][0], nested[-1][-1])

print(3 in (1, 2, 3), (1, 2) in ((1, 2), (3, 4)), (1, 2) == (1, 2), (1, 2) < (1, 2, 0), (1, "a") != (1, "b"))


def swap_many(n):
    a, b, c = 1, 2, 3
    for _ in range(n):
        a, b, c = c, a, b
    return a, b, c


print(swap_many(0), swap_many(1), swap_many(100))


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


print(fibonacci(10), fibonacci(90))
empty = ()
print(len(empty), bool(empty), bool((0,)))
