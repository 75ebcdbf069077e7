"""njit's options, explicit signatures and locals=, as Numba takes them. Where Numba is installed, the results and errors that
it gives are compared live."""

import importlib.util
import json
import os
import re

import numpy as np
import pytest

import pyvm
from pyvm import float32, float64, int32, int64, jit, njit, uint8, void
from running import environment, python

PROBES = '''
import json, sys, warnings
if sys.argv[1] == "pyvm":
    from pyvm._numba import install
    install()
import numba as nb, numpy as np
from numba import jit, njit, types

def f(x): return x
def half(x):
    y = x / 2
    return y
def stored(x):
    y = x
    y = y + 0.75
    return y
def two(x, y): return x + y
def first(a): return a[0]
def with_default(x, y=2): return x + y

PROBES = {
    "unknown": lambda: njit(foo=1)(f)(1),
    "unknown beside known": lambda: jit(foo=1, parallel=True)(f)(1),
    "unknown with a signature": lambda: njit("int64(int64)", foo=1)(f),
    "every name": lambda: njit(_dbg_extend_lifetimes=False, _dbg_optnone=False, _nrt=True, boundscheck=None, debug=False,
                               error_model="python", fastmath=False, forceinline=False, inline="never", looplift=True,
                               no_cfunc_wrapper=False, no_cpython_wrapper=False, no_rewrites=False, nogil=True, parallel=False,
                               locals={})(f)(3),
    "error_model": lambda: njit(error_model="c")(f)(1),
    "parallel": lambda: njit(parallel=2)(f)(1),
    "parallel dict": lambda: njit(parallel={"fusion": False})(f)(1),
    "fastmath": lambda: njit(fastmath=3)(f)(1),
    "fastmath flags": lambda: njit(fastmath={"nnan", "contract"})(f)(1),
    "fastmath wrong flag": lambda: njit(fastmath={"quick"})(f)(1),
    "fastmath dict": lambda: njit(fastmath={"fast": True})(f)(1),
    "inline": lambda: njit(inline="sometimes")(f)(1),
    "inline always": lambda: njit(inline="always")(f)(1),
    "nopython": lambda: jit(nopython=True)(f)(1),
    "njit nopython": lambda: njit(nopython=True)(f)(1),
    "njit forceobj": lambda: njit(forceobj=True)(f)(1),
    "no function": lambda: njit(3)(f),
    "a builtin": lambda: njit(len),
    "a class": lambda: njit(int),
    "twice": lambda: njit(njit(f)),
    "twice, called": lambda: njit()(njit(f)),
    "truncates": lambda: njit("int64(int64)")(f)(1.5),
    "wraps": lambda: njit("uint8(uint8)")(f)(300),
    "widens": lambda: njit("float64(int32)")(f)(7),
    "rounds to float32": lambda: njit("float32(float32)")(f)(0.1),
    "result alone": lambda: njit("int32(float64)")(f)(2.75),
    "no result": lambda: njit("(float64,)")(f)(2),
    "void": lambda: njit("void(int64)")(lambda x: None)(2),
    "bool": lambda: njit("boolean(int64)")(f)(2),
    "tuple of types": lambda: njit((types.int64,))(f)(2.7),
    "called type": lambda: njit(types.float32(types.int64))(f)(2.7),
    "array type": lambda: njit(types.float64(types.float64[:, ::1]))(lambda a: a[0, 0])(np.ones((2, 2))),
    "numba.types.Array": lambda: njit(types.float64(types.Array(types.float64, 1, "C")))(first)(np.ones(2)),
    "list, float": lambda: njit(["int64(int64)", "float64(float64)"])(f)(1.5),
    "list, int": lambda: njit(["int64(int64)", "float64(float64)"])(f)(2),
    "list, float32": lambda: njit(["int64(int64)", "float64(float64)"])(f)(np.float32(2.5)),
    "list, int8": lambda: njit(["int64(int64)", "float64(float64)"])(f)(np.int8(2)),
    "list, uint64": lambda: njit(["int64(int64)", "float64(float64)"])(f)(np.uint64(2)),
    "list, bool": lambda: njit(["int64(int64)", "float64(float64)"])(f)(True),
    "list of int32 and float32, int": lambda: njit(["int32(int32)", "float32(float32)"])(f)(3),
    "list of int32 and float32, float": lambda: njit(["int32(int32)", "float32(float32)"])(f)(3.5),
    "list of float32 and float64, int": lambda: njit(["float32(float32)", "float64(float64)"])(f)(16777217),
    "same arguments twice": lambda: njit(["float32(int64)", "int32(int64)"])(f)(3),
    "ambiguous": lambda: njit(["(float32, float64)", "(float64, float32)"])(two)(3.0, 4.0),
    "layouts, contiguous": lambda: njit(["float64(float64[::1])", "float64(float64[:])"])(first)(np.ones(3)),
    "layouts, strided": lambda: njit(["float64(float64[::1])", "float64(float64[:])"])(first)(np.ones(6)[::2]),
    "dtypes": lambda: njit(["float64(float64[:])", "float32(float32[:])"])(first)(np.ones(3, "f4")),
    "dimensions": lambda: njit("float64(float64[:])")(first)(np.ones((3, 3))),
    "other dtype": lambda: njit("float64(float64[:])")(first)(np.ones(3, "f4")),
    "layout": lambda: njit("float64(float64[::1])")(first)(np.ones(6)[::2]),
    "array for a number": lambda: njit("float64(float64)")(f)(np.ones(3)),
    "text for a number": lambda: njit("float64(float64)")(f)("text"),
    "unknown type": lambda: njit("foo(int64)")(f),
    "too many types": lambda: njit("int64(int64, int64)")(f),
    "too few types": lambda: njit("int64(int64)")(two),
    "locals float32": lambda: njit(locals={"y": types.float32})(half)(0.2),
    "locals int": lambda: njit(locals={"y": types.int32})(half)(5),
    "locals at every store": lambda: njit(locals={"y": types.int64})(stored)(2.5),
    "locals uint8": lambda: njit(locals={"y": types.uint8})(half)(1000),
    "cast": lambda: (types.float32(1.5), types.int8(3), nb.float64(3)),
    "index": lambda: types.float64[0],
    "type text": lambda: str(types.float64),
    "threads 0": lambda: nb.set_num_threads(0),
    "threads 1000": lambda: nb.set_num_threads(1000),
    "threads 1.5": lambda: nb.set_num_threads(1.5),
    "threads": lambda: (nb.set_num_threads(1), nb.get_num_threads(), nb.get_thread_id()),
}

def outcome(probe):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            text = repr(probe())
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
    return text, [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]

json.dump({name: outcome(probe) for name, probe in PROBES.items()}, sys.stdout)
'''

