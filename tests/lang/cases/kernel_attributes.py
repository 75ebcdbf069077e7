# peer: oracle
# door: python
# What a kernel shows of the function it was made from, and the functions about threads.
import numba
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def total(a):
    """Adds."""
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
    return s


def to_be_wrapped(x):
    return x * 2


wrapped = njit(to_be_wrapped)
print(total.__name__, total.__doc__, wrapped.py_func is to_be_wrapped, wrapped.__wrapped__ is to_be_wrapped)
print(total.py_func(np.arange(4.0)), total(np.arange(4.0)), wrapped.py_func("ab"))
print(numba.get_num_threads() >= 1, 0 <= numba.get_thread_id() < numba.get_num_threads())
numba.set_num_threads(1)
print(numba.get_num_threads(), total(np.arange(5.0)))
