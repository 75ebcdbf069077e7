# peer: cpython
# Every form of assignment: chained, augmented, annotated, walrus, global, nonlocal, del.

a = b = c = 5
a += 1
b -= 2
c *= 3
print(a, b, c)
a /= 4
b //= 2
c %= 4
print(a, b, c)
a **= 2
b <<= 4
c |= 8
print(a, b, c)
b >>= 1
c &= 10
c ^= 3
print(a, b, c)

s = "x"
s += "y"
s *= 3
t = (1,)
t += (2, 3)
print(s, t)

n: int = 10
label: str
label = "set"
print(n, label)

if (half := n // 2) > 3:
    print("half", half)
print((y := 3) + y, y)
while (n := n - 3) > 0:
    print(n, end=" ")
print(n)

total = 0


def bump(k):
    global total, fresh
    total += k
    fresh = k
    return total


bump(3)
bump(4)
print(total, fresh)


def local_shadows():
    total = 100
    total += 1
    return total


print(local_shadows(), total)


def gone():
    v = 1
    del v
    v = 2
    return v


print(gone())
x = y = 0
x, y = y + 1, x + 2
print(x, y)
i = 0
i, j = 1, i
print(i, j)


def order(k):
    print("eval", k, end=" ")
    return k


r = order(1) + order(2) * order(3)
print(r)
p, q = order(4), order(5)
print(p, q)
