# peer: cpython
# exit: 1
# traceback: full


def apply(f, x):
    return f(x)


def outer():
    k = 0

    def inner(x):
        return apply(lambda v: v % k, x)

    return inner


print(apply(outer(), 5))
