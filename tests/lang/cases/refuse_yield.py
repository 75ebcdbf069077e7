# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: 'yield' is not supported
def f():
    yield 1
