# peer: cpython
# exit: 1
# traceback: full
total = 0


def add(n):
    for i in range(n):
        last = i
    return last


print(add(3))
print(add(0))
