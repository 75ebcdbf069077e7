# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a 'with' statement is not supported
with open('x') as f:
    pass
