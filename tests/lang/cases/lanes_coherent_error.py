# peer: oracle
# exit: 1
# A subscript out of range in a side that all iterations of the gang take, and where some do not: the lowest one raises.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def looked_up(x, index, table, o):
    for i in prange(len(x)):
        if x[i] > 0.5:
            u = x[i] * 3.0 + o[i]
            v = u * u - x[i] * (u + 2.0)
            t = table[index[i]]
            o[i] = t * 100.0 + u * v + (u - v) * (u + v) / (1.0 + v * v)
        else:
            o[i] = -1.0


@njit
def inner(x, g, o, at):
    for r in range(g.shape[0]):
        for i in range(len(x)):
            if x[i] > 0.5:
                u = g[r, i] * 2.0 + x[i]
                v = g[r, at[i]] - u * x[i]
                o[r, i] = u * v + 0.25 * (u - v) * (u + v) / (1.0 + v * v)
            else:
                o[r, i] = x[i] - g[r, i]


table = np.arange(10) * 0.5
for bad, off in ((600, 700), (600, 601), (600, 600), (5, 3), (999, 998), (1000, 0)):
    x = np.ones(1000)
    x[off % 1000] = 0.0
    o = np.zeros(1000)
    index = np.arange(1000) % 10
    if bad < 1000:
        index[bad] = 10
    if bad == off or bad == 1000:
        looked_up(x, index, table, o)
        print(o.sum())

g, out, at = np.ones((3, 1000)), np.zeros((3, 1000)), np.arange(1000)
x[:] = 1.0
inner(x, g, out, at)
print(out.sum())
index[777] = 11
index[800] = 12
at[778] = 1000
looked_up(x, index, table, o)
