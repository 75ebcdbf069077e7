"""np.random inside kernels, outside prange: an MT19937 of its own, seeded by the system or by np.random.seed there."""

import numpy as np

state = np.random.RandomState()


def seed(value):
    state.seed(int(value))


def rand(*shape):
    return state.rand(*map(int, shape))


def random(size=None):
    return state.random_sample(size)


def function_table():
    return {np.random.seed: seed, np.random.rand: rand, np.random.random: random, np.random.random_sample: random}
