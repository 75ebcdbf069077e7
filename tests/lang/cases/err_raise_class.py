# peer: cpython
# exit: 1
# traceback: full
def stop():
    raise RuntimeError


stop()
