# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a list display is not supported
x = 1
y = [x, 2]
