# peer: cpython
# exit: 1
# traceback: full
def f():
    x = 1
    global x
    return x
