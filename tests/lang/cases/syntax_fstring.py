# peer: cpython
# exit: 1
# traceback: full
x = 1
print(f"{x")
