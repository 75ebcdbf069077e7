# peer: cpython
# exit: 1
# traceback: full
def f(a, *, key=0):
    return a + key


print(f(1, key=2))
print(f(1, kye=2))
