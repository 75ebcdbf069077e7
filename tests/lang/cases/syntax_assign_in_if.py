# peer: cpython
# exit: 1
# traceback: full
x = 1
if x = 2:
    pass
