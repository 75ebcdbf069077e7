# peer: none
# exit: 1
# door: cli
# stderr: OverflowError
n = 9223372036854775807
m = n - 1 + 1
n = n + 1
