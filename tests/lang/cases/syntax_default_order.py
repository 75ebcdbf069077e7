# peer: cpython
# exit: 1
# traceback: full
def f(a=1, b):
    return a
