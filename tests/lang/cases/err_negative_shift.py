# peer: cpython
# exit: 1
# traceback: full
n = 3
while True:
    print(1 << n)
    n -= 1
