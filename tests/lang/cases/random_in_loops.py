# peer: oracle
# np.random in plain loops of njit: NumPy's stream for the seed, one number after the other, compiled or not.
import numpy as np
from numba import njit, prange


def show(a):
    for x in a.ravel():
        print(x.item(), end=" ")
    print()


@njit
def pi(n):
    np.random.seed(7)
    hits = 0
    for i in range(n):
        x = np.random.random()
        y = np.random.random()
        if x * x + y * y < 1.0:
            hits += 1
    return hits, np.random.rand()


@njit
def normals(out, centre, scale):
    np.random.seed(11)
    for i in range(len(out)):
        out[i] = np.random.normal(centre, scale) + np.random.standard_normal()
        if out[i] > 1.0:
            out[i] -= np.random.randn()


@njit
def integers(out, low, high):
    np.random.seed(13)
    for i in range(len(out)):
        out[i] = np.random.randint(low, high)


@njit
def rejected(n):
    np.random.seed(17)
    tries = 0
    total = 0.0
    for i in range(n):
        while True:
            tries += 1
            x = np.random.uniform(-1.0, 1.0)
            y = np.random.uniform(-1.0, 1.0)
            if x * x + y * y < 1.0:
                break
        total += x + y
    return tries, total


@njit
def step(x):
    if np.random.rand() < 0.5:
        return x + np.random.uniform(0.0, 0.5)
    return x - 0.25


@njit
def walk(steps):
    np.random.seed(19)
    x = 0.0
    while x < 40.0 and steps > 0:
        x = step(x)
        steps -= 1
    return x, steps, np.random.random()


@njit
def shuffled(a):
    np.random.seed(23)
    for i in range(len(a) - 1, 0, -1):
        j = np.random.randint(0, i + 1)
        a[i], a[j] = a[j], a[i]


@njit
def unused(n):
    np.random.seed(29)
    for i in range(n):
        np.random.rand()
        np.random.normal()
    return np.random.rand()


@njit(parallel=True)
def both(out, rows):
    np.random.seed(31)
    for r in range(rows):
        out[0, r] = np.random.rand()
        for i in prange(out.shape[0]):
            out[i, r] += np.random.rand()


@njit
def sums(a, rows):
    np.random.seed(37)
    total = 0.0
    for r in range(rows):
        w = np.random.rand()
        for i in range(len(a)):
            a[i] += w
        total += a[r % len(a)]
    return total


print(pi(30000))
out = np.zeros(400)
for scale in (2.0, 0.0):
    normals(out, 1.0, scale)
    show(out[:60])
    show(out[-5:])
numbers = np.zeros(300, np.int64)
for low, high in ((0, 10), (-5, 6), (0, 1), (7, 2**40), (0, 2**32), (-(2**62), 2**62 + 5)):
    integers(numbers, low, high)
    show(numbers[-20:])
print(rejected(3000))
print(walk(20000))
a = np.arange(500.0)
shuffled(a)
show(a[:30])
print(unused(1001))
rows = np.zeros((3, 300))
both(rows, 300)
show(rows[:, -5:])
print(sums(a, 200))
