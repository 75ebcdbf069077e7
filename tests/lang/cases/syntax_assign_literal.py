# peer: cpython
# exit: 1
# traceback: full
x = 1
1 = x
