# peer: cpython
# exit: 1
# traceback: full
print((1 + 2]
