# peer: cpython
# exit: 1
# traceback: full
def f():
    if True:
        break
