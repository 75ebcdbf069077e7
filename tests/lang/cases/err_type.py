# peer: cpython
# exit: 1
# traceback: full
n = 3
print("a" * n)
text = "a" + "b" + n
