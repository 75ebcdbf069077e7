# peer: cpython
# exit: 1
# traceback: full
import math

print(math.pi)
print(math.tau_of_nothing)
