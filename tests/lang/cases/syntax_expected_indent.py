# peer: cpython
# exit: 1
# traceback: full
def f():
return 1
