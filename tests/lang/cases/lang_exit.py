# peer: cpython
# exit: 3
import sys


def deep(n):
    if n == 0:
        sys.exit(3)
    deep(n - 1)


print("before")
deep(5)
print("never")
