"""A loop over ints, interpreted by both: lengths of Collatz sequences."""

from numba import njit


@njit
def longest_collatz(limit):
    longest = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        if steps > longest:
            longest = steps
    return longest


kernel = longest_collatz
interpreted = True
cases = {"interpreted: ints, while": lambda: (2_000,)}
