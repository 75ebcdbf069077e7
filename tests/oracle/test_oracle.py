"""Tests of the oracle: kinds against Numba where it is installed, values by hand, scripts."""

import math
import operator
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracle import arrays, kinds, njit, prange, scalars  # noqa: E402

SYMBOLS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
           "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift, "&": operator.and_,
           "|": operator.or_, "^": operator.xor}
INT64_MIN = -(2**63)


# ---- result kinds, as the installed Numba answers -------------------------------------------------------------------


@pytest.fixture(scope="module")
def result_type():
    numba = pytest.importorskip("numba")
    from numba.core.registry import cpu_target

    context = cpu_target.typing_context
    cpu_target.target_context.refresh()
    context.refresh()

    def ask(function, *operand_kinds, array=False):
        types = [numba.types.boolean if k == "bool" else getattr(numba.types, k) for k in operand_kinds]
        if array:
            types = [numba.types.Array(t, 1, "C") for t in types]
        try:
            result = context.resolve_function_type(function, tuple(types), {}).return_type
        except (AttributeError, numba.core.errors.NumbaError):
            return None
        result = getattr(result, "dtype", result)
        return str(result).replace("boolean", "bool")

    return ask


PAIRS = [(a, b) for a in kinds.KINDS for b in kinds.KINDS]


@pytest.mark.parametrize("op", SYMBOLS)
def test_scalar_kinds(op, result_type):
    for a, b in PAIRS:
        if (op, a, b) != ("**", "bool", "int32"):  # Numba says float32 there, and int64 for all its neighbours
            assert (a, b, kinds.scalar_kind(op, a, b)) == (a, b, result_type(SYMBOLS[op], a, b))


@pytest.mark.parametrize("op", SYMBOLS)
def test_array_kinds(op, result_type):
    for a, b in PAIRS:
        assert (a, b, kinds.array_kind(op, a, b)) == (a, b, result_type(SYMBOLS[op], a, b, array=True))


IN_PLACE = {"+": operator.iadd, "-": operator.isub, "*": operator.imul, "/": operator.itruediv,
            "//": operator.ifloordiv, "%": operator.imod, "**": operator.ipow, "<<": operator.ilshift,
            ">>": operator.irshift, "&": operator.iand, "|": operator.ior, "^": operator.ixor}


@pytest.mark.parametrize("op", IN_PLACE)
def test_kinds_that_an_array_takes_in_place(op, result_type):
    for a, b in PAIRS:
        here = arrays.array_kind(op, a, b) is not None
        if here:
            try:
                arrays.in_place(op, np.ones(1, a), np.ones(1, b))
            except TypeError:
                here = False
        assert (a, b, here) == (a, b, result_type(IN_PLACE[op], a, b, array=True) is not None)


def test_other_kinds(result_type):
    for a, b in PAIRS:
        assert kinds.common_kind(a, b) == result_type(max, a, b)
    for a in kinds.KINDS:
        for op, function in (("-", operator.neg), ("+", operator.pos), ("~", operator.invert)):
            assert kinds.unary_kind(op, a) == result_type(function, a)
            assert kinds.array_unary_kind(op, a) == result_type(function, a, array=True)
        assert kinds.abs_kind(a) == result_type(abs, a)
        assert kinds.math_kind("sqrt", a) == result_type(math.sqrt, a)
        for name in ("sqrt", "rint", "floor", "ceil", "trunc"):
            assert kinds.ufunc_kind(name, a) == result_type(getattr(np, name), a)


def test_kinds_of_functions_of_two_operands(result_type):
    for a, b in PAIRS:
        for name in ("copysign", "pow", "atan2", "hypot"):
            assert (name, a, b, kinds.math_kind(name, a, b)) == (name, a, b, result_type(getattr(math, name), a, b))
        for name in ("copysign", "fmod", "arctan2", "hypot"):
            assert (name, a, b, kinds.ufunc_kind(name, a, b)) == (name, a, b, result_type(getattr(np, name), a, b))
        for op, (name, *_) in arrays.OPERATOR_UFUNCS.items():
            theirs = result_type(getattr(np, name), a, b)
            assert (name, a, b, kinds.ufunc_operator_kind(op, a, b)) == (name, a, b, theirs)
        assert kinds.ufunc_common_kind(a, b) == result_type(np.minimum, a, b)


