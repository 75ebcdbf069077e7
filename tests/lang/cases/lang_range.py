# peer: cpython
# range objects, and the loop in all its directions.

print(range(5), range(2, 5), range(0, 10, 3), range(5, 0, -2))
print(len(range(5)), len(range(2, 2)), len(range(10, 0)), len(range(10, 0, -3)), len(range(0, 10, 3)))
r = range(3, 30, 4)
print(r[0], r[1], r[-1], r[2:4], r[::-1], len(r[1:]))
print(7 in r, 8 in r, -3 in r, range(3) == range(0, 3), range(0) == range(5, 2))


def total(start, stop, step):
    s = 0
    n = 0
    for i in range(start, stop, step):
        s += i
        n += 1
    return s, n


for step in (1, 2, 3, 7, 100, -1, -2, -5):
    print(step, total(0, 50, step), total(50, 0, step), total(-10, 11, step), total(5, 5, step))
print(total(0, 1000, 1), sum(range(1000)), max(range(7)), min(range(3, 9)))
print(total(2**60, 2**60 + 5, 2), range(-(2**62), 2**62, 2**60)[3])
for i in range(True + 2):
    print(i, end=" ")
print(bool(range(0)), bool(range(1)))
