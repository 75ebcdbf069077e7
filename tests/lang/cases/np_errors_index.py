# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.arange(6.0)
for i in range(4, 10):
    a[i] = a[i - 1] * 2
    print(a[i])
