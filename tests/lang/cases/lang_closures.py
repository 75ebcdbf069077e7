# peer: cpython
# Nested functions, captured variables, nonlocal, decorators with and without arguments.


def adder(n):
    def add(x):
        return x + n

    return add


def counter(start=0):
    value = start

    def next_value(step=1):
        nonlocal value
        value += step
        return value

    return next_value


def accumulate(n):
    total = 0

    def add(i):
        nonlocal total
        total = total + i
        return total

    for i in range(n):
        add(i)
    return total


def late_binding():
    x = 1

    def show():
        return x

    before = show()
    x = 2
    return before, show()


def three_levels(a):
    def middle(b):
        def inner(c):
            return a * 100 + b * 10 + c

        return inner

    return middle


def twice(f):
    def wrapped(x):
        return f(f(x))

    return wrapped


def scaled(factor, offset=0):
    def decorate(f):
        def wrapped(x):
            return f(x) * factor + offset

        return wrapped

    return decorate


@twice
def plus_three(x):
    return x + 3


@scaled(10, offset=1)
@twice
def double(x):
    return 2 * x


def recursive_inside(n):
    def fact(k):
        return 1 if k == 0 else k * fact(k - 1)

    return fact(n)


add5 = adder(5)
print(add5(1), adder(-1)(10))
first = counter()
second = counter(100)
print(first(), first(), second(), first(5), second(step=50), first())
print(accumulate(100), late_binding(), three_levels(1)(2)(3))
print(plus_three(1), double(3), recursive_inside(10))

functions = ()
for i in range(3):
    functions += (lambda x, i=i: x * i,)
print(functions[0](7), functions[1](7), functions[2](7))


def parameter_captured(x):
    def change():
        nonlocal x
        x = x * 2

    change()
    change()
    return x


print(parameter_captured(3))
