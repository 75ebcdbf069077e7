# peer: oracle
# exit: 1
# stderr: ValueError: shapes (40,) and (39,) not aligned: 40 (dim 0) != 39 (dim 0)
# rel: 1e-12
# numba: sums round otherwise there, and np.dot takes no ints
# Functions of whole arrays in hot loops: reductions by name, np.dot, comparisons, np.where, functions of elements.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def extremes(a, b, out):
    for i in prange(a.shape[0]):
        out[i] = np.max(a[i]) - np.min(a[i]) + np.amax(b)


@njit(parallel=True)
def means(a, b, out):
    for i in prange(a.shape[0]):
        row = a[i]
        out[i] = np.prod(row) + np.mean(row) + row.mean()


@njit(parallel=True)
def truths(a, b, out):
    for i in prange(a.shape[0]):
        row = a[i]
        out[i] = np.any(row > b) + 2 * np.all(row < 3) + 4 * (row == 1).sum()


@njit(parallel=True)
def products(a, b, out):
    for i in prange(a.shape[0]):
        out[i] = np.dot(a[i], b) + np.dot(a[i, 1:], b[:-1])


@njit(parallel=True)
def choices(a, b, out):
    for i in prange(a.shape[0]):
        positive = np.where(a[i] > 1, a[i], b)
        clamped = np.minimum(np.maximum(a[i], 1), 2)
        out[i] = positive.sum() + clamped.sum() + np.where(a[i] <= b, 1, 0).sum() + np.isnan(a[i]).sum()


@njit(parallel=True)
def operators(a, b, out):
    for i in prange(a.shape[0]):
        out[i] = (a[i] // b + a[i] % b).sum() + np.floor_divide(a[i], b).max() + np.hypot(a[i], b).sum()


@njit(parallel=True)
def unlike_lengths(a, b, out):
    for i in prange(a.shape[0]):
        out[i] = np.dot(a[i], b)


def show(values):
    for x in values:
        print(float(x), end=" ")
    print()


numbers = np.random.RandomState(9)
for kind in (np.float64, np.float32, np.int64, np.uint8):
    for columns in (1, 33, 70) + (4100,) * (kind is np.float64):
        a = (numbers.randint(0, 7, (9 if columns < 100 else 2, columns)) / 2).astype(kind)
        b = (numbers.randint(1, 9, columns) / 2 + 0.5).astype(kind)
        sums = np.zeros(len(a))
        for kernel in (extremes, means, truths, products, choices, operators):
            for _ in range(3):
                kernel(a, b, sums)
            print(kernel.__name__, kind.__name__, columns)
            show(sums)
a = numbers.uniform(-1, 1, (9, 40))
a[4, 17] = np.nan
sums = np.zeros(9)
for kernel in (extremes, means, truths, choices):
    for _ in range(3):
        kernel(a, a[0], sums)
    show(sums)
unlike_lengths(a, np.ones(40), sums)
unlike_lengths(a, np.ones(40), sums)
show(sums)
unlike_lengths(a, np.ones(39), sums)
