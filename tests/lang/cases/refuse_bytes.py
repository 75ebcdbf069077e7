# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a bytes literal is not supported
b = b'abc'