def test_values_of_operators_are_numbas():
    """One kernel for each op over float64 and int64: everything but what DESIGN changes on purpose."""
    numba = pytest.importorskip("numba")
    values = {
        "int64": [0, 1, -1, 7, -7, 13, 2**62, INT64_MIN, 2**63 - 1],
        "float64": [0.0, -0.0, 1.0, -1.5, 7.25, 1e300, -1e-300, math.inf, -math.inf, math.nan],
    }
    for op in ("+", "-", "*", "/", "//", "%", "<", "=="):
        source = f"def kernel(a, b):\n    return a {op} b\n"
        space = {}
        exec(source, space)
        compiled = numba.njit(error_model="numpy")(space["kernel"])
        for kind_a in values:
            for kind_b in values:
                for a in values[kind_a]:
                    for b in values[kind_b]:
                        if op in ("//", "%") and (b == 0 or b == -1 or not math.isfinite(a) or not math.isfinite(b)):
                            continue
                        if op in ("<", "=="):
                            mine = scalars.compare(op, a, b)
                        else:
                            mine = scalars.binary(op, a, b, True)
                        assert repr(mine) == repr(compiled(a, b)), (op, a, b)


# ---- values by hand -------------------------------------------------------------------------------------------------


@njit
def add(a, b):
    return a + b


@njit
def floor_divide(a, b):
    return a // b


@njit
def seventh(x):
    return x**7


@njit
def power(a, b):
    return a**b


@njit
def shifts(a, n):
    return a << n, a >> n


@njit
def larger(s, x):
    return max(s, x)


def test_int64_wraps():
    assert add(2**63 - 1, 1) == INT64_MIN
    assert floor_divide(INT64_MIN, -1) == INT64_MIN
    assert shifts(1, 64) == (1, 1)
    assert shifts(-1, 70) == (-64, -1)
    assert power(3, 41) == (3**41 + 2**63) % 2**64 - 2**63


def test_small_ints_promote():
    assert add(np.int8(127), np.int8(1)) == 128
    assert add(np.uint64(2**64 - 1), 1) == 0
    assert add(np.uint64(2**63), np.uint64(2**63)) == 0
    assert type(add(np.float32(0.1), np.float32(0.2))) is float
    assert add(np.float32(0.1), np.float32(0.2)) == float(np.float32(0.1) + np.float32(0.2))
    assert add(np.float32(0.1), 1) == float(np.float32(0.1)) + 1.0


def test_negation_keeps_the_width():
    @njit
    def signs(a):
        return -a[0], ~a[0], abs(a[0])

    assert signs(np.full(1, 200, np.uint8)) == (56, 55, 200)
    assert signs(np.full(1, -128, np.int8)) == (-128, 127, -128)
    assert repr(signs(np.ones(1, bool))) == "(-1, False, 1)"


def test_powers():
    x = 1.1
    assert seventh(x) == x * (x * x) * ((x * x) * (x * x))
    assert power(2.0, 0.5) == math.sqrt(2.0)
    assert power(0.0, -1.0) == math.inf
    with pytest.raises(ValueError):
        power(2, -1)


def test_max_is_a_comparison():
    assert math.isnan(larger(math.nan, 1.0))
    assert larger(1.0, math.nan) == 1.0
    assert math.copysign(1, larger(-0.0, 0.0)) == -1


