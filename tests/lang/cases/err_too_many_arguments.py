# peer: cpython
# exit: 1
# traceback: full
def f(a, b=1):
    return a + b


print(f(1, 2, 3))
