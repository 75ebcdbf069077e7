# peer: cpython
# exit: 1
# traceback: full


def f():
    if True:
        print("inside")
    return 1 + undefined_name * 2


f()
