# peer: cpython
# exit: 1
# traceback: full
def f():
    nonlocal missing
    missing = 1
