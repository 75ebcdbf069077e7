"""Whatever comes in, the answer is an exception that names file and line, and the next call works."""

import inspect
import traceback

import numpy as np
import pytest

from pyvm import njit, prange
from pyvm.errors import TypingError, UnsupportedError


@njit
def first(a):
    return a[0]


@njit
def store(a, i, value):
    a[i] = value
    return a


@njit(parallel=True)
def halves(a, n):
    out = np.zeros(n)
    for i in prange(n):
        out[i] = a[i] / 2
    return out


@njit(parallel=True)
def raises_at(n, bad):
    out = np.zeros(n)
    for i in prange(n):
        if i >= bad:
            raise ValueError("too far")
        out[i] = 1
    return out


def kernel_frames(error):
    """(function, line) of the traceback's entries in this file that are kernels', outermost first."""
    entries = traceback.extract_tb(error.__traceback__)
    return [(e.name, e.lineno, e.line) for e in entries if e.filename == __file__ and e.name in globals()]


def line_of(function, text):
    lines, start = inspect.getsourcelines(function.py_func)
    return start + next(k for k, line in enumerate(lines) if text in line)


class Thing:
    pass


REFUSED = {
    "object": (Thing(), "argument 'a' of first() is of type Thing"),
    "object array": (np.array([1, "x", None], dtype=object), "is an array of dtype object"),
    "strings": (np.array(["a", "b"]), "is an array of dtype <U1"),
    "bytes": (np.array([b"a"]), "is an array of dtype |S1"),
    "complex array": (np.zeros(3, complex), "is an array of dtype complex128"),
    "float16": (np.zeros(3, "f2"), "is an array of dtype float16"),
    "long double": (np.zeros(3, "longdouble"), "is an array of dtype float128"),
    "dates": (np.zeros(3, "M8[s]"), "is an array of dtype datetime64[s]"),
    "records": (np.zeros(3, dtype=[("x", "f8")]), "is an array of dtype [('x', '<f8')]"),
    "swapped": (np.zeros(3, ">f8"), "an array of dtype >f8, whose bytes are not in this machine's order"),
    "swapped ints": (np.zeros(3, ">i4"), "whose bytes are not in this machine's order"),
    "nine dimensions": (np.zeros((1,) * 9), "an array of 9 dimensions; at most 8"),
    "masked": (np.ma.zeros(3), "is a numpy MaskedArray"),
    "matrix": (np.asmatrix(np.zeros((2, 2))), "is a numpy matrix"),
    "list": ([1.0], "is a list; pass a NumPy array or a tuple"),
    "dict": ({}, "is of type dict"),
    "set": (set(), "is of type set"),
    "complex": (1j, "is a complex number"),
    "function": (lambda: 1, "is a Python function; decorate it with @njit"),
    "named tuple": (__import__("collections").namedtuple("P", "x")(1), "is a P; pass a plain tuple"),
    "inside a tuple": ((1, [2]), "is a list"),
    "complex scalar": (np.complex128(1), "a NumPy scalar of type numpy.complex128"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_arguments(name):
    value, message = REFUSED[name]
    with pytest.raises(TypingError) as caught:
        first(value)
    assert message in str(caught.value)
    assert kernel_frames(caught.value)[-1][:2] == ("first", line_of(first, "def first"))
    assert first(np.ones(1)) == 1


def test_typing_errors_are_type_errors():
    with pytest.raises(TypeError):
        first([1])


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**100])
def test_large_ints(value):
    with pytest.raises(OverflowError, match=r"argument 'a' of first\(\) is an int beyond 64 bits"):
        first(value)


def test_lone_surrogates():
    with pytest.raises(UnicodeEncodeError):
        first("\ud800")


def test_read_only_arrays():
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    assert first(frozen) == 0
    with pytest.raises(ValueError) as ours:
        store(frozen, 0, 1.0)
    with pytest.raises(ValueError) as numpys:
        frozen[0] = 1.0
    assert str(ours.value) == str(numpys.value)
    assert kernel_frames(ours.value)[-1][2] == "a[i] = value"
    assert frozen.tolist() == [0, 1, 2]
    # What comes back of it is read-only too.
    assert not njit(lambda a: a[1:])(frozen).flags.writeable


def test_read_only_in_prange():
    @njit(parallel=True)
    def fill(a):
        for i in prange(len(a)):
            a[i] = 1

    frozen = np.zeros(1000)
    frozen.flags.writeable = False
    for _ in range(5):
        with pytest.raises(ValueError, match="assignment destination is read-only"):
            fill(frozen)
    assert frozen.sum() == 0


@pytest.mark.parametrize("index", [3, -4, 2**62, -(2**63)])
def test_subscripts_out_of_range(index):
    array = np.arange(3.0)
    with pytest.raises(IndexError) as ours:
        store(array, index, 1.0)
    with pytest.raises(IndexError) as numpys:
        array[index] = 1.0
    assert str(ours.value) == str(numpys.value)
    assert kernel_frames(ours.value)[1:] == [("store", line_of(store, "a[i] ="), "a[i] = value")]
    assert array.tolist() == [0, 1, 2]


@pytest.mark.parametrize("length", [0, 1, 500, 999])
def test_subscripts_out_of_range_in_prange(length):
    for _ in range(5):
        with pytest.raises(IndexError, match=f"index {length} is out of bounds for axis 0 with size {length}") as caught:
            halves(np.ones(length), 1000)
        assert kernel_frames(caught.value)[-1] == ("halves", line_of(halves, "out[i] ="), "out[i] = a[i] / 2")


