# peer: cpython
# exit: 1
# traceback: full
x = 5 $ 3
