# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.zeros((3, 4))
print((a + np.ones(4)).sum())
print(a + np.ones(3))
