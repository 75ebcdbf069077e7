"""Exceptions of kernels: their class, their arguments, and a traceback as CPython's, innermost frame last."""

import linecache
import sys
import traceback
import warnings

import numpy as np
import pytest

from pyvm import njit, prange


@njit
def inner(x):
    if x < 0:
        raise ValueError("negative")
    return 10 // x


@njit
def outer(x):
    return inner(x) + 1


@njit(parallel=True)
def parallel_outer(a):
    total = 0
    for i in prange(len(a)):
        total += inner(a[i])
    return total


def frames_of(call, *arguments):
    with pytest.raises(Exception) as caught:
        call(*arguments)
    return caught.value, [(f.filename, f.name, f.line) for f in traceback.extract_tb(caught.value.__traceback__)][1:]


@pytest.mark.parametrize("value, kind, line", [(-1, ValueError, 'raise ValueError("negative")'), (0, ZeroDivisionError, "return 10 // x")])
def test_tracebacks_show_each_kernel(value, kind, line):
    error, frames = frames_of(outer, value)
    assert type(error) is kind
    assert frames == [(__file__, "outer", "return inner(x) + 1"), (__file__, "inner", line)]


def test_the_same_frames_as_cpython():
    def plain(x):
        return inner.py_func(x)

    ours, _ = frames_of(inner, -1)
    theirs, _ = frames_of(plain, -1)
    assert (type(ours), ours.args) == (type(theirs), theirs.args)
    assert traceback.extract_tb(ours.__traceback__)[-1].lineno == traceback.extract_tb(theirs.__traceback__)[-1].lineno


def test_tracebacks_out_of_a_parallel_loop():
    array = np.arange(1000, 0, -1)
    array[700] = -5
    for _ in range(4):
        error, frames = frames_of(parallel_outer, array)
        assert type(error) is ValueError
        assert frames == [(__file__, "parallel_outer", "total += inner(a[i])"), (__file__, "inner", 'raise ValueError("negative")')]


def test_through_python_and_back():
    def between(x):
        return outer(x)

    error, frames = frames_of(between, -1)
    assert [name for _, name, _ in frames] == ["between", "outer", "inner"]
    assert error.__context__ is None and error.__cause__ is None


def test_arguments_of_exceptions():
    @njit
    def throws(kind):
        if kind == 0:
            raise ValueError
        if kind == 1:
            raise ValueError()
        if kind == 2:
            raise ValueError(3)
        if kind == 3:
            raise ValueError("text")
        if kind == 4:
            raise KeyError("key")
        if kind == 5:
            raise StopIteration(2.5)
        if kind == 6:
            raise IndexError("several", kind, (1.5, None))
        if kind == 7:
            assert kind < 0, kind
        assert kind < 0, "too large"

    expected = [ValueError(), ValueError(), ValueError(3), ValueError("text"), KeyError("key"), StopIteration(2.5)]
    expected += [IndexError("several", 6, (1.5, None)), AssertionError(7), AssertionError("too large")]
    for kind, like in enumerate(expected):
        error, _ = frames_of(throws, kind)
        assert (type(error), error.args, str(error)) == (type(like), like.args, str(like))


def test_several_arguments_out_of_a_parallel_loop():
    @njit(parallel=True)
    def throws(a):
        for i in prange(100):
            for j in prange(100):
                if i * 100 + j >= 1234:
                    raise KeyError(i, j)
                a[i, j] = 1

    for _ in range(10):
        a = np.zeros((100, 100))
        error, _ = frames_of(throws, a)
        assert type(error) is KeyError and error.args == (12, 34)
        assert a.ravel()[:1234].all()


def test_system_exit():
    @njit
    def leaves(code):
        raise SystemExit(code)

    with pytest.raises(SystemExit) as caught:
        leaves(3)
    assert caught.value.code == 3


def test_exceptions_from_sys_stdout(monkeypatch):
    class Broken:
        def write(self, text):
            raise BrokenPipeError("gone")

        def flush(self):
            pass

    @njit
    def tell(x):
        print(x)

    monkeypatch.setattr(sys, "stdout", Broken())
    error, frames = frames_of(tell, 1)
    monkeypatch.undo()
    assert type(error) is BrokenPipeError and str(error) == "gone"
    assert [name for _, name, _ in frames] == ["tell", "write"]


def test_a_current_exception_becomes_the_context():
    try:
        raise KeyError("first")
    except KeyError:
        with pytest.raises(ValueError) as caught:
            inner(-1)
    assert isinstance(caught.value.__context__, KeyError)


def test_kernels_in_files_that_linecache_knows():
    path, text = "<cell 1>", "from pyvm import njit\n@njit\ndef cell(x):\n    return 1 // x\n"
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    scope = {}
    exec(compile(text, path, "exec"), scope)
    assert scope["cell"](1) == 1
    error, frames = frames_of(scope["cell"], 0)
    assert frames == [("<cell 1>", "cell", "return 1 // x")]


def test_warning_once_for_each_loop():
    @njit(parallel=True)
    def in_order(a):
        last = 0.0
        for i in prange(len(a)):
            a[i] = last
            last = a[i] + 1
        return last

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            assert in_order(np.zeros(10)) == 10
    assert [w.category.__name__ for w in caught] == ["PyvmPerformanceWarning"]
    assert caught[0].filename == __file__ and "'last'" in str(caught[0].message)
    text = open(__file__).read().splitlines()
    assert "prange" in text[caught[0].lineno - 1]


def test_a_warning_as_an_error_does_not_stop_a_loop(monkeypatch):
    @njit(parallel=True)
    def in_order(a):
        last = 0.0
        for i in prange(len(a)):
            last = last * 0.5 + a[i]
        return last

    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert in_order(np.ones(3)) == 1.75
    assert [t.exc_type.__name__ for t in told] == ["PyvmPerformanceWarning"]
