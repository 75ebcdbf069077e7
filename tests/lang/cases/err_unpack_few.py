# peer: cpython
# exit: 1
# traceback: full
a, b, c = 1, 2
