# peer: cpython
# exit: 1
# traceback: full
def f(x):
    return x


value = f(
    1
) + f(
    2
) + (
    f(3)
    / f(0)
)
