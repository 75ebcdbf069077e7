# peer: cpython
# exit: 1
# traceback: full
import numpy as np

a = np.arange(3)
if a[:1]:
    print("one element")
else:
    print("one zero")
if a > 1:
    print("never")
