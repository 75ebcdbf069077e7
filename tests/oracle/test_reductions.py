"""Tests of the oracle: reductions, by the definition (DESIGN section 6)."""

import math
import operator
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracle import njit, prange  # noqa: E402


# ---- reductions -----------------------------------------------------------------------------------------------------


@njit(parallel=True)
def total(a, start):
    s = start
    for i in prange(len(a)):
        s += a[i]
    return s


@njit(parallel=True)
def total_of_calls(a):
    s = 0.0
    for i in prange(len(a)):
        s += abs(a[i])
    return s


def by_definition(values, block, lanes, live_in, op=operator.add):
    """The sum that CONVENTIONS describe, written once more with plain lists."""
    def join(a, b):
        return b if a is None else a if b is None else op(a, b)

    blocks = []
    for start in range(0, len(values), block):
        parts = [None] * lanes
        for position, x in enumerate(values[start : start + block]):
            lane = position % lanes
            parts[lane] = join(parts[lane], x)
        width = lanes // 2
        while width:
            parts = [join(parts[i], parts[i + width]) for i in range(width)]
            width //= 2
        blocks.append(parts[0])
    while len(blocks) > 1:
        blocks = [join(blocks[i], blocks[i + 1] if i + 1 < len(blocks) else None) for i in range(0, len(blocks), 2)]
    return op(live_in, blocks[0]) if blocks and blocks[0] is not None else live_in


def test_three_values_by_hand():
    # lanes 0, 1, 2; width 2 adds lane 2 to lane 0, width 1 adds lane 1: (1e16 + -1e16) + 1.
    assert total(np.array([1e16, 1.0, -1e16]), 0.0) == 1.0
    # Thirty-three values: number 32 enters lane 0 after number 0.
    values = np.zeros(33)
    values[0], values[1], values[32] = 1e16, 1.0, -1e16
    assert total(values, 0.0) == 1.0
    # The live-in joins last, on the left.
    assert total(np.array([1.0, 1.0]), 1e16) == 1e16 + 2.0


@pytest.mark.parametrize("size", [0, 1, 2, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 8192, 12289, 20000])
def test_sum_of_floats(size):
    values = (np.random.RandomState(size).rand(size) - 0.5) * 1e3
    assert total(values, 0.25) == by_definition(values.tolist(), 4096, 32, 0.25)
    deep = max(1, math.ceil(size / 1024))
    assert total_of_calls(values) == by_definition(np.abs(values).tolist(), deep, 32, 0.0)


def test_zero_trips_leave_the_live_in():
    assert type(total(np.zeros(0), 0)) is int
    assert type(total(np.zeros(1), 0)) is float
    assert math.copysign(1, total(np.zeros(0), -0.0)) == -1
    assert math.copysign(1, total(np.full(5, -0.0), -0.0)) == -1


def test_three_variables_take_16_lanes():
    @njit(parallel=True)
    def three(a):
        s = 0.0
        p = 1.0
        d = 0.0
        for i in prange(len(a)):
            s += a[i]
            p *= 1.0
            d -= a[i]
        return s, p, d

    values = (np.random.RandomState(5).rand(300) * 1e6).tolist()
    s, p, d = three(np.array(values))
    assert s == by_definition(values, 4096, 16, 0.0)
    assert p == 1.0 and d == by_definition([-x for x in values], 4096, 16, 0.0)


def test_division_and_products():
    @njit(parallel=True)
    def quotient(a, start):
        s = start
        for i in prange(len(a)):
            s /= a[i]
        return s

    # Lanes 1/3 and 1/7 multiply, the live-in comes last.
    assert quotient(np.array([3.0, 7.0]), 5) == 5 * ((1 / 3) * (1 / 7))


def test_max_reduction_takes_the_left_of_equals():
    @njit(parallel=True)
    def largest(a):
        s = -1.0
        for i in prange(len(a)):
            s = max(s, a[i])
        return s

    values = np.full(40, -1.0)
    values[1], values[32] = -0.0, 0.0  # lane 1 and lane 0: lane 0 is the left operand of the fold
    assert math.copysign(1, largest(values)) == 1
    assert largest(np.full(3, math.nan)) == -1.0


def test_conditional_maximum_is_a_reduction_with_pythons_value():
    @njit(parallel=True)
    def both(a, s):
        t = 0.0
        for i in prange(len(a)):
            if s < a[i]:
                s = a[i]
            t = a[i] + t
        return s, t

    assert repr(both(-np.ones(3), 0)) == "(0, -3.0)"
    assert repr(both(np.array([1e16, 1.0, -1e16]), 0)) == "(1e+16, 1.0)"


def test_selections_are_those_of_the_plain_loop():
    @njit(parallel=True)
    def chosen(a, s):
        where = -1
        for i in prange(len(a)):
            if a[i] >= s:
                s, where = a[i], i
        return s, where

    zeros = np.array([0.0, -0.0] * 40)
    zeros[-1] = -1.0
    assert repr(chosen(zeros, -5.0)) == "(0.0, 78)"
    assert repr(chosen(zeros, 1)) == "(1, -1)"
    assert repr(chosen(np.array([1.0, math.nan, 1.0]), 0)) == "(1.0, 2)"
    assert chosen(np.array([1.0, 2.0]), math.nan)[1] == -1


