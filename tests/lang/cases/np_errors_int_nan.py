# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.zeros(3, np.int64)
a[0] = 2.9
print(a)
a[1] = float("nan")
