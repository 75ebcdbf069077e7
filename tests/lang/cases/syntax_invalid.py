# peer: cpython
# exit: 1
# traceback: full
print("never printed")
x = 1 +* 2
