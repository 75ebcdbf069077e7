"""Where a kernel's text comes from, and what happens when it is not the text that runs; pickling."""

import copy
import importlib
import linecache
import multiprocessing
import pickle
import sys
import types

import numpy as np
import pytest

from pyvm import njit
from pyvm.errors import SourceError
from running import python

factor = 3.0


@njit
def scaled(a):
    return a * factor


@njit
def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def make_adder(n):
    @njit
    def add(x):
        return x + n

    return add


def make_countdown():
    @njit
    def count(n):
        return 0 if n == 0 else 1 + count(n - 1)

    return count


def module_of(folder, name, text):
    (folder / f"{name}.py").write_text(text)
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        sys.modules.pop(name, None)
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def test_lambdas_of_one_line():
    twice, thrice, power = njit(lambda x: x * 2), njit(lambda x: x * 3), njit(lambda x, y=2: x**y)
    assert (twice(5), thrice(5), power(5), power(2, 5)) == (10, 15, 25, 32)


def test_a_lambda_in_a_lambda():
    outer, inner = njit(lambda x: x + 1), (lambda: njit(lambda x: x + 2))()
    assert outer(1) == 2 and inner(1) == 3


def test_a_lambda_in_a_default_is_not_mistaken():
    first = lambda x, f=(lambda y, z: y): x  # noqa: E731
    second = first.__defaults__[0]
    results = []
    for function, arguments in ((first, (1, 2)), (second, (5, 6))):
        try:
            results.append(njit(function)(*arguments) == function(*arguments))
        except ValueError as error:
            assert "put it on a line of its own" in str(error)
            results.append(True)
    assert results == [True, True]


def test_decorators_with_lambdas_above():
    def keep(*functions):
        return lambda function: function

    @keep(lambda x: x, lambda x: x + 1)
    @njit
    def kernel(x):
        return x + 100

    assert kernel(1) == 101


def test_code_of_exec_is_refused():
    scope = {"njit": njit}
    with pytest.raises(SourceError, match=r"no source text for made\(\).*functions made by exec\(\)"):
        exec("@njit\ndef made(x):\n    return x", scope)


def test_an_edited_file(tmp_path):
    text = "def f(x):\n    return x + 1\n\n\ndef g(x):\n    return x\n"
    module = module_of(tmp_path, "edited_module", text)
    for changed, message in ((text.replace("+ 1", "+ 2"), r"line 1: the text of f\(\) is not what runs"),
                             ("# new\n" + text, r"line 1: the text of f\(\) is not there any more"),
                             (text.replace("(x):", "(x", 1), "does not compile any more")):
        (tmp_path / "edited_module.py").write_text(changed)
        linecache.clearcache()
        with pytest.raises(SourceError, match=message) as caught:
            njit(module.f)
        assert "edited after it was imported" in str(caught.value) and "edited_module.py" in str(caught.value)
    # What has not changed can be compiled.
    (tmp_path / "edited_module.py").write_text(text.replace("+ 1", "+ 2"))
    linecache.clearcache()
    assert njit(module.g)(7) == 7


@pytest.mark.parametrize("before, after", [("0.0", "-0.0"), ("1", "1.0"), ("1", "True"), ("'a'", "'b'"), ("(1, 2)", "(1, 3)"),
                                           ("x", "-x"), ("x in {1, 2}", "x in {1, 3}")])
def test_an_edit_of_a_constant(tmp_path, before, after):
    text = "def f(x):\n    return {}\n"
    module = module_of(tmp_path, "constant_module", text.format(before))
    njit(module.f)
    (tmp_path / "constant_module.py").write_text(text.format(after))
    linecache.clearcache()
    with pytest.raises(SourceError):
        njit(module.f)


def test_a_function_edited_after_decoration_runs_as_it_was(tmp_path):
    module = module_of(tmp_path, "later_module", "from pyvm import njit\n\n@njit\ndef f(x):\n    return x + 1\n")
    (tmp_path / "later_module.py").write_text("")
    assert module.f(1) == 2


def test_a_file_with_constructs_that_kernels_cannot_use(tmp_path):
    text = """
from __future__ import annotations
import asyncio, contextlib
from dataclasses import dataclass
from pyvm import njit

@dataclass(frozen=True)
class Point:
    x: float = 0.0

    @property
    def y(self) -> float: return self.x

    @staticmethod
    @njit
    def length(x: float, y: float) -> float:
        return (x * x + y * y) ** 0.5

async def wait(): await asyncio.sleep(0); return [x async for x in other()]
async def other():
    yield 1
def generator(*args, **kwargs):
    try:
        with contextlib.suppress(ValueError): yield from (a for a in args if a)
    except* OSError: pass
    finally: print(f"{kwargs!r:>{10}} {args=}", {**kwargs}, {1, 2}, 2j, b"", ..., sep="")
match [1]:
    case [1, *rest] if rest: pass
    case _: pass
"""
    assert module_of(tmp_path, "modern_module", text).Point.length(3.0, 4.0) == 5.0


def test_tabs_and_line_ends(tmp_path):
    (tmp_path / "ends_module.py").write_bytes(b"\xef\xbb\xbffrom pyvm import njit\r\n\r\n@njit\r\ndef f(x):\r\n\treturn x + 1\r\n")
    sys.path.insert(0, str(tmp_path))
    try:
        assert importlib.import_module("ends_module").f(1) == 2
    finally:
        sys.path.remove(str(tmp_path))


