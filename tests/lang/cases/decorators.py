# peer: oracle
# Every way to spell the decorator and prange.
import numba
import numba as nb
import numpy as np
from numba import jit, njit, prange
from numba import njit as compiled, prange as parallel_range


@njit
def plain(x):
    return x + 1


@njit()
def with_call(x):
    """Adds two."""
    return x + 2


@jit(nopython=True)
def old_style(x):
    return x + 3


@nb.njit(parallel=True, cache=False)
def by_module(a):
    s = 0.0
    for i in nb.prange(len(a)):
        s += a[i]
    return s


@numba.jit(nopython=True, parallel=True, nogil=True)
def by_name(a):
    s = 0.0
    for i in numba.prange(len(a)):
        s += a[i]
    return s


@compiled(parallel=True)
def renamed(a):
    s = 0.0
    for i in parallel_range(len(a)):
        s += a[i]
    return s


@njit
def not_parallel(a):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
    return s


def to_be_wrapped(x):
    return x * 2


wrapped = njit(to_be_wrapped)
lambda_kernel = njit(lambda x: x * x + 1)


def factory(parallel):
    def total(a):
        s = 0.0
        for i in prange(len(a)):
            s += a[i]
        return s

    return njit(parallel=parallel)(total)


a = np.random.RandomState(34).rand(1000)
print(plain(1), with_call(1), old_style(1.5), wrapped(4), lambda_kernel(3), to_be_wrapped(5))
print(by_module(a), by_name(a), renamed(a), not_parallel(a), factory(True)(a), factory(False)(a))
