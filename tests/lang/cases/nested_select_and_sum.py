# peer: oracle
# exit: 1
# stderr: IndexError: index 8 is out of bounds for axis 1 with size 8
# numba: loses selections, and reads foreign memory
# A prange inside that both sums and selects: the sum has its grid, what is selected is the plain loop's.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def sum_and_largest(a, out, at):
    for i in prange(a.shape[0]):
        s = 0.0
        best = -1.0
        where = -1
        for j in prange(a.shape[1]):
            x = a[i, j]
            s += x
            if x > best:
                best = x
                where = j
        out[i] = s + best
        at[i] = where


@njit(parallel=True)
def last_of_equals(a, out, at):
    for i in prange(a.shape[0]):
        s = 1.0
        least = a[i, 0]
        where = 0
        for j in prange(1, a.shape[1]):
            if a[i, j] > 2.0:
                continue
            s *= a[i, j] + 0.5
            if a[i, j] <= least:
                least = a[i, j]
                where = j
        out[i] = s - least
        at[i] = where


@njit(parallel=True)
def with_a_count(a, limit, out, at):
    for i in prange(a.shape[0]):
        n = 0
        high = -1e300
        who = 0
        for j in prange(a.shape[1]):
            if a[i, j] < limit and a[i, j] >= high:
                high = a[i, j]
                who = i * a.shape[1] + j
            n += 1
        out[i] = n * high
        at[i] = who


@njit(parallel=True)
def of_another_kind(a, out, at):
    for i in prange(a.shape[0]):
        s = 0.0
        best = 0
        where = 0
        for j in prange(a.shape[1]):
            s += a[i, j]
            if a[i, j] > best:
                best = a[i, j]
                where = j
        out[i] = s + best
        at[i] = where


@njit(parallel=True)
def leaves(a, index, out, at):
    for i in prange(a.shape[0]):
        s = 0.0
        best = -1.0
        where = -1
        for j in prange(index.shape[0]):
            x = a[i, index[j]]
            s += x
            if x > best:
                best = x
                where = j
        out[i] = s + best
        at[i] = where


def show(values):
    for x in values:
        print(float(x), end=" ")
    print()


numbers = np.random.RandomState(4)
for columns in (1, 3, 33, 1000, 9000):
    a = np.round(numbers.uniform(0, 3, (12, columns)), 2)
    a[3] = 1.25
    a[5, columns // 2] = np.nan
    for kernel in (sum_and_largest, last_of_equals, of_another_kind):
        out, at = np.zeros(12), np.zeros(12, np.int64)
        for _ in range(3):
            kernel(a, out, at)
        print(kernel.__name__, columns)
        show(out)
        show(at)
    out, at = np.zeros(12), np.zeros(12, np.int64)
    for limit in (3.0, 1.0, -1.0):
        with_a_count(a, limit, out, at)
        print(columns, limit)
        show(out)
        show(at)
index = numbers.randint(-4, 4, 200)
out, at = np.zeros(12), np.zeros(12, np.int64)
for _ in range(3):
    leaves(np.arange(96.0).reshape(12, 8) % 7.0, index, out, at)
show(out)
show(at)
index[150] = 8
leaves(np.arange(96.0).reshape(12, 8) % 7.0, index, out, at)