def test_old_encodings(tmp_path):
    (tmp_path / "latin_module.py").write_bytes("# coding: latin-1\nfrom pyvm import njit\n@njit\ndef f():\n    return 'ä'\n".encode("latin-1"))
    sys.path.insert(0, str(tmp_path))
    try:
        assert importlib.import_module("latin_module").f() == "ä"
    finally:
        sys.path.remove(str(tmp_path))


def test_zip_archives(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("zipped_module.py", "from pyvm import njit\n\n@njit\ndef f(x):\n    return x + 1\n")
    sys.path.insert(0, str(tmp_path / "a.zip"))
    try:
        assert importlib.import_module("zipped_module").f(1) == 2
    finally:
        sys.path.remove(str(tmp_path / "a.zip"))


def test_names_are_those_of_the_first_call():
    scope_factor = 2

    @njit
    def times(x):
        return x * scope_factor

    scope_factor = 3
    assert times(1) == 3
    scope_factor = 4
    assert times(1) == 3


some_array = np.arange(3.0)


def test_global_arrays_are_copies():
    @njit
    def second():
        return some_array[1]

    assert second() == 1
    some_array[1] = 50
    assert second() == 1
    some_array[1] = 1


def test_names_by_identity():
    import math as m
    from math import sqrt as root

    from numpy import float32 as small
    from numpy import sqrt as r

    numpy_again = np

    @njit
    def uses(x):
        return r(x), root(x), m.sqrt(x), numpy_again.sqrt(x), small(x) + small(0), numpy_again.pi

    assert uses(4.0) == (2.0, 2.0, 2.0, 2.0, 4.0, np.pi)


def test_modules_of_the_user():
    package = types.ModuleType("package")
    package.sub = types.ModuleType("package.sub")
    package.sub.scaled, package.sub.size, package.table = scaled, 7, np.arange(4)
    package.sub.package = package

    @njit
    def uses(x):
        return package.sub.scaled(x) + package.sub.size + package.table[2] + len(package.table)

    assert uses(1.0) == 3.0 + 7 + 2 + 4


def through_pickle(value):
    return pickle.loads(pickle.dumps(value))


def test_pickled_by_name():
    assert through_pickle(scaled) is scaled


def test_pickled_by_source():
    copy = through_pickle(make_adder(5))
    assert copy(1) == 6 and copy.__qualname__ == "make_adder.<locals>.add"
    assert through_pickle(make_countdown())(5) == 5
    assert through_pickle(through_pickle(make_adder(7)))(1) == 8
    kernel = njit("float64(float64)")(lambda x: x * factor)
    assert through_pickle(kernel)(2) == 6.0
    with pytest.raises(TypeError, match="No matching definition"):
        through_pickle(kernel)("text")


def test_a_pickle_of_a_kernel_that_is_here_is_that_kernel():
    kernel = make_adder(5)
    assert through_pickle(kernel) is kernel
    assert copy.copy(kernel) is kernel and copy.deepcopy([kernel])[0] is kernel


def in_child(connection, kernel):
    connection.send(kernel(5))


def test_pickled_to_another_process():
    context = multiprocessing.get_context("spawn")
    for kernel, expected in ((make_adder(5), 10), (fact, 120)):
        ours, theirs = context.Pipe()
        child = context.Process(target=in_child, args=(theirs, kernel))
        child.start()
        assert ours.poll(100) and ours.recv() == expected
        child.join()


def test_pickled_from_main_to_another_program(tmp_path):
    script = tmp_path / "dumps.py"
    script.write_text("""
import pickle, sys
import numpy as np
from pyvm import njit
size = 4
@njit
def helper(x):
    return x + size
@njit
def kernel(x, y=2):
    return np.sqrt(helper(x)) * y
assert kernel(5) == 6
pickle.dump(kernel, open(sys.argv[1], "wb"))
""")
    assert python(script, tmp_path / "kernel").stderr == ""
    script.write_text("")  # the file is another one now
    loaded = python("-c", f"""
import pickle, traceback
kernel = pickle.load(open({str(tmp_path / "kernel")!r}, "rb"))
print(kernel(5), kernel(0, y=3))
try:
    kernel("x")
except TypeError:
    print("return x + size" in traceback.format_exc())
""")
    assert (loaded.stdout, loaded.stderr) == ("6.0 6.0\nTrue\n", "")


def test_pickled_kernels_that_call_each_other(tmp_path):
    script = tmp_path / "pair.py"
    script.write_text("""
import pickle, sys
from pyvm import njit
@njit
def even(n):
    return True if n == 0 else odd(n - 1)
@njit
def odd(n):
    return False if n == 0 else even(n - 1)
pickle.dump([even, odd], open(sys.argv[1], "wb"))
""")
    assert python(script, tmp_path / "kernels").stderr == ""
    loaded = python("-c", f"""
import pickle
even, odd = pickle.load(open({str(tmp_path / "kernels")!r}, "rb"))
assert even.py_func.__globals__["odd"] is odd and odd.py_func.__globals__["even"] is even
""")
    assert (loaded.stdout, loaded.stderr) == ("", "")
