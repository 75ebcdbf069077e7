# peer: cpython
# exit: 1
# traceback: full
from math import sqrt, log

x = 4.0
while True:
    print(sqrt(x), log(x + 1))
    x -= 2.0
