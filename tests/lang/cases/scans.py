# peer: cpython
# In-order range loops: prefix sums, recurrences, row sums, argmax, sorting, dynamic programming, matching.
import numpy as np
from numba import njit, prange


@njit
def prefix(a, out):
    s = 0.0
    for i in range(len(a)):
        s += a[i]
        out[i] = s


@njit
def running_max(a, out):
    m = a[0]
    for i in range(len(a)):
        if a[i] > m:
            m = a[i]
        out[i] = m


@njit
def argmax(a):
    best = 0
    for i in range(1, len(a)):
        if a[i] > a[best]:
            best = i
    return best, a[best]


@njit(parallel=True)
def row_argmin(m, out):
    for i in prange(m.shape[0]):
        best = 0
        for j in range(1, m.shape[1]):
            if m[i, j] < m[i, best]:
                best = j
        out[i] = best


@njit
def insertion_sort(a):
    for i in range(1, len(a)):
        x = a[i]
        j = i - 1
        while j >= 0 and a[j] > x:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = x


@njit
def quick_sort(a, low, high):
    i = low
    j = high
    if i >= j:
        return
    pivot = a[(low + high) // 2]
    while i <= j:
        while a[i] < pivot:
            i += 1
        while a[j] > pivot:
            j -= 1
        if i <= j:
            a[i], a[j] = a[j], a[i]
            i += 1
            j -= 1
    quick_sort(a, low, j)
    quick_sort(a, i, high)


@njit
def edit_distance(a, b):
    row = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        diagonal = row[0]
        row[0] = i
        for j in range(1, len(b) + 1):
            old = row[j]
            cost = 0 if a[i - 1] == b[j - 1] else 1
            row[j] = min(min(row[j] + 1, row[j - 1] + 1), diagonal + cost)
            diagonal = old
    return row[len(b)]


@njit
def sieve(n):
    composite = np.zeros(n, np.bool_)
    count = 0
    for i in range(2, n):
        if not composite[i]:
            count += 1
            j = i * i
            while j < n:
                composite[j] = True
                j += i
    return count


@njit
def exponential_average(a, alpha):
    x = a[0]
    for i in range(1, len(a)):
        x = alpha * a[i] + (1.0 - alpha) * x
    return x


@njit
def floyd_warshall(d):
    n = d.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if d[i, k] + d[k, j] < d[i, j]:
                    d[i, j] = d[i, k] + d[k, j]


@njit
def longest_run(a):
    best = 0
    run = 1
    for i in range(1, len(a)):
        if a[i] == a[i - 1]:
            run += 1
        else:
            run = 1
        if run > best:
            best = run
    return best


def check(a):
    s = 0.0
    for x in a:
        s = s * 0.9375 + x
    return s


r = np.random.RandomState(31)
for n in (1, 2, 10, 63, 300):
    a = r.rand(n)
    out = np.zeros(n)
    prefix(a, out)
    print(n, check(out), end=" ")
    running_max(a, out)
    print(check(out), argmax(a), exponential_average(a, 0.1), end=" ")
    b = a.copy()
    insertion_sort(b)
    quick_sort(a, 0, n - 1)
    print(check(b), np.array_equal(a, b))
    k = (r.rand(n) * 3).astype(np.int64)
    print(edit_distance(k[:40], k[::-1][:50]), longest_run(k), sieve(n * 5))
m = r.rand(50, 9)
k = np.zeros(50, np.int64)
row_argmin(m, k)
print(k)
d = r.rand(15, 15)
floyd_warshall(d)
print(check(d[3]), d.sum())
