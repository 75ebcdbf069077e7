# peer: cpython
# exit: 1
# traceback: full
print(1 < 2.5, "a" < "b")
print(1 < 2 < "a")
