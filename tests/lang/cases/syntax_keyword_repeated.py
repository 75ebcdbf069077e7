# peer: cpython
# exit: 1
# traceback: full
def f(a):
    return a


f(a=1, a=2)
