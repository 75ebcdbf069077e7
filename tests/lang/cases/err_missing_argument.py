# peer: cpython
# exit: 1
# traceback: full
def f(a, b, c=1):
    return a + b + c


print(f(1, 2))
print(f(1))
