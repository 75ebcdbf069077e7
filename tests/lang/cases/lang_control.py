# peer: cpython
# Statements that steer: if, while, for, else, break, continue, pass, return.


def first_divisor(n):
    for d in range(2, n):
        if n % d == 0:
            break
    else:
        return 0
    return d


def count_down(n):
    steps = 0
    while n > 0:
        n -= 3
        steps += 1
        if n == 5:
            break
    else:
        steps += 100
    return n, steps


def skip(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            continue
        elif i % 3 == 1:
            pass
        else:
            total += 1000
        total += i
    return total


def nested(n):
    found = 0
    for i in range(n):
        for j in range(n):
            if j > i:
                break
            if (i + j) % 2:
                continue
            for k in range(j):
                if k == 3:
                    break
                found += 1
            else:
                found += 10
        else:
            found += 100
    return found


def early(n):
    for i in range(n):
        while True:
            i += 1
            if i % 7 == 0:
                return i
            if i > 50:
                break
    return -1


for n in (2, 3, 9, 35, 97, 121):
    print(n, first_divisor(n))
for n in (0, 1, 8, 11, 12):
    print(n, count_down(n))
print(skip(0), skip(1), skip(50))
print(nested(0), nested(1), nested(9))
print(early(0), early(5))

for i in range(5):
    pass
print("index after the loop", i)
for i in range(0):
    pass
print("and after none", i)
for i in range(10, 0, -3):
    print(i, end=" ")
print()
for i in range(3):
    i = i * 10
    print(i, end=",")
print(i)

n = 27
steps = 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
print("collatz", steps)

for word in ("a", "bb", ""):
    if not word:
        print("empty")
    elif len(word) > 1:
        print("long")
    else:
        print("short")
for a, (b, c) in ((1, (2, 3)), (4, (5, 6))):
    print(a + b * c)
for letter in "xyz":
    print(letter, end="")
else:
    print("!")
while False:
    print("never")
else:
    print("else of a loop that never ran")
