# peer: oracle
# numba: rows of another shape are added to foreign memory there
# exit: 1
# stderr: ValueError: non-broadcastable output operand with shape (5,) doesn't match the broadcast shape (2,5)
# The product is computed with the sum that it is added to; which operation raises shows all the same.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def products(h, a, w):
    for i in prange(a.shape[0]):
        h += a[i] * w[i]


h = np.zeros(5)
products(h, np.ones((100, 5)), np.ones(100))
products(h, np.ones((100, 1)), np.ones((100, 5)))
products(h, np.ones((100, 5)), np.ones((100, 1)))
print(h)
products(h, np.ones((100, 2, 5)), np.ones(100))
