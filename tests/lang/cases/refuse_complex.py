# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a complex number is not supported
z = 1 + 2j
