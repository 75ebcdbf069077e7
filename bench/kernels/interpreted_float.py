"""A loop over floats, interpreted by both: the logistic map."""

from numba import njit


@njit
def logistic(n, r):
    x = 0.5
    total = 0.0
    for i in range(n):
        x = r * x * (1.0 - x)
        if x > 0.5:
            total += x
    return total


kernel = logistic
interpreted = True
cases = {"interpreted: floats, range": lambda: (100_000, 3.7)}
