# peer: cpython
# exit: 1
# traceback: full
t = (1, 2, 3)


def get(t, i):
    return t[i] + 1


for i in range(5):
    print(get(t, i))
