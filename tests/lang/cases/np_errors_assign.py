# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.zeros(5)
a[1:4] = np.ones(3)
print(a)
a[1:4] = np.ones(2)