@pytest.mark.parametrize("n", [2, 1000, 100_000])
def test_exception_half_way(n):
    for _ in range(4):
        with pytest.raises(ValueError, match="too far") as caught:
            raises_at(n, n // 2)
        assert kernel_frames(caught.value)[-1] == ("raises_at", line_of(raises_at, "raise Value"), 'raise ValueError("too far")')
    assert raises_at(n, n).sum() == n


@pytest.mark.parametrize("at", [0, 7, 8, 63, 70, 99])
def test_stores_around_a_failing_iteration(at):
    @njit
    def gathered(index, table, out):
        for i in range(len(index)):
            out[i] = table[index[i]] * 2.0

    for bad in (60, -61):
        index = np.arange(100) % 60
        index[at:] = bad  # every lane from there on
        for _ in range(4):
            out = np.zeros(100)
            with pytest.raises(IndexError, match=f"index {bad} is out of bounds"):
                gathered(index, np.arange(60) + 1.0, out)
            np.testing.assert_array_equal(out[:at], (index[:at] + 1) * 2.0)
            assert not out[at:].any()


def test_strides_and_overlap():
    @njit
    def shift(a, b):
        for i in range(len(a)):
            b[i] = a[i] + 1
        return b

    for ours, theirs in ((slice(0, 9), slice(1, 10)), (slice(1, 10), slice(0, 9)), (slice(8, None, -1), slice(1, 10))):
        array, expected = np.arange(10.0), np.arange(10.0)
        shift(array[ours], array[theirs])
        shift.py_func(expected[ours], expected[theirs])
        np.testing.assert_array_equal(array, expected)


@pytest.mark.filterwarnings("ignore::pyvm.errors.PyvmPerformanceWarning")
def test_overlap_in_prange():
    @njit(parallel=True)
    def shift(a, b):
        for i in prange(len(a)):
            b[i] = a[i] + 1

    for _ in range(5):
        array, expected = np.arange(1000.0), np.arange(1000.0)
        shift(array[:-1], array[1:])
        shift.py_func(expected[:-1], expected[1:])
        np.testing.assert_array_equal(array, expected)


def test_zero_lengths():
    assert halves(np.zeros(0), 0).shape == (0,)
    with pytest.raises(IndexError):
        first(np.zeros(0))
    assert njit(lambda a: a.sum())(np.zeros((0, 3))) == 0


def unsupported_try(x):
    try:
        return 1 / x
    except ZeroDivisionError:
        return 0


def unsupported_dict(x):
    return {x: 1}


def unsupported_star(*x):
    return x


def unsupported_yield(x):
    yield x


@pytest.mark.parametrize("function, what, text", [
    (unsupported_try, "'try' statement", "try:"),
    (unsupported_dict, "dict display", "return {x: 1}"),
    (unsupported_star, "'*' parameter", "def unsupported_star"),
    (unsupported_yield, "'yield'", "yield x"),
])
def test_unsupported_syntax_is_named_at_the_first_call(function, what, text):
    kernel = njit(function)
    with pytest.raises(UnsupportedError) as caught:
        kernel(1)
    line = next(k for k, content in enumerate(open(__file__), 1) if content.strip().startswith(text))
    assert what in str(caught.value) and f'File "{__file__}", line {line}' in str(caught.value)


def test_names_that_are_not_there():
    @njit
    def misses(x):
        return x + not_there  # noqa: F821

    with pytest.raises(NameError, match="name 'not_there' is not defined") as caught:
        misses(1)
    assert "not_there" in "".join(traceback.format_exception(caught.value))


some_dict = {}


def helper(x):
    return x


def test_globals_without_a_kind():
    @njit
    def uses_dict(x):
        return x + some_dict

    @njit
    def uses_function(x):
        return helper(x)

    with pytest.raises(TypingError, match="global 'some_dict' is of type dict") as caught:
        uses_dict(1)
    assert "return x + some_dict" in str(caught.value) and __file__ in str(caught.value)
    with pytest.raises(TypingError, match="'helper'.*decorate 'helper' with @njit"):
        uses_function(1)


class OwnError(Exception):
    pass


def test_exceptions_of_the_user():
    @njit
    def raises(x):
        raise OwnError(x)

    with pytest.raises(TypingError, match="global 'OwnError' is the class OwnError; raise one of Python's own exceptions"):
        raises(1)


def test_modules_without_a_member():
    @njit
    def uses(x):
        return np.linalg.nothing(x)

    with pytest.raises(AttributeError):
        uses(1.0)


def test_results_that_cannot_leave():
    @njit
    def makes(n):
        def inner(x):
            return x + n

        return inner

    with pytest.raises(TypingError, match="a result of type .* cannot leave njit code"):
        makes(1)


def test_defaults_without_a_kind():
    def function(x, y=[]):  # noqa: B006
        return x

    kernel = njit(function)
    with pytest.raises(TypingError, match=r"a default of function\(\) is a list"):
        kernel(1)


def test_one_bad_call_does_not_spoil_the_next():
    array = np.ones(10)
    for _ in range(200):
        with pytest.raises(IndexError):
            store(array, 10, 1.0)
        assert first(array) == 1


def test_async_functions():
    async def later(x):
        return x

    with pytest.raises(UnsupportedError, match=r"test_bad_input.py, line \d+: an 'async def' is not supported"):
        njit(later)
