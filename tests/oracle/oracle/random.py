"""np.random inside kernels.

Outside prange: an MT19937 of its own, seeded by the system or by np.random.seed there; NumPy's RandomState. Inside a
parallel prange: Philox4x32-10, one stream for each iteration, as vm/semantics/philox.h defines it.
"""

import math

import numpy as np

state = np.random.RandomState()
iteration = None  # the Stream of the prange iteration at work

MASK32, MASK64 = 2**32 - 1, 2**64 - 1


def philox(counter, key):
    """The block of four words for four counter words under two key words (Salmon et al., SC 2011)."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK32, (p0 >> 32) ^ c3 ^ k1, p0 & MASK32
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return c0, c1, c2, c3


def words(number):
    return number & MASK32, number >> 32


class Stream:
    def __init__(self, key, ordinal):
        self.key, self.ordinal, self.drawn = words(key), words(ordinal), 0

    def next64(self):
        block = philox(self.ordinal + words(self.drawn // 2), self.key)
        low, high = block[2:] if self.drawn % 2 else block[:2]
        self.drawn += 1
        return low | high << 32

    def unit(self):
        return (self.next64() >> 11) * 2.0**-53

    def gauss(self):
        u, v = self.unit(), self.unit()
        return math.sqrt(-2.0 * math.log(1.0 - u)) * math.cos(6.283185307179586 * v)

    def below(self, values):
        return self.next64() * values >> 64


def next_key():
    return iteration.next64() if iteration else state.randint(0, 2**64, dtype=np.uint64).item()


class RandomLoop:
    """The values of a parallel prange whose body may draw."""

    def __init__(self, iterations):
        self.iterations = iterations

    def __len__(self):
        return len(self.iterations)

    def __iter__(self):
        global iteration
        outer, key = iteration, None
        try:
            for ordinal, value in enumerate(self.iterations):
                key = next_key() if key is None else key
                iteration = Stream(key, ordinal)
                yield value
                iteration = outer
        finally:
            iteration = outer


def of_size(size, draw, dtype=np.float64):
    if size is None:
        return draw()
    made = np.empty(size, dtype)
    for k in range(made.size):
        made.flat[k] = draw()
    return made


def seed(value):
    global iteration
    fresh = np.random.RandomState(value)
    if iteration:
        iteration = Stream(fresh.randint(0, 2**64, dtype=np.uint64).item(), 0)
    else:
        state.set_state(fresh.get_state())


def rand(*shape):
    if iteration:
        return of_size(shape or None, iteration.unit)
    return state.rand(*map(int, shape))


def random(size=None):
    return of_size(size, iteration.unit) if iteration else state.random_sample(size)


def uniform(low=0.0, high=1.0, size=None):
    if not math.isfinite(high - low):
        raise OverflowError("Range exceeds valid bounds")
    if not iteration:
        return state.uniform(low, high, size)
    return of_size(size, lambda: low + (high - low) * iteration.unit())


def standard_normal(size=None):
    return of_size(size, iteration.gauss) if iteration else state.standard_normal(size)


def randn(*shape):
    return standard_normal(shape or None)


def normal(loc=0.0, scale=1.0, size=None):
    if math.copysign(1.0, scale) < 0 and scale == scale:
        raise ValueError("scale < 0")
    if not iteration:
        return state.normal(loc, scale, size)
    return of_size(size, lambda: loc + scale * iteration.gauss())


def randint(low, high=None, size=None):
    bounds = "high <= 0" if high is None else "low >= high"
    low, high = (0, low) if high is None else (low, high)
    if low >= high:
        raise ValueError(bounds)
    if not iteration:
        return state.randint(low, high, size, np.int64)
    return of_size(size, lambda: int(low) + iteration.below(int(high) - int(low)), np.int64)


DRAWING = {np.random.rand: rand, np.random.random: random, np.random.random_sample: random, np.random.ranf: random,
           np.random.sample: random, np.random.uniform: uniform, np.random.standard_normal: standard_normal,
           np.random.randn: randn, np.random.normal: normal, np.random.randint: randint}


def function_table():
    return {np.random.seed: seed} | DRAWING
