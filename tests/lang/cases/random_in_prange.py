# peer: oracle
# numba: has streams of its own for each thread
# np.random inside a parallel prange: Philox by (key, ordinal, draw), the same on any number of threads and in any tier.
import numpy as np
from numba import njit, prange


def show(a):
    for x in a.ravel():
        print(x.item(), end=" ")
    print()


@njit
def seeded(seed):
    np.random.seed(seed)


@njit
def next_outside():
    return np.random.rand()


@njit(parallel=True)
def points_inside(n):
    count = 0
    for i in prange(n):
        x = np.random.rand()
        y = np.random.rand()
        if x * x + y * y < 1.0:
            count += 1
    return count


@njit(parallel=True)
def fill(out):
    for i in prange(len(out)):
        out[i] = np.random.random()


@njit(parallel=True)
def three(out):
    for i in prange(out.shape[0]):
        for k in range(out.shape[1]):
            out[i, k] = np.random.random_sample()


@njit(parallel=True)
def backwards(out, start, stop, step):
    for i in prange(start, stop, step):
        out[i] = np.random.rand()


@njit(parallel=True)
def integers(out, low, high):
    for i in prange(len(out)):
        out[i] = np.random.randint(low, high)


@njit(parallel=True)
def one_bound(out):
    for i in prange(len(out)):
        out[i] = np.random.randint(6) + 1


@njit(parallel=True)
def uniforms(out, low, high):
    for i in prange(len(out)):
        out[i] = np.random.uniform(low, high) + np.random.uniform() + np.random.uniform(2.0)


@njit(parallel=True)
def by_name(out, low):
    for i in prange(len(out)):
        out[i] = np.random.uniform(high=3.0, low=low) + np.random.uniform(high=9) + np.random.randint(low=2, high=7)


@njit(parallel=True)
def until(out, limit):
    for i in prange(len(out)):
        total = 0.0
        n = 0
        while total < limit:
            total += np.random.rand()
            n += 1
        out[i] = n + np.random.rand()


@njit(parallel=True)
def rejected(out):
    for i in prange(len(out)):
        while True:
            x = 2.0 * np.random.rand() - 1.0
            y = 2.0 * np.random.rand() - 1.0
            r = x * x + y * y
            if r < 1.0:
                break
        out[i] = r


@njit(parallel=True)
def under_conditions(a, out):
    for i in prange(len(out)):
        x = 0.5
        if a[i] > 0.3:
            x = np.random.rand()
            if a[i] > 0.6:
                x += np.random.rand()
        elif a[i] < 0.1:
            x = np.random.rand() + 10.0
            np.random.rand()
            np.random.rand()
        out[i] = x + np.random.rand()


@njit
def jitter(x, width):
    if x > 0.5:
        return x + width * np.random.rand()
    return x - width * np.random.rand() * np.random.rand()


@njit
def twice(x):
    return jitter(jitter(x, 0.25), 0.5)


@njit(parallel=True)
def through_calls(out):
    for i in prange(len(out)):
        x = np.random.rand()
        out[i] = twice(x) + np.random.rand()


@njit(parallel=True)
def nested(out):
    for i in prange(out.shape[0]):
        x = np.random.rand()
        for j in prange(out.shape[1]):
            out[i, j] = x + np.random.rand()
        out[i, 0] += np.random.rand()


@njit(parallel=True)
def nested_without(out):
    for i in prange(out.shape[0]):
        x = np.random.rand()
        for j in prange(out.shape[1]):
            out[i, j] = x + j
        out[i, 0] += np.random.rand()


@njit(parallel=True)
def draws_nothing(a):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def arrays(out):
    for i in prange(out.shape[0]):
        row = np.random.rand(3)
        out[i, 0] = row[0] + row[2]
        out[i, 1] = np.random.randint(0, 100, 4).sum()
        out[i, 2] = np.random.uniform(1.0, 2.0, 2)[1]


@njit(parallel=True)
def seeds(out):
    for i in prange(len(out)):
        x = np.random.rand()
        np.random.seed(i // 3)
        out[i] = np.random.rand()


@njit(parallel=True)
def of_both(n):
    s = 0.0
    top = 0.0
    for i in prange(n):
        x = np.random.rand() - 0.5
        s += x
        top = max(top, x)
    return s, top, np.random.rand()


@njit(parallel=True)
def in_order(n):
    x = 0.0
    for i in prange(n):
        x = x * 0.5 + np.random.rand()
    return x


@njit
def plainly(n):
    s = 0.0
    for i in prange(n):
        s += np.random.rand()
    return s


@njit(parallel=True)
def given(f, n):
    s = 0.0
    for i in prange(n):
        s += f(0.75, 0.5)
    return s


@njit(parallel=True)
def indexed(a, which, out):
    for i in prange(len(out)):
        out[i] = a[which[i]] + np.random.rand()


seeded(7)
print(points_inside(20000), next_outside(), points_inside(1), points_inside(0), next_outside())
for n in (0, 1, 2, 3, 7, 8, 9, 31, 33, 64, 100):
    out = np.zeros(n)
    fill(out)
    show(out)
for shape in ((3, 1), (5, 2), (9, 3), (17, 8)):
    out = np.zeros(shape)
    three(out)
    show(out)
out = np.zeros(20)
backwards(out, 19, -1, -1)
show(out)
backwards(out, 3, 20, 4)
show(out)
print(next_outside())
numbers = np.zeros(40, np.int64)
for low, high in ((0, 10), (-5, 6), (0, 1), (-(2**62) - 2**62, 2**62 + (2**62 - 1)), (7, 2**40), (0, 2**32), (0, 2**32 + 1)):
    integers(numbers, low, high)
    show(numbers)
one_bound(numbers)
show(numbers)
out = np.zeros(40)
uniforms(out, 2.0, 5.0)
show(out)
uniforms(out, 5, -1)
show(out)
by_name(out, -1.5)
show(out)
for limit in (0.0, 0.5, 3.0, 10.0):
    until(out, limit)
    show(out)
rejected(out)
show(out)
under_conditions(np.linspace(0.0, 1.0, 40), out)
show(out)
through_calls(out)
show(out)
for shape in ((3, 5), (10, 9)):
    both = np.zeros(shape)
    nested(both)
    show(both)
    nested_without(both)
    show(both)
seeded(11)
print(next_outside(), draws_nothing(out), next_outside())
three_columns = np.zeros((12, 3))
arrays(three_columns)
show(three_columns)
seeds(out)
show(out)
print(of_both(9000), of_both(1), of_both(0), in_order(50), plainly(50), given(jitter, 30), next_outside())
a = np.arange(10.0)
which = np.arange(40) % 10
indexed(a, which, out)
show(out)
