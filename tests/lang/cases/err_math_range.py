# peer: cpython
# exit: 1
# traceback: full
import math

for k in range(0, 2000, 300):
    print(math.exp(k))
