# peer: cpython
# exit: 1
# traceback: full
if True:
        x = 1
    y = 2
