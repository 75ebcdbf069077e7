# peer: none
# exit: 1
# door: cli
# stderr: OverflowError
# Outside njit an int that leaves 64 bits is an error for now.
n = 3
for i in range(100):
    n = n * n
