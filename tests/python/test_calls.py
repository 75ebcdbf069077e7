"""Arguments and results: every kind goes in and comes back, arrays without a copy and with their owners."""

import gc
import math
import sys
import weakref

import numpy as np
import pytest

import pyvm
from pyvm import njit, prange

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]


@njit
def same(x):
    return x


@njit
def pair(a, b):
    return b, a


@njit
def add_all(a, b=2, *, c=3):
    return a + 10 * b + 100 * c


@njit(parallel=True)
def doubled(a):
    b = np.empty_like(a)
    for i in prange(a.shape[0]):
        b[i] = a[i] * 2
    return b


@njit
def parts(a):
    return a[1:], a[::-1], a.T, a


@njit
def filled(a, value):
    for i in range(len(a)):
        a[i] = value
    return a


@pytest.mark.parametrize("value", [0, -1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 0.0, -0.0, 1e308, math.inf, True, False, None, "",
                                   "größer \U0001f600", (), (1, 2.5, (True, "x", None))])
def test_python_values_come_back(value):
    result = same(value)
    assert type(result) is type(value) and result == value and repr(result) == repr(value)


def test_nan_comes_back():
    assert math.isnan(same(math.nan))


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_scalars_become_python_numbers(dtype):
    scalar = np.dtype(dtype).type(1)
    result = same(scalar)
    assert type(result) is type(scalar.item()) and result == scalar.item()
    assert same((scalar, scalar)) == (scalar.item(),) * 2


@pytest.mark.parametrize("dtype", ["longlong", "ulonglong", "long", "intc", "uintc", "byte", "single"])
def test_other_names_of_the_same_kinds(dtype):
    assert same(np.dtype(dtype).type(3)) == 3
    array = np.arange(3).astype(dtype)
    assert same(array) is array


def test_subclasses_of_numbers():
    class Count(int):
        pass

    assert same(Count(3)) == 3 and type(same(Count(3))) is int
    assert same(np.float64(2.5)) == 2.5 and type(same(np.float64(2.5))) is float


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_argument_comes_back_as_itself(dtype):
    array = np.ones((2, 3), dtype)
    assert same(array) is array
    assert pair(array, 1)[1] is array
    assert same(array.T).shape == (3, 2)


def test_views_of_an_argument_keep_it_alive():
    array = np.arange(10.0)
    gone = weakref.finalize(array, lambda: None)
    tail, backward, transposed, whole = parts(array)
    assert whole is array
    assert transposed is array  # same address, shape and strides
    assert tail.tolist() == list(range(1, 10)) and backward.tolist() == list(range(9, -1, -1))
    tail[0] = 99
    assert array[1] == 99
    del array, whole, transposed
    gc.collect()
    assert gone.alive and tail[0] == 99
    del tail, backward
    gc.collect()
    assert not gone.alive


def test_arguments_are_not_kept():
    array = np.ones(5)
    before = sys.getrefcount(array)
    for _ in range(100):
        doubled(array)
        filled(array, 1.0)
    assert sys.getrefcount(array) == before


def test_new_arrays_live_and_die_as_numpys():
    result = doubled(np.arange(1000.0))
    assert type(result) is np.ndarray and result.flags.writeable and result.flags.c_contiguous
    view = result[5:10]
    del result
    gc.collect()
    assert view.tolist() == [10.0, 12.0, 14.0, 16.0, 18.0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (2, 0, 3), (1, 2, 1, 2, 1, 2, 1, 2)])
def test_every_dtype_and_shape(dtype, shape):
    array = np.ones(shape, dtype)
    assert same(array) is array
    result = doubled(array)
    assert result.dtype == array.dtype and result.shape == array.shape
    np.testing.assert_array_equal(result, (array * 2).astype(dtype))


def test_zero_dimensions():
    array = np.array(2.5)

    @njit
    def read(a):
        return a[()] + a.ndim

    assert read(array) == 2.5 and same(array) is array


@pytest.mark.parametrize("view", [lambda a: a[::-1], lambda a: a[::3], lambda a: a[5:5], lambda a: a[10:2:-2]])
def test_strides(view):
    array = np.arange(20.0)
    np.testing.assert_array_equal(doubled(view(array)), view(array) * 2)
    filled(view(array), -1.0)
    expected = np.arange(20.0)
    view(expected)[:] = -1
    np.testing.assert_array_equal(array, expected)


