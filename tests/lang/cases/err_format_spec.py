# peer: cpython
# exit: 1
# traceback: full
x = 2.5
print(f"{x:.2f}")
print(f"{x:d}")
