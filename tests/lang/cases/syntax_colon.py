# peer: cpython
# exit: 1
# traceback: full
print("never printed")
if 1 > 0
    print(1)
