# peer: oracle
# numba: conditional reductions are silently wrong or refused there
# What is only nearly a selection: runs in order, with the plain loop's values. Each sum shows the order too.
import numpy as np
from numba import njit, prange


@njit(parallel=True)
def also_read(a):
    s = -9.0
    total = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        total += s
    return s, total


@njit(parallel=True)
def two_rules(a, b):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        if b[i] >= s:
            s = b[i]
    return s


@njit(parallel=True)
def up_and_down(a, b):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        if b[i] < s:
            s = b[i]
    return s


@njit(parallel=True)
def with_else(a):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        else:
            s = s - 0.5
    return s


@njit(parallel=True)
def another_value(a):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i] - 1.0
    return s


@njit(parallel=True)
def set_again(a):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
        if i % 50 == 0:
            s = 3.0
    return s


@njit(parallel=True)
def companion_read(a):
    s = 0.0
    where = 0
    for i in prange(len(a)):
        if a[i] + where * 0.0 > s:
            s = a[i] + where * 0.0
            where = i
    return s, where


@njit(parallel=True)
def companions_differ(a, b):
    s = 0.0
    where = 0
    for i in prange(len(a)):
        if a[i] > s:
            s = a[i]
            where = i
        if b[i] > s:
            s = b[i]
    return s, where


@njit
def take(counts, x):
    counts[0] += 1
    return x


@njit(parallel=True)
def with_effects(a, counts):
    s = 0.0
    for i in prange(len(a)):
        if take(counts, a[i]) > s:
            s = take(counts, a[i])
    return s


@njit(parallel=True)
def changed_before(a):
    s = 0.0
    for i in prange(len(a)):
        x = a[i]
        if x > s:
            x = 0.5
            s = x
    return s


@njit(parallel=True)
def index_changed(a):
    s = 0.0
    for i in prange(len(a)):
        i = i // 2
        if a[i] > s:
            s = a[i]
    return s


a = (np.arange(300) * 7919 % 1013) * 0.5 - 100.0
b = (np.arange(300) * 31 % 97) * 3.0
print(also_read(a), two_rules(a, b), two_rules(-a, b), up_and_down(a, b - 200.0))
print(with_else(a), another_value(a), set_again(a), companion_read(a), companions_differ(a, b))
counts = np.zeros(1, np.int64)
print(with_effects(a, counts), counts, changed_before(a), index_changed(a))
