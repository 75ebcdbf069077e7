# peer: cpython
# exit: 1
# stderr: ValueError: zero-size array to reduction operation maximum which has no identity
import numpy as np

print(np.arange(3).max())
print(np.zeros(0).max())
