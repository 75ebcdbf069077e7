# peer: cpython
# Functions with defaults, keywords, keyword-only and positional-only parameters, recursion, results.


def area(width, height=2, *, scale=1, offset=0):
    """Text that is no statement."""
    return width * height * scale + offset


def fixed(a, b, /, c, d=4):
    return a * 1000 + b * 100 + c * 10 + d


def nothing():
    pass


def bare_return(x):
    if x:
        return
    return 5


def pair(x):
    return x, x * x


step = 10


def late(x=step):
    return x


step = 20


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def apply(f, x, times=2):
    for _ in range(times):
        x = f(x)
    return x


print(area(3), area(3, 4), area(3, height=5), area(height=2, width=7), area(1, scale=3), area(1, 1, offset=9, scale=2))
print(fixed(1, 2, 3), fixed(1, 2, c=3, d=5), fixed(1, 2, d=0, c=9))
print(nothing(), bare_return(1), bare_return(0), pair(3), late(), late(1))
print(factorial(1), factorial(10), factorial(20), fib(15), is_even(101), is_odd(101), ackermann(2, 3))
print(apply(lambda v: v * v, 3), apply(factorial, 3, times=1), apply(lambda v, k=2: v + k, 1, 5))

square = lambda v: v * v
print(square(12), (lambda: 7)(), (lambda a, b=3: a - b)(1))
a, b = pair(9)
print(a, b)


def shadow(print_it):
    step = 1
    step += print_it
    return step


print(shadow(4), step)


def many(a, b, c, d, e, f, g, h, i, j, k, l):
    return a - b + c - d + e - f + g - h + i - j + k - l


print(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
