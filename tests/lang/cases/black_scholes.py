# peer: oracle
# rel: 1e-12
# Option prices: exp, log, sqrt and a polynomial for the normal distribution, branches by sign.
import math

import numpy as np
from numba import njit, prange


@njit
def normal(d):
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    poly = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))))
    value = 0.39894228040143267 * math.exp(-0.5 * d * d) * poly
    if d > 0:
        value = 1.0 - value
    return value


@njit(parallel=True)
def prices(call, put, s, x, t, rate, volatility):
    for i in prange(len(s)):
        root = math.sqrt(t[i])
        d1 = (math.log(s[i] / x[i]) + (rate + 0.5 * volatility * volatility) * t[i]) / (volatility * root)
        d2 = d1 - volatility * root
        discount = math.exp(-rate * t[i])
        call[i] = s[i] * normal(d1) - x[i] * discount * normal(d2)
        put[i] = x[i] * discount * (1.0 - normal(d2)) - s[i] * (1.0 - normal(d1))


r = np.random.RandomState(28)
for n in (1, 7, 8, 9, 100):
    s = r.rand(n) * 25 + 5
    x = r.rand(n) * 99 + 1
    t = r.rand(n) * 9.75 + 0.25
    call = np.zeros(n)
    put = np.zeros(n)
    prices(call, put, s, x, t, 0.02, 0.3)
    print(n, call[0], put[0], call[n - 1], put[n - 1], call.sum(), put.sum())
