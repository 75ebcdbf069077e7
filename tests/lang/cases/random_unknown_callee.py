# peer: oracle
# numba: the streams of threads are its own
# A call of something that only the run knows may draw: such a prange draws a key, whatever its other callees are.
import numpy as np
from numba import njit, prange


@njit
def drawn():
    return np.random.rand()


@njit(error_model='numpy')
def plain():
    return 0.5


@njit
def half():
    return 0.25


@njit(parallel=True)
def reassigned(f, n, out):
    for i in prange(n):
        g = f
        if i > n // 2:
            g = plain
        out[i] = g()
    return out


@njit(parallel=True)
def chosen(f, n, out):
    for i in prange(n):
        out[i] = (f if i < 40 else plain)()
    return out


@njit(parallel=True)
def chosen_among_two(n, out):
    for i in prange(n):
        out[i] = (plain if i < 40 else half)()
    return out


@njit(parallel=True)
def known(n, out):
    for i in prange(n):
        out[i] = plain() + abs(i if i > 3 else -i)
    return out


def shown(a):
    for x in a:
        print(x.item(), end=" ")
    print()


@njit
def seeded(seed):
    np.random.seed(seed)
    return seed


for f in (drawn, plain):
    print(seeded(3))
    shown(reassigned(f, 64, np.zeros(64)))
    shown(chosen(f, 64, np.zeros(64)))
    shown(chosen_among_two(64, np.zeros(64)))
    shown(known(64, np.zeros(64)))
    print(drawn())
