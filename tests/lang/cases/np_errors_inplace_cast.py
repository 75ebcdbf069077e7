# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.arange(3)
a += 2
print(a)
a += 0.5
