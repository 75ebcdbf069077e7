# peer: cpython
# exit: 1
# traceback: full
def half(n):
    assert n % 2 == 0, f"{n} is odd"
    return n // 2


assert half(4) == 2
print(half(8))
print(half(half(6)))
