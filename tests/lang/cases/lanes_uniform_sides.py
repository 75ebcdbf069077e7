# peer: oracle
# exit: 1
# stderr: IndexError
# An `if` whose condition all lanes share: in one side some lanes go on with the next iteration, in the other a subscript
# is checked. The second side's check stands under a mask because of the first.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def sides(x, index, out, flag):
    for i in prange(len(out)):
        if flag < 0:
            if x[i] > 2.0:
                continue
            out[i] = 1.0
        else:
            out[i] = x[index[1]] + x[index[i]]
        out[i] += 0.5


@njit(parallel=True)
def before(x, index, out, flag):
    for i in prange(len(out)):
        for j in range(2):
            if flag > j:
                out[i] = x[index[i]] * 3.0
            else:
                while out[i] < 4.0:
                    if x[i] > 3.0:
                        break
                    out[i] += x[i] + x[index[0]]
            if x[i] < 1.0:
                break
        out[i] -= 0.25


x = np.arange(37) % 5 + 0.5
index = (np.arange(37) * 7) % 37
for flag in (-1, 0, 1, 2):
    for kernel in (sides, before):
        out = np.zeros(37)
        kernel(x, index, out, flag)
        print(kernel.__name__, flag, out.sum(), out[:9])
index[20] = 37
sides(x, index, np.zeros(37), 1)
