"""Which loops are compiled, and with what numbers in mind: a first call must not decide over all later ones."""

import os
import runpy

import numpy as np
import pytest

import pyvm
from pyvm import njit, prange

traced = pytest.mark.skipif(os.environ.get("PYVM_JIT") == "0", reason="nothing is compiled")
in_lanes = pytest.mark.skipif(os.environ.get("PYVM_ISA") == "scalar", reason="no lanes")


def row(kernel, kind, line_offset=None):
    rows = [r for r in kernel.regions() if r["kind"] == kind]
    return rows[0] if line_offset is None else rows[line_offset]


@njit
def rows_of_ones(a):
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] += 1.0


@traced
@in_lanes
def test_a_plan_made_for_short_rows_is_made_again_for_long_ones():
    small, large = np.zeros((1000, 2)), np.zeros((20, 5000))
    for _ in range(3):
        rows_of_ones(small)
    before = row(rows_of_ones, "for")
    for _ in range(3):
        rows_of_ones(np.zeros((300, 5000)))
    rows_of_ones(large)
    after = row(rows_of_ones, "for")
    assert before["lanes"] == 1 or before["gangs"] <= after["gangs"]
    assert after["lanes"] > 1
    assert (large == 1).all() and (small == 3).all()
    made = [r for r in rows_of_ones.regions() if r["kind"] == "for"]
    assert len(made) == 2  # one a loop: the plan that was replaced is not reported


@njit(parallel=True)
def steps(a, b, count):
    for k in range(count):
        for i in prange(len(a)):
            b[i] = a[i] * 0.5 + k
        for i in prange(len(a)):
            a[i] = b[i] * 0.5 + 1.0


@traced
@pytest.mark.skipif(pyvm.get_num_threads() < 2, reason="nothing is parallel")
def test_a_time_loop_leaves_its_pranges_parallel():
    a, b = np.zeros(200_000), np.zeros(200_000)
    steps(a, b, 1000)
    outer = row(steps, "for")
    assert outer["state"] == "blacklisted" and "runs in parallel on its own" in outer["reason"]
    assert all(r["state"] == "compiled" for r in steps.regions() if r["kind"] == "prange")


@njit(parallel=True)
def short_steps(a, b, count):
    for k in range(count):
        for i in prange(len(a)):
            b[i] = a[i] * 0.5 + k
        for i in prange(len(a)):
            a[i] = b[i] * 0.5 + 1.0


@traced
def test_short_pranges_are_compiled_into_the_loop_around_them_until_they_are_long():
    a, b = np.zeros(3), np.zeros(3)
    short_steps(a, b, 3000)
    assert row(short_steps, "for")["state"] == "compiled"
    entries = row(short_steps, "prange", 0)["entries"]
    long_a, long_b = np.zeros(100_000), np.zeros(100_000)
    short_steps(long_a, long_b, 3000)
    if pyvm.get_num_threads() > 1:
        assert row(short_steps, "prange", 0)["entries"] >= entries + 2000
    assert (long_a == a[0]).all()


@njit
def plain_sum(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i]
    return s


@njit
def sum_of_rows(x):
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            s += x[i, j]
    return s


@traced
@pytest.mark.skipif("hot" in os.environ.get("PYVM_STRESS", ""), reason="everything is entered")
def test_compiled_code_is_entered_where_that_is_faster():
    plain_sum(np.ones(10_000))
    entries = row(plain_sum, "for")["entries"]
    assert entries >= 1
    assert sum(plain_sum(np.ones(4)) for _ in range(100)) == 400.0
    assert row(plain_sum, "for")["entries"] == entries
    # The first iteration is interpreted, until the back-edge.
    assert sum(plain_sum(np.ones(60)) for _ in range(100)) == 6000.0
    assert row(plain_sum, "for")["entries"] == entries + 100
    # Few iterations with a loop inside may be long ones.
    sum_of_rows(np.ones((1000, 1000)))
    entries = row(sum_of_rows, "for", 0)["entries"]
    assert sum_of_rows(np.ones((3, 1000))) == 3000.0
    assert row(sum_of_rows, "for", 0)["entries"] == entries + 1


@njit("float64(float32)")
def rounded(x):
    return x / 3 if x > 1 else x


@njit(parallel=True)
def with_overloads(a, out):
    for i in prange(len(a)):
        out[i] = rounded(a[i])


def test_explicit_signatures_convert_inside_a_prange_too():
    a = np.linspace(0.0, 5.0, 1000)
    out = np.zeros(1000)
    for _ in range(3):
        with_overloads(a, out)
    assert out.tolist() == [rounded(x) for x in a]


