"""`hist += row` over a prange: what hist holds after an exception, and what a caller sees of it (DESIGN 6)."""

import numpy as np
import pytest

import pyvm
from pyvm import njit, prange


@njit(parallel=True)
def add_until(h, a, failing):
    for i in prange(len(a)):
        h += a[i]
        if i >= failing:
            raise ValueError(i)
        h += 1.0


def by_the_tree(h, a, failing):
    """hist after an exception: the blocks' sums joined in pairs, level by level, then hist."""
    size = max(1, -(-len(a) // 64))
    blocks = []
    for begin in range(0, failing + 1, size):
        block = np.full(h.shape, -0.0)
        for i in range(begin, min(begin + size, failing + 1)):
            block += a[i]
            if i < failing:
                block += 1.0
        blocks.append(block)
    while len(blocks) > 1:
        pairs = [x + y for x, y in zip(blocks[::2], blocks[1::2])]
        blocks = pairs + blocks[2 * len(pairs):]
    return h + blocks[0]


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("n, failing", [(1, 0), (64, 0), (64, 17), (64, 63), (1000, 0), (1000, 15), (1000, 16), (1000, 511), (1000, 999)])
def test_what_iterations_before_an_exception_have_added(threads, n, failing):
    rng = np.random.RandomState(n + failing)
    a, h = rng.rand(n, 5), rng.rand(5)
    expected = by_the_tree(h, a, failing)
    before = pyvm.get_num_threads()
    pyvm.set_num_threads(min(threads, before))
    with pytest.raises(ValueError) as caught:
        add_until(h, a, failing)
    pyvm.set_num_threads(before)
    assert caught.value.args == (failing,)
    assert h.tobytes() == expected.tobytes()


@njit(parallel=True)
def add_rows(h, a):
    for i in prange(len(a)):
        h += a[i]
    return h


@njit(parallel=True)
def divide_rows(h, a):
    for i in prange(len(a)):
        h /= a[i]


@njit(parallel=True)
def number_and_rows(a):
    s = 0.0
    for i in prange(len(a)):
        s += a[i]
    return s


def test_it_is_the_callers_array():
    h = np.zeros(3)
    assert add_rows(h, np.ones((100, 3))) is h
    assert h.tolist() == [100.0] * 3


def test_unlike_shapes_and_kinds():
    with pytest.raises(ValueError, match="broadcast"):
        add_rows(np.zeros(3), np.ones((100, 4)))
    with pytest.raises(TypeError, match="same_kind"):
        add_rows(np.zeros(3, np.int64), np.ones((100, 3)))
    with pytest.raises(TypeError, match="same_kind"):
        divide_rows(np.zeros(3, np.int64), np.ones((100, 3), np.int64))
    h = np.zeros(3)
    h.flags.writeable = False
    with pytest.warns(pyvm.PyvmPerformanceWarning, match="read-only"), pytest.raises(ValueError, match="read-only"):
        add_rows(h, np.ones((100, 3)))


def test_a_number_that_becomes_an_array():
    for n in (1, 7, 100, 9000):
        with pytest.raises(TypeError, match="begin with an array of zeros"):
            number_and_rows(np.ones((n, 2)))


def test_elements_that_overlap():
    @njit(parallel=True)
    def add_rows(h, a):
        for i in prange(len(a)):
            h += a[i]

    h = np.lib.stride_tricks.as_strided(np.zeros(4), (4, 3), (8, 0))
    a = np.ones((100, 4, 3))
    with pytest.warns(pyvm.PyvmPerformanceWarning, match="overlap each other"):
        add_rows(h, a)


@njit(parallel=True)
def add_products(h, a, w):
    s = 0.0
    for i in prange(len(a)):
        s += w[i]
        h += a[i] * w[i]
    return s


def test_they_are_compiled():
    n = 1000
    rng = np.random.RandomState(3)
    a, w = rng.rand(n, 40), rng.rand(n)
    results = []
    for _ in range(3):
        h = np.ones(40)
        results.append((add_products(h, a, w), h.tobytes()))
    assert len(set(results)) == 1
    region, = add_products.regions()
    assert (region["state"], region["reason"]) == ("compiled", "")
    assert region["entries"] > 0 and region["exits_taken"] == 0
    assert region["isa"] == "scalar" or region["lanes"] > 1


def test_compiled_iterations_that_raise():
    rng = np.random.RandomState(4)
    n = 300
    a, w, failing = rng.rand(n, 6), rng.rand(n), 177
    expected = np.ones(6)
    add_products(expected.copy(), a, w)
    # Blocks are of five iterations; the tree joins those before, and what the last one had.
    blocks = []
    for begin in range(0, failing, 5):
        block = np.full(6, -0.0)
        for i in range(begin, min(begin + 5, failing)):
            block += a[i] * w[i]
        blocks.append(block)
    while len(blocks) > 1:
        pairs = [x + y for x, y in zip(blocks[::2], blocks[1::2])]
        blocks = pairs + blocks[2 * len(pairs):]
    h = np.ones(6)
    with pytest.raises(IndexError):
        add_products(h, a, w[:failing])
    assert h.tobytes() == (expected + blocks[0]).tobytes()


def test_rows_of_another_shape_leave_the_code():
    add_products(np.zeros(3), np.ones((100, 3)), np.ones(100))
    for shape in ((100, 4), (100, 3, 3)):
        with pytest.raises(ValueError, match="broadcast"):
            add_products(np.zeros(3), np.ones(shape), np.ones(100))
    h = np.zeros(3)
    add_products(h, np.arange(100.0).reshape(100, 1), np.ones(100))
    assert h.tolist() == [4950.0] * 3
    h = np.zeros((3, 4)).T
    add_products(h, np.ones((100, 4, 3)), np.arange(100.0))
    assert (h == 4950.0).all()


# ---- arrays of ints that iterations only update


@njit(parallel=True)
def count(h, x):
    for i in prange(len(x)):
        h[x[i]] += 1


@njit(parallel=True)
def weigh(h, x):
    for i in prange(len(x)):
        h[x[i]] += 0.5


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8])
def test_updates_of_ints_come_to_the_same(kind):
    rng = np.random.RandomState(5)
    for n in (10, 1000, 400_000):
        x = rng.randint(0, 300, n)
        h = np.arange(300).astype(kind)
        expected = h + np.bincount(x, minlength=300).astype(kind)
        for _ in range(3):
            again = h.copy()
            count(again, x)
            assert again.tobytes() == expected.tobytes()


def test_updates_before_an_exception_have_been_made():
    n = 500_000
    for failing in (3, 1000, n // 2, n - 1):
        x = np.random.RandomState(failing).randint(0, 10, n)
        x[failing] = 10
        h = np.zeros(10, np.int64)
        with pytest.raises(IndexError, match="index 10 is out of bounds"):
            count(h, x)
        assert (h >= np.bincount(x[:failing], minlength=10)).all()
        assert h.sum() < n


def test_only_floats_tell_of_order():
    x = np.random.RandomState(1).randint(0, 10, 300_000)
    with pytest.warns(pyvm.PyvmPerformanceWarning, match="may update the same element"):
        weigh(np.zeros(10), x)
    weigh_ints = np.zeros(10, np.int64)
    weigh(weigh_ints, x)  # 0 + 0.5 is cut to 0 each time
    assert not weigh_ints.any()
