# peer: oracle
# Plain loops with checks inside: a step of lanes that fails one is done again, one iteration after the other.
import numpy as np
from numba import njit, prange


@njit
def gathered(index, table, out):
    for i in range(len(index)):
        t = table[index[i]]
        if t > 4.0:
            t = t * 0.5 + table[index[i] // 2]
        out[i] = t


@njit(parallel=True)
def rows(index, table, out):
    for r in prange(out.shape[0]):
        for i in range(out.shape[1]):
            k = index[i] + r
            s = 0.0
            while k < 40:
                s += table[k]
                k += 7
            out[r, i] = s + int(table[index[i]] * 1.5)


@njit
def scaled(a, b, out):
    for i in range(len(a)):
        out[i] = a[i] // b[i]


for n in (0, 1, 3, 7, 8, 9, 16, 17, 31, 33, 64, 65, 200):
    index = (np.arange(n) * 17) % 45 - 4
    table = np.arange(60) * 0.25
    out = np.zeros(n)
    gathered(index, table, out)
    block = np.zeros((3, n))
    rows(index, table, block)
    print(n, out.sum(), block.sum())
b = np.arange(100) % 7 + 1
ints = np.zeros(100, dtype=np.int64)
scaled(np.arange(100), b, ints)
print(ints.sum())