# ---- expressions of whole arrays


@pytest.fixture
def over_rows(tmp_path):
    """Makes a kernel whose parallel loop runs a statement on rows of `a` and `o` and on `b`."""

    def make(body):
        file = tmp_path / "rows.py"
        file.write_text(f"import numpy as np\nfrom pyvm import njit, prange\n\n\n@njit(parallel=True)\ndef kernel(a, b, o):\n"
                        f"    for i in prange(a.shape[0]):\n        {body}\n")
        return runpy.run_path(str(file))["kernel"]

    return make


def state_after(kernel, *arguments):
    for _ in range(3):
        kernel(*arguments)
    return row(kernel, "prange")


@traced
@pytest.mark.parametrize("body", ["o[i] = a[i] * 2.0 + b", "o[i] += a[i]", "o[i, 1:] = a[i, :-1] / b[1:]", "o[i] = -np.exp(a[i])",
                                  "o[i, 0] = a[i].sum()", "o[i, 0] = np.sum(a[i])", "o[i, 0] = (a[i] * b).max() - a[i].min()", "o[i] *= 0.5",
                                  "o[i] = a[i] // b", "o[i] = a[i] % 2.0", "o[i] = a[i] ** b", "o[i, 0] = a[i].mean()", "o[i] = a[i] > b",
                                  "o[i] = np.where(a[i] > b, a[i], 0.0)", "o[i, 0] = np.dot(a[i], b)", "o[i, 0] = np.argmax(a[i])",
                                  "o[i, 0] = a[i].copy()[3]", "o[i] = np.arange(a.shape[1])", "o[i] = np.zeros(a.shape[1] * 2 - len(b))",
                                  "o[i, 0] = len(np.zeros(int(b[3]) + 2))"])
def test_array_expressions_are_compiled(over_rows, body):
    found = state_after(over_rows(body), np.ones((400, 30)), np.ones(30), np.zeros((400, 30)))
    assert found["state"] == "compiled", found["reason"]


@traced
@pytest.mark.filterwarnings("ignore::pyvm.errors.PyvmPerformanceWarning")
@pytest.mark.parametrize("body, reason", [("o[i, 0] = a.sum()", "whole array"), ("o[i] = a[i][a[i] > 0.5][0]", "whole array"),
                                          ("o[i] = np.cumsum(a[i])", "cumsum()")])
def test_other_array_functions_are_not(over_rows, body, reason):
    found = state_after(over_rows(body), np.ones((400, 30)), np.ones(30), np.zeros((400, 30)))
    assert found["state"] == "blacklisted" and reason in found["reason"], found


@traced
def test_an_update_that_would_lose_its_kind_is_left_to_the_interpreter(over_rows):
    kernel = over_rows("o[i] += a[i]")
    with pytest.raises(TypeError):
        kernel(np.ones((400, 30)), np.ones(30), np.zeros((400, 30), np.int64))


def test_all_of_the_right_side_is_computed_before_anything_is_stored():
    @njit
    def moved(a, n):
        for k in range(n):
            a[1:] = a[:-1] + a[1:]

    ours, expected = np.arange(50.0) % 7, np.arange(50.0) % 7
    moved(ours, 300)
    for _ in range(300):
        expected[1:] = expected[:-1] + expected[1:]
    np.testing.assert_array_equal(ours, expected)


