# peer: cpython
# exit: 1
# traceback: full
import numpy as np

for n in range(2, -2, -1):
    print(np.zeros(n))
