"""Tests of the oracle: kinds against Numba where it is installed, values by hand, reductions by definition."""

import math
import operator
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from oracle import arrays, kinds, njit, prange, random, scalars  # noqa: E402

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