def test_a_target_whose_elements_share_memory_is_updated_as_a_whole():
    @njit
    def updated(h, v, n):
        for k in range(n):
            h += v
            h *= 0.5

    results = []
    for calls in (1, 400):
        memory = np.arange(8.0)
        shared = np.lib.stride_tricks.as_strided(memory, (3, 3), (8, 8))
        for _ in range(calls):
            updated(shared, np.ones((3, 3)), 400 // calls)
        results.append(memory.tolist())
    assert results[0] == results[1]


@njit(parallel=True)
def rows_of_a_matrix(starts, columns, values, x, y):
    for row in prange(len(starts) - 1):
        total = 0.0
        for k in range(starts[row], starts[row + 1]):
            total += values[k] * x[columns[k]]
        y[row] = total


@traced
def test_regions_and_explain_give_the_plan_with_the_reason_of_every_no():
    n = 500
    starts, columns = np.arange(n + 1) * 4, np.arange(4 * n) % n
    for _ in range(3):
        rows_of_a_matrix(starts, columns, np.ones(4 * n), np.ones(n), np.zeros(n))
    outer, inner = row(rows_of_a_matrix, "prange"), row(rows_of_a_matrix, "for")
    assert outer["state"] == "compiled" and outer["reason"] == ""
    assert f"line {outer['line']} prange: " in outer["plan"]
    assert f"line {inner['line']} loop: " in outer["plan"]
    assert "the subscript is not a sum of loop variables" in outer["plan"]  # x[columns[k]]
    assert "x and y share no memory" in outer["plan"]  # names are the user's
    assert not outer["plan"].startswith("plan ")
    # Its iterations run in the code of the loop around it.
    assert inner["state"] == "compiled" and inner["reason"] == f"with the loop of line {outer['line']}" and inner["plan"] == ""
    text = rows_of_a_matrix.explain().splitlines()
    assert text[0].startswith(f"{outer['file']}:{outer['line']} prange: compiled, {outer['isa']}")
    assert text[1:-1] == ["  " + line for line in outer["plan"].splitlines()]
    assert text[-1] == f"{inner['file']}:{inner['line']} for: compiled - with the loop of line {outer['line']}"


@njit(parallel=True)
def parted(a, o, steps):
    for i in prange(len(a)):
        x = a[i]
        k = 0
        while x > 1.0 and k < steps:
            x *= 0.5
            k += 1
        if x > 0.25:
            o[i] = np.exp(x) / (x + np.log(x + 2.0))
        o[i] += k


@traced
@in_lanes
def test_plans_say_where_lanes_part():
    for _ in range(3):
        parted(np.linspace(0.0, 900.0, 4000), np.zeros(4000), 30)
    plan = row(parted, "prange")["plan"]
    first = parted.py_func.__code__.co_firstlineno
    assert f"  line {first + 5} loop: until no lane is left, under a mask" in plan.splitlines()
    assert f"  line {first + 8} if: the sides run under masks" in plan.splitlines()
    # One line for the while loop: its condition is no `if` of the user's, and its lanes are those of the prange.
    assert sum(line.startswith(f"  line {first + 5} ") for line in plan.splitlines()) == 1


@njit
def rarely_interpreted(a, b, names):
    total = 0.0
    for i in range(len(a)):
        if b[i] > 0:
            for name in names:
                total += len(name)
        total += a[i]
    return total


@traced
def test_a_loop_that_compiled_code_leaves_out_is_not_reported_as_compiled():
    b = np.zeros(40000)
    b[[7000, 30000]] = 1
    for _ in range(3):
        assert rarely_interpreted(np.ones(40000), b, ("a", "bb")) == 40006
    outer, inner = rarely_interpreted.regions()[0], rarely_interpreted.regions()[-1]
    assert outer["line"] < inner["line"] and outer["state"] == "compiled" and inner["state"] != "compiled"


@njit(parallel=True)
def ordered_inside(a, o):
    for i in prange(len(a)):
        for j in prange(1, 4):
            o[i, j] = o[i, j - 1] + a[i]


@traced
@pytest.mark.filterwarnings("ignore::pyvm.PyvmPerformanceWarning")
def test_a_prange_that_runs_in_order_inside_another_is_reported_so():
    for _ in range(3):
        ordered_inside(np.ones(50), np.zeros((50, 4)))
    inner = row(ordered_inside, "prange", -1)
    assert inner["state"] == "in order" and "'o'" in inner["reason"]


TABLE, PLACES = np.arange(5000.0), np.arange(5000)


@njit(parallel=True)
def looked_up(a, o):
    for i in prange(len(a)):
        o[i] = TABLE[PLACES[i]] + a[i]


@traced
@in_lanes
def test_arrays_of_the_module_are_not_taken_for_arguments():
    for _ in range(3):
        looked_up(np.ones(5000), np.zeros(5000))
    lines = looked_up.regions()[0]["plan"].splitlines()
    first = looked_up.py_func.__code__.co_firstlineno
    assert lines.count(f"  line {first + 3} load a: contiguous") == 1
    assert f"  line {first + 3} load a global array: scattered" in lines


@njit
def interpreted_inside(a, names):
    total = 0
    for i in range(len(a)):
        for name in names:
            total += len(name)
    return total


def test_a_loop_inside_an_interpreted_one_is_reported_as_interpreted():
    assert interpreted_inside(np.zeros(3), ("a", "bc")) == 9
    outer, inner = interpreted_inside.regions()
    assert {outer["state"], inner["state"]} <= {"interpreted", "blacklisted"}
    assert outer["plan"] == inner["plan"] == ""
