# peer: oracle
# numba: has streams of its own for each thread
# rel: 1e-12
# Normal distributions inside a parallel prange: Box and Muller's first value of two draws.
import numpy as np
from numba import njit, prange


def show(a):
    for x in a.ravel():
        print(x.item(), end=" ")
    print()


@njit
def seeded(seed):
    np.random.seed(seed)


@njit(parallel=True)
def standard(out):
    for i in prange(len(out)):
        out[i] = np.random.standard_normal()


@njit(parallel=True)
def several(out, centre, scale):
    for i in prange(out.shape[0]):
        out[i, 0] = np.random.normal(centre, scale)
        out[i, 1] = np.random.rand()
        out[i, 2] = np.random.normal(centre) + np.random.normal(scale=0.25) - np.random.normal(loc=1.5, scale=scale)
        out[i, 3] = np.random.normal() + np.random.randn()


@njit(parallel=True)
def walk(out, steps):
    for i in prange(len(out)):
        x = 0.0
        for k in range(steps):
            x += np.random.normal(0.0, 0.1)
            if x > 0.5:
                x -= np.random.rand()
        out[i] = x


@njit(parallel=True)
def option(paths, steps):
    total = 0.0
    for i in prange(paths):
        price = 100.0
        for k in range(steps):
            price *= np.exp(0.0001 + 0.01 * np.random.standard_normal())
        total += max(price - 100.0, 0.0)
    return total / paths


seeded(5)
for n in (1, 7, 8, 33, 200):
    out = np.zeros(n)
    standard(out)
    show(out)
columns = np.zeros((37, 4))
several(columns, 3, 0.5)
show(columns)
several(columns, 3.0, 0)
show(columns)
for steps in (0, 1, 2, 9):
    walk(out, steps)
    show(out)
print(option(300, 10))
