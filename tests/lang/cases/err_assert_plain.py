# peer: cpython
# exit: 1
# traceback: full
x = 1
assert x == 1 and "text"
assert x == 2
