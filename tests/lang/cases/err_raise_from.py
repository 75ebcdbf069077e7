# peer: cpython
# exit: 1
# traceback: full
def f(x):
    raise KeyError("missing") from ValueError("cause")


f(1)
