# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a class is not supported
class Point:
    pass
