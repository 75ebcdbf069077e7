# peer: cpython
# exit: 1
# traceback: full
def f():
    x = 1
      y = 2
    return x
