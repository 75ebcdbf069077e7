# peer: cpython
# exit: 1
# traceback: full
print("never printed")
return 5
