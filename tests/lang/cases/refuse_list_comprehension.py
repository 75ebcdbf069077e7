# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a list comprehension is not supported
x = sum([i for i in range(3)])