def test_what_else_uses_a_selection_runs_in_order():
    @njit(parallel=True)
    def also_read(a):
        s = -9.0
        total = 0.0
        for i in prange(len(a)):
            if a[i] > s:
                s = a[i]
            total += s
        return total

    assert also_read(np.array([1e16, 1.0, -1e16])) == 1e16 + 1e16 + 1e16

    @njit(parallel=True)
    def beside(a):
        s = -9.0
        total = 0.0
        for i in prange(len(a)):
            if a[i] > s:
                s = a[i]
            total += a[i]
        return total

    assert beside(np.array([1e16, 1.0, -1e16])) == 1.0


def test_conditional_contributions():
    @njit(parallel=True)
    def positive(a):
        s = 0.0
        n = 0
        for i in prange(len(a)):
            if a[i] > 0:
                s += a[i]
                n += 1
        return s, n

    assert positive(-np.ones(50)) == (0.0, 0)
    values = np.array([1e16, -1.0, 1.0, 3.0, -1e16])
    assert positive(values)[0] == 0.0 + ((1e16 + 1.0) + 3.0)


def test_nested_prange_contributes_once():
    @njit(parallel=True)
    def table_sum(a):
        s = 0.0
        for i in prange(a.shape[0]):
            for j in prange(a.shape[1]):
                s += a[i, j]
        return s

    a = np.random.RandomState(3).rand(70, 50) * 1e5
    rows = []
    for row in a.tolist():
        inner = by_definition(row, 4096, 32, -0.0)
        rows.append(inner)
    assert table_sum(a) == by_definition(rows, 1, 32, 0.0)


def test_carried_variables_run_in_order():
    @njit(parallel=True)
    def recurrence(a):
        x = 0.0
        last = -1
        for i in prange(len(a)):
            x = x * 0.5 + a[i]
            last = i
        return x, last

    def plain(a):
        x = 0.0
        for v in a:
            x = x * 0.5 + v
        return x, len(a) - 1

    values = np.random.RandomState(1).rand(100)
    assert recurrence(values) == plain(values.tolist())


def test_mixed_operators_run_in_order():
    @njit(parallel=True)
    def mixed(a):
        s = 1.0
        for i in prange(len(a)):
            s += a[i]
            s *= 0.5
        return s

    s = 1.0
    for x in (3.0, 5.0, 7.0):
        s = (s + x) * 0.5
    assert mixed(np.array([3.0, 5.0, 7.0])) == s


def test_break_and_return_run_in_order():
    @njit(parallel=True)
    def until(a, limit):
        s = 0.0
        for i in prange(len(a)):
            if a[i] > limit:
                break
            s += a[i]
        return s, i

    assert until(np.arange(10.0), 4.5) == (10.0, 5)


def test_method_sum_follows_the_same_grid():
    @njit
    def method_sum(a):
        return a.sum()

    values = np.random.RandomState(2).rand(5000) * 1e6
    assert method_sum(values) == by_definition(values.tolist(), 4096, 32, 0.0)
    assert method_sum(np.ones(3, np.uint8)) == 3


def extreme_by_definition(values, pick):
    """As by_definition; every lane starts at the first element."""
    blocks = []
    for start in range(0, len(values), 4096):
        parts = [values[0]] * 32
        for position, x in enumerate(values[start : start + 4096]):
            parts[position % 32] = pick(parts[position % 32], x)
        while len(parts) > 1:
            parts = [pick(a, b) for a, b in zip(parts, parts[len(parts) // 2 :])]
        blocks.append(parts[0])
    while len(blocks) > 1:
        blocks = [pick(*blocks[i : i + 2]) if i + 1 < len(blocks) else blocks[i] for i in range(0, len(blocks), 2)]
    return blocks[0]


@pytest.mark.parametrize("size", [1, 3, 33, 100, 4097, 9000])
def test_products_and_extremes_follow_the_grid_too(size):
    @njit
    def products(a):
        return a.prod(), np.prod(a)

    @njit
    def extremes(a):
        return a.min(), np.max(a)

    random = np.random.RandomState(size)
    factors = 0.9995 + random.rand(size) * 1e-3
    assert products(factors) == (by_definition(factors.tolist(), 4096, 32, 1.0, operator.mul),) * 2
    # Which of two zeros is found tells the order: a lane starts at the first element.
    zeros = random.choice([0.0, -0.0, 1.0], size)
    expected = [extreme_by_definition(zeros.tolist(), pick) for pick in (lambda s, x: x if x < s else s, lambda s, x: x if x > s else s)]
    assert list(map(str, extremes(zeros))) == list(map(str, expected))
    zeros[size // 2] = np.nan
    assert np.isnan(extremes(zeros)).all()


def test_axes_take_the_grid_for_each_element():
    @njit
    def along(a):
        return a.sum(axis=0), a.prod(axis=1), a.mean(axis=0), a.max(axis=1, keepdims=True)

    a = np.random.RandomState(3).rand(70, 50)
    sums, products, means, largest = along(a)
    assert sums.tolist() == [by_definition(column.tolist(), 4096, 32, 0.0) for column in a.T]
    assert products.tolist() == [by_definition(row.tolist(), 4096, 32, 1.0, operator.mul) for row in a]
    assert means.tolist() == [x / 70 for x in sums.tolist()]
    assert largest.tolist() == [[max(row)] for row in a.tolist()]
