# peer: none
# door: cli
# exit: 1
# stderr: UnsupportedError: a 'try' statement is not supported
x = 1
try:
    x = 2
except ValueError:
    x = 3
