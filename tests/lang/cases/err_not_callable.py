# peer: cpython
# exit: 1
# traceback: full
f = lambda x: x + 1
print(f(1))
print(f(1)(2))
