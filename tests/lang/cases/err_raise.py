# peer: cpython
# exit: 1
# traceback: full


def check(n):
    if n > 2:
        raise ValueError(f"n is {n}, at most 2 allowed")
    return n


for n in range(10):
    check(n)
