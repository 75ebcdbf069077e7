# peer: oracle
# An array that an iteration replaces, or might: the loop runs in order, and draws as a loop of range does.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def rebound(x, h):
    for i in prange(len(x)):
        h *= x[i]
        if x[i] > 1.5:
            h = h * 2.0


@njit(parallel=True)
def rebound_in_while(x, h):
    for i in prange(len(x)):
        h *= x[i]
        w = 0
        while w < 1 and x[i] > 1.5:
            w += 1
            h = h * 2.0
        h *= 0.5


@njit(parallel=True)
def never(x, h):
    for i in prange(len(x)):
        h *= x[i]
        if x[i] > 100:
            h = h * 2.0


@njit(parallel=True)
def never_drawing(x, h):
    np.random.seed(5)
    for i in prange(len(x)):
        h *= x[i] + np.random.rand()
        if x[i] > 100:
            h = h * 2.0


for n in (3, 9, 130, 131, 300):
    for f in (rebound, rebound_in_while, never, never_drawing):
        h = np.ones(3) * 0.7
        f(np.sin(np.arange(n)*1.37)+1.2, h)
        print(h[0])
