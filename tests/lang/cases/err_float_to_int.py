# peer: cpython
# exit: 1
# traceback: full
print(int(2.9))
print(int(float("nan")))
