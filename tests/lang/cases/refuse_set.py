# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a set display is not supported
s = {1, 2}
