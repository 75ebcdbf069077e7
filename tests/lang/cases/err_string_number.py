# peer: cpython
# exit: 1
# traceback: full
print(int("12"))
print(int("12a"))
