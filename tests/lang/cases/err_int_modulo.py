# peer: cpython
# exit: 1
# traceback: full
x = 10
for divisor in range(3, -1, -1):
    print(x // divisor, x % (divisor + 0))