def test_division_by_zero_is_decided_by_the_place():
    @njit(parallel=True)
    def both(a, out):
        for i in prange(len(a)):
            out[i] = a[i] // 0 + a[i] % 0
        return a[0] // (a[0] - a[0])

    @njit(parallel=True)
    def floats(a):
        for i in prange(len(a)):
            a[i] = a[i] / 0.0
        return a[0]

    @njit(parallel=True, error_model="python")
    def strict(a):
        for i in prange(len(a)):
            a[i] = a[i] / 0.0

    out = np.ones(3, np.int64)
    with pytest.raises(ZeroDivisionError):
        both(np.arange(1, 4), out)
    assert out.tolist() == [0, 0, 0]
    assert floats(np.array([1.0, -1.0])) == math.inf
    with pytest.raises(ZeroDivisionError):
        strict(np.ones(1))
    with pytest.raises(ZeroDivisionError):
        floor_divide(1, 0)
    assert njit(error_model="numpy")(floor_divide.py_func)(1, 0) == 0


def test_stores_convert():
    @njit
    def store(a, x):
        a[0] = x
        return a[0]

    assert store(np.zeros(1, np.int8), 300) == 44
    assert store(np.zeros(1, np.int32), 3e10) == int(np.int64(3e10).astype(np.int32))
    assert store(np.zeros(1, np.int64), math.nan) == INT64_MIN
    assert store(np.zeros(1, np.uint64), 2.0**63) == 2**63
    assert store(np.zeros(1, np.uint8), -1.5) == 255
    assert store(np.zeros(1, np.bool_), math.nan) is True


def test_conversion_of_wide_ints_to_float32_rounds_once():
    whole = 2**60 + 2**36 + 1  # just above the middle of two float32 values
    assert float(scalars.convert(whole, "float32")) == 2.0**60 + 2.0**37


def test_whole_arrays():
    @njit
    def expression(a, b):
        return a * b + 1

    assert expression(np.ones(2, np.uint64), np.ones(2, np.int64)).dtype == np.float64
    assert expression(np.ones(2, np.float32), np.ones(2, np.int64)).dtype == np.float32
    assert expression(np.ones(2, np.int8), 100).tolist() == [101, 101]


def test_globals_are_frozen_at_the_first_call():
    space = {"njit": njit, "np": np, "scale": 2, "table": np.arange(3)}
    global scale, table
    scale, table = 2, np.arange(3)

    @njit
    def scaled(i):
        return table[i] * scale

    assert scaled(2) == 4
    scale = 3
    table[2] = 100
    assert scaled(2) == 4
    assert space["scale"] == 2


def test_explicit_signature():
    @njit("float32(float64)")
    def third(x):
        return x / 3

    assert third(1) == float(np.float32(1 / 3))

    @njit(["int64(int64)", "float64(float64)"])
    def half(x):
        return x / 2

    assert half(3) == 1 and half(3.0) == 1.5


# ---- scripts --------------------------------------------------------------------------------------------------------


def run_script(tmp_path, text, *options):
    script = tmp_path / "script.py"
    script.write_text(text)
    command = [sys.executable, str(HERE / "run.py"), *options, str(script)]
    return subprocess.run(command, capture_output=True, text=True)


def test_script_with_an_error_shows_its_own_lines(tmp_path):
    text = "from numba import njit\n@njit\ndef f(a, i):\n    return a[i]\nimport numpy as np\nprint(f(np.ones(3), 5))\n"
    done = run_script(tmp_path, text)
    assert done.returncode == 1
    assert "line 4, in f" in done.stderr and "run.py" not in done.stderr and "oracle" not in done.stderr
    assert done.stderr.strip().endswith("IndexError: index 5 is out of bounds for axis 0 with size 3")


def test_plain_script(tmp_path):
    text = "from numba import njit, prange\n@njit(parallel=True)\ndef f(n):\n    s = 0.0\n"
    text += "    for i in prange(n):\n        s += 0.1\n    return s\nprint(f(10))\n"
    assert run_script(tmp_path, text, "--plain").stdout == "0.9999999999999999\n"
    assert run_script(tmp_path, text).stdout == "1.0\n"
