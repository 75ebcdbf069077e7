# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a '*' parameter is not supported
def f(*args):
    return 1