# Where pyvm means to differ: our answer begins so.
DIFFERENT = {
    "ambiguous": "TypeError: Ambiguous overloading for <function two> (float64, float64):\n(float32, float64) -> none",
}


def outcomes(tmp_path, peer):
    script = tmp_path / "probes.py"
    script.write_text(PROBES)
    done = python(script, peer, seconds=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def without_addresses(text):
    return re.sub(" at 0x[0-9a-f]+", "", text)


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="Numba is not installed")
def test_results_and_errors_are_numbas(tmp_path):
    ours, theirs = outcomes(tmp_path, "pyvm"), outcomes(tmp_path, "numba")
    assert list(ours) == list(theirs)
    wrong = {}
    for name in ours:
        if name in DIFFERENT:
            same = ours[name][0].startswith(DIFFERENT[name])
        else:
            same = without_addresses(ours[name][0]) == without_addresses(theirs[name][0]) and ours[name][1] == theirs[name][1]
        if not same:
            wrong[name] = (ours[name], theirs[name])
    assert not wrong, "\n".join(f"{k}: ours {o}, Numba {t}" for k, (o, t) in wrong.items())


def test_what_only_the_first_call_refuses():
    kernel = njit(foo=1)(lambda x: x)
    for _ in range(2):
        with pytest.raises(KeyError, match="Unrecognized options"):
            kernel(1)


def test_object_mode():
    with pytest.raises(pyvm.errors.UnsupportedError, match="forceobj"):
        jit(forceobj=True)(lambda x: x)(1)


def test_error_models():
    def divide(a, b):
        return a / b

    with pytest.raises(ZeroDivisionError):
        njit(divide)(1.0, 0.0)
    with pytest.raises(ZeroDivisionError):
        njit(error_model="python")(divide)(1.0, 0.0)
    assert njit(error_model="numpy")(divide)(1.0, 0.0) == np.inf


def test_overloads_are_compiled_when_chosen():
    @njit([float64(float64), int64(int64), void(float64[:])])
    def anything(x):
        return x + x if False else x

    with pytest.raises(TypeError, match="No matching definition for argument type"):
        anything("text")
    assert anything(2) == 2 and type(anything(2)) is int
    assert anything(2.5) == 2.5
    assert [str(s) for s in anything.signatures] == ["float64(float64)", "int64(int64)", "none(float64[:])"]


def test_conversions_of_signatures():
    assert njit(uint8(uint8))(lambda x: x)(300) == 44
    assert njit(int32(int32, int32))(lambda a, b: a * b)(2**20, 2**20) == 0
    assert njit(float32(float32))(lambda x: x)(0.1) == float(np.float32(0.1))


def test_texts_of_types():
    assert str(float64) == "float64" and str(float64[:, ::1]) == "float64[:, ::1]" and str(int32(float32[:])) == "int32(float32[:])"
    assert float64 == pyvm.double and hash(float64) == hash(pyvm.double) and float64 != float32


@pytest.mark.parametrize("value, disabled", [("1", True), ("0", False), ("", False)])
def test_disable_jit(value, disabled):
    done = python("-c", "from pyvm import njit, prange\nf = njit(parallel=True)(print)" if disabled else "print('no')",
                  NUMBA_DISABLE_JIT=value)
    assert (done.returncode, done.stdout) == (0, "" if disabled else "no\n"), done.stderr


@pytest.mark.parametrize("variable, value", [("PYVM_ISA", "sse9"), ("PYVM_NUM_THREADS", "many"), ("PYVM_JIT", "maybe"), ("PYVM_VERIFY", "abc"),
                                             ("PYVM_VERIFY", "2"), ("PYVM_VERIFY", "-1")])
def test_variables_that_make_no_sense(variable, value):
    done = python("-c", "import pyvm", **{variable: value})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: pyvm: ") and variable in last and value in last


def test_thread_variables():
    text = "import pyvm; print(pyvm.get_num_threads())"
    assert python("-c", text, PYVM_NUM_THREADS="1").stdout == "1\n"
    assert python("-c", text, NUMBA_NUM_THREADS="1").stdout == "1\n"
    assert environment()["PYTHONPATH"] and int(python("-c", text).stdout) <= (os.cpu_count() or 1)
