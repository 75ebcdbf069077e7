"""Black-Scholes prices of calls, with the normal distribution by erf."""

import math

import numpy as np
from numba import njit, prange


@njit
def normal(x):
    return 0.5 * (1.0 + math.erf(x * 0.7071067811865476))


@njit(parallel=True)
def prices(spot, strike, years, rate, volatility, price):
    for i in prange(len(spot)):
        spread = volatility * math.sqrt(years[i])
        d1 = (math.log(spot[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / spread
        d2 = d1 - spread
        price[i] = spot[i] * normal(d1) - strike[i] * math.exp(-rate * years[i]) * normal(d2)


kernel = prices


def options(n):
    def make():
        random = np.random.RandomState(1)
        return 10.0 + 90.0 * random.rand(n), 10.0 + 90.0 * random.rand(n), 0.1 + 2.0 * random.rand(n), 0.05, 0.3, np.zeros(n)

    return make


cases = {"Black-Scholes 1e6, erf": options(10**6)}
cpp = {"C++ as written": "prices_as_written", "C++ by hand": "prices_by_hand"}
cpp_libraries = ["sleef"]


def outcome(returned, spot, strike, years, rate, volatility, price):
    return price
