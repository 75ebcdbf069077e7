# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a dict display is not supported
d = {'a': 1}
