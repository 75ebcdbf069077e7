# peer: cpython
# The module math outside njit: libm's results.
import math

for x in (0.0, -0.0, 0.5, 1.0, 2.0, 10.0, 1e-10, 123.456, 700.0):
    print(math.sqrt(x), math.exp(x), math.sin(x), math.cos(x), math.fabs(-x), math.floor(x), math.ceil(x))
    if x > 0:
        print(math.log(x), math.pow(x, 1.5), math.pow(x, -2))
print(math.floor(-2.5), math.ceil(-2.5), math.floor(7), math.ceil(1e15 + 0.5))
print(math.pow(2, 10), math.pow(-2, 3), math.pow(0, 0), math.exp(-1000), math.sin(1e6), math.cos(-3))
print(math.pi, math.e, math.inf, math.nan, math.sqrt(math.inf), math.log(math.inf), math.exp(-math.inf))
print(math.sqrt(2) ** 2, math.log(math.e))
