# peer: cpython
# The forms of import.
import math
import time
import math as m, sys
import numpy
import numpy as np
from math import sqrt, floor as down
from numpy import zeros as z, float64
from time import perf_counter
from math import (
    pi,
    e,
)

print(math.sqrt(16), m.sqrt(25), sqrt(36), down(2.7), pi, e)
print(numpy.ones(2).sum(), np.zeros(3).size, z(4).shape, float64(2.5))
start = perf_counter()
print(time.perf_counter() >= start, isinstance(start, float))
print(math.inf, -math.inf, math.nan, np.inf, np.pi, len(sys.argv))


def inside():
    import math as local
    from math import ceil

    return local.floor(3.5) + ceil(3.5)


print(inside())
