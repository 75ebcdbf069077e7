"""Tests of the oracle: np.random inside prange, np.clip, ufuncs with out, np.dot."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracle import arrays, njit, prange, random  # noqa: E402


# ---- np.random inside prange ----------------------------------------------------------------------------------------


def test_philox_gives_the_known_answers():
    ones = 2**32 - 1
    assert random.philox((0, 0, 0, 0), (0, 0)) == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    assert random.philox((ones,) * 4, (ones, ones)) == (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)
    digits_of_pi = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
    assert random.philox(*digits_of_pi) == (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


def drawn(name, *operands, iterations=4000, each=3):
    """Draws of np.random inside prange: `each` of every iteration."""
    streams = [random.Stream(0x0123456789ABCDEF, i) for i in range(iterations)]
    values = []
    for stream in streams:
        random.iteration = stream
        values += [getattr(random, name)(*operands) for _ in range(each)]
    random.iteration = None
    return np.array(values)


def test_draws_in_an_interval_are_uniform():
    u = drawn("rand")
    assert 0 <= u.min() and u.max() < 1
    assert abs(u.mean() - 1 / 2) < 4 * (1 / 12 / u.size) ** 0.5
    assert abs(u.var() - 1 / 12) < 4 * (1 / 180 / u.size) ** 0.5
    counts = np.histogram(u, 100, (0, 1))[0]
    chi_square = ((counts - u.size / 100) ** 2 / (u.size / 100)).sum()
    assert 99 - 4 * 14.1 < chi_square < 99 + 4 * 14.1  # 99 degrees of freedom
    for lag in (1, 2, 3):  # the draws of an iteration, and those of neighbours
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / u.size**0.5
    v = drawn("uniform", 2.0, 5.0)
    assert np.array_equal(v, 2.0 + 3.0 * u)


def test_integers_are_uniform():
    k = drawn("randint", -3, 7)
    assert k.min() == -3 and k.max() == 6
    counts = np.bincount(k + 3)
    assert ((counts - k.size / 10) ** 2 / (k.size / 10)).sum() < 9 + 4 * 4.3
    assert len(set(drawn("randint", 2**62).tolist())) == k.size


def test_normal_draws():
    z = drawn("standard_normal")
    n = z.size
    assert abs(z.mean()) < 4 / n**0.5
    assert abs(z.var() - 1) < 4 * (2 / n) ** 0.5
    assert abs((z**3).mean()) < 4 * (15 / n) ** 0.5
    assert abs((z**4).mean() - 3) < 4 * (96 / n) ** 0.5
    edges = [-np.inf, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, np.inf]
    shares = np.diff([0.5 * math.erfc(-x / 2**0.5) for x in edges])
    counts = np.array([((z >= a) & (z < b)).sum() for a, b in zip(edges, edges[1:])])
    assert ((counts - n * shares) ** 2 / (n * shares)).sum() < 9 + 4 * 4.3
    assert np.array_equal(drawn("normal", 3.0, 0.5), 3.0 + 0.5 * z)


def outside():
    return np.random.rand()


seeding, outside = njit(lambda value: np.random.seed(value)), njit(outside)


@njit(parallel=True)
def fill(a):
    for i in prange(len(a)):
        a[i] = np.random.rand()


@njit(parallel=True)
def fill_without(a):
    for i in prange(len(a)):
        a[i] = i


def test_a_loop_draws_its_key_from_the_stream_outside():
    twister = np.random.RandomState(3)
    seeding(3)
    a = np.zeros(4)
    fill_without(a)
    fill(a[:0])
    assert outside() == twister.rand()
    fill(a)
    key = int(twister.randint(0, 2**64, dtype=np.uint64))
    assert a.tolist() == [random.Stream(key, i).unit() for i in range(4)]
    assert outside() == twister.rand()


# ---- np.clip, ufuncs with out, np.dot -------------------------------------------------------------------------------


def clip_both(a, low, high):
    return np.clip(a, low, high)


def same_array(a, b):
    return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())


CLIPPED = [np.array([-3, 0, 3]), np.array([-3.5, -0.0, 0.0, 3.5, np.nan]), np.array([-3.5, 0.1, 2], np.float32),
           np.array([1, 2**63 + 5], np.uint64), np.array([2**62 + 1, 2**53 + 1, -5]), np.array([True, False]),
           np.array([1, 200, 3], np.uint8), np.array(5), np.zeros((2, 0), np.int8)]
BOUNDS = [(-1.5, 2.5), (-1, 2), (2.5, -1.5), (5, 1), (0.0, -0.0), (math.nan, 1.0), (1, None), (1.5, None), (None, 2.5),
          (None, -0.0)]


def test_clip_is_numbas():
    numba = pytest.importorskip("numba")
    theirs, ours = numba.njit(clip_both), njit(clip_both)
    for a in CLIPPED:
        for low, high in BOUNDS:
            assert same_array(ours(a, low, high), theirs(a, low, high)), (a, low, high)
    table = np.array([[1, 2], [3, 4]], np.uint8)
    for low, high in ((table[0], table[1]), (table[1], 300), (None, table[0])):
        assert same_array(ours(table, low, high), theirs(table, low, high)), (low, high)
    for kernel in (ours, theirs):
        with pytest.raises(ValueError, match="must set either max or min"):
            kernel(np.ones(3), None, None)


def test_clip_keeps_the_arrays_kind():
    method = njit(lambda a, low, high: a.clip(low, high))
    for clip in (njit(clip_both), method):
        assert same_array(clip(np.array([-3, 0, 3]), -1.5, 2.5), np.array([-1, 0, 2]))
        assert same_array(clip(np.array([-3, 0, 3]), np.full(3, -1.5), 2.5), np.array([-1, 0, 2]))
    # Scalars, which Numba refuses.
    assert [njit(clip_both)(x, -1.5, 2) for x in (-5, 0, 5.0, np.float32(5))] == [-1.5, 0.0, 2.0, 2.0]
    with pytest.raises(ValueError, match=r"could not be broadcast together with shapes \(3,\) \(2,\)"):
        njit(clip_both)(np.ones(3), np.ones(2), 3)


def test_ufuncs_write_to_out():
    add = njit(lambda a, b, out: np.add(a, b, out))
    named = njit(lambda a, b, out: np.add(a, b, out=out))
    for kernel in (add, named):
        for out in (np.zeros(3, np.int64), np.zeros(3), np.zeros(3, np.int8), np.zeros((2, 3), np.int64)):
            assert kernel(np.array([1, 2, 3]), 1, out) is out
            assert out.tolist() == np.broadcast_to([2, 3, 4], out.shape).tolist()
        assert kernel(np.arange(3), 1, None).tolist() == [1, 2, 3]
    line = np.array([1, 2, 3, 4])
    add(line[:-1], line[1:], line[1:]) # as if there were no overlap
    assert line.tolist() == [1, 3, 5, 7]
    out = np.zeros(3)
    assert njit(lambda a, out: np.sqrt(a, out))(4.0, out) is out and out.tolist() == [2.0, 2.0, 2.0]
    assert njit(lambda a, out: np.negative(a, out))(np.arange(3), out).tolist() == [0.0, -1.0, -2.0]
    assert njit(lambda a, out: np.maximum(a, 1, out))(np.arange(3), out).tolist() == [1.0, 1.0, 2.0]
    assert njit(lambda a, out: np.floor(a, out))(np.full(3, 1.5), out).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("call", [
    lambda a: np.add(a, 1.5, a),
    lambda a: np.add(a, 1, a > 0),
    lambda a: np.sqrt(a, a),
    lambda a: np.divide(a, 2, a),
    lambda a: np.add(a, 1, a[:2]),
    lambda a: np.add(a, 1, 5),
    lambda a: np.add(a),
    lambda a: np.add(a, 1, a, a),
    lambda a: np.add(a, 1, a, out=a),
])
def test_ufuncs_with_out_raise_numpys_errors(call):
    with pytest.raises(Exception) as numpys:
        call(np.arange(3))
    with pytest.raises(Exception) as ours:
        njit(call)(np.arange(3))
    assert (ours.type, str(ours.value)) == (numpys.type, str(numpys.value))


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "//", "%", "**"])
def test_casts_that_fail_in_place_have_numpys_class(op):
    for a, b in ((np.arange(3), 1.5), (np.arange(3, dtype=np.uint64), np.ones(3, np.int64))):
        with pytest.raises(TypeError) as numpys:
            {**arrays.UFUNCS, "**": np.power}[op](a, b, out=a)
        with pytest.raises(TypeError) as ours:
            arrays.in_place(op, a, b)
        assert ours.type is numpys.type and ours.type.__qualname__ == "_UFuncOutputCastingError"
        assert str(ours.value) == str(numpys.value)


def test_dot():
    dot = njit(lambda a, b: np.dot(a, b))
    method = njit(lambda a, b: a.dot(b))
    table = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    row = np.array([1.5, 2.5, 3.5])
    for a, b in ((row, 2.0), (row, 2), (2.0, row), (np.array(2.0), row), (np.arange(3), 2.5), (table, 2.0), (table, row),
                 (row, table.T), (table, table.T), (np.arange(6).reshape(2, 3), np.arange(3)),
                 (np.zeros((2, 0)), np.zeros((0, 3)))):
        assert same_array(dot(a, b), np.dot(a, b)), (a, b)
        if isinstance(a, np.ndarray):
            assert same_array(method(a, b), np.dot(a, b))
    assert (dot(2.0, 3.0), dot(2, 3), dot(row, row), dot(np.zeros(0), np.zeros(0))) == (6.0, 6, 20.75, 0.0)
    assert dot(row.astype(np.float32), 2).dtype == np.float32
    for a, b in ((table, table), (table, row[:2]), (row, row[:2]), (row, table)):
        with pytest.raises(ValueError) as numpys:
            np.dot(a, b)
        with pytest.raises(ValueError) as ours:
            dot(a, b)
        assert str(ours.value) == str(numpys.value)