def test_unaligned_and_broadcast_arrays():
    packed = np.zeros(4, dtype=[("a", "u1"), ("x", "f8")])
    packed["x"] = [1, 2, 3, 4]
    assert doubled(packed["x"]).tolist() == [2, 4, 6, 8]
    assert doubled(np.broadcast_to(3.0, 5)).tolist() == [6.0] * 5


def test_memory_map(tmp_path):
    mapped = np.memmap(tmp_path / "a", dtype="f8", mode="w+", shape=5)
    filled(mapped, 3.0)
    assert mapped.tolist() == [3.0] * 5 and same(mapped) is mapped


def test_keywords_and_defaults():
    assert add_all(1) == 321
    assert add_all(1, 5) == add_all(b=5, a=1) == add_all(1, b=5) == 351
    assert add_all(1, c=0) == 21


@pytest.mark.parametrize("call, message", [
    (lambda: add_all(), "add_all() missing 1 required positional argument: 'a'"),
    (lambda: add_all(1, 2, 3), "add_all() takes from 1 to 2 positional arguments but 3 were given"),
    (lambda: add_all(1, a=2), "add_all() got multiple values for argument 'a'"),
    (lambda: add_all(1, d=2), "add_all() got an unexpected keyword argument 'd'"),
    (lambda: same(), "same() missing 1 required positional argument: 'x'"),
])
def test_wrong_calls_say_what_cpython_says(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message


def test_many_arguments():
    @njit
    def twelve(a, b, c, d, e, f, g, h, i, j, k, m):
        return a + b + c + d + e + f + g + h + i + j + k + m

    assert twelve(*range(12)) == 66
    assert twelve(*range(6), **dict(zip("ghijkm", range(6, 12)))) == 66


def test_a_kernel_is_described_as_its_function():
    import inspect

    def function(a, b=1):
        """What it does."""
        return a + b

    kernel = njit(function)
    assert kernel.py_func is function and kernel.__wrapped__ is function
    assert (kernel.__name__, kernel.__doc__, kernel.__module__) == ("function", "What it does.", __name__)
    assert kernel.__qualname__ == function.__qualname__
    assert str(inspect.signature(kernel)) == "(a, b=1)"
    assert repr(kernel) == f"CPUDispatcher({function!r})"
    assert kernel.py_func(1) == kernel(1) == 2
    kernel.note = 5
    assert kernel.note == 5


def test_kernels_are_methods():
    class Thing:
        value = 3

        @staticmethod
        @njit
        def plus(a, b):
            return a + b

    assert Thing().plus(1, 2) == 3

    class Number(int):
        @njit
        def doubled(self):
            return self * 2

    assert Number(4).doubled() == 8


def test_kernels_as_arguments_and_results():
    @njit
    def square(x):
        return x * x

    @njit
    def apply(f, x):
        return f(x)

    assert apply(square, 3) == 9
    assert same(square) is square
    assert same(np.sqrt) is np.sqrt
    assert apply(np.sqrt, 9.0) == 3.0 and apply(math.sqrt, 16.0) == 4.0 and apply(abs, -2) == 2


def test_recursion():
    @njit
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    assert fib(15) == 610


def test_a_function_after_its_kernel():
    @njit
    def forever(n):
        return forever(n + 1)

    with pytest.raises(RecursionError):
        forever(0)
    assert same(1) == 1


def test_prange_outside_is_range():
    assert list(prange(3)) == [0, 1, 2] and list(prange(1, 7, 2)) == [1, 3, 5]


def test_output_goes_to_sys_stdout(capsys):
    @njit
    def tell(a):
        print("value:", a, a * 2.5)

    tell(3)
    assert capsys.readouterr().out == "value: 3 7.5\n"


def test_dtypes_and_ranges():
    @njit
    def zeros(n, dtype):
        return np.zeros(n, dtype)

    assert zeros(3, np.float32).dtype == np.float32
    assert zeros(3, np.dtype("i4")).dtype == np.int32
    assert same(np.dtype("u1")) == np.dtype("u1")

    @njit
    def stretch(n):
        return range(1, n, 2)

    assert stretch(9) == range(1, 9, 2)


def test_deep_tuples_are_refused_not_fatal():
    value = ()
    for _ in range(100000):
        value = (value,)
    with pytest.raises(RecursionError):
        same(value)


def test_version_and_names():
    assert set(pyvm.__all__) <= set(dir(pyvm))
    for name in ("njit", "jit", "prange", "float64", "int32", "boolean", "void"):
        assert name in pyvm.__all__
