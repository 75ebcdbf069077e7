"""A prange in order is told of in the same words by the interpreter and by compiled code."""

import pytest

import running

SCRIPT = """
import sys
import warnings
import numpy as np
from pyvm import njit, prange

@njit(parallel=True)
def kernel(a, b):
    for i in prange(2, len(a)):
        {body}

a = np.arange(300.0)
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    kernel({arguments})
print(*(w.message for w in told))
"""

OTHER = "an iteration reads or writes an element of {} that another one writes"
SHARED = "{} share memory, and iterations meet there; pass a copy"
SAME = "iterations write the same element of {}; give each iteration its own element, or sum into a variable"
UPDATE = "iterations may update the same element of {}; give each thread its own array and add them up"

CASES = [
    ("a[i] = a[i - 1]", "a, a", OTHER.format("'a' (line 10, 1 apart)")),
    ("x = a[i - 2]\n        a[i] = x", "a, a", OTHER.format("'a' (lines 11 and 10, 2 apart)")),
    ("a[i] = b[i - 1]", "a, a", OTHER.format("'a' and 'b' (line 10, 1 apart)")),
    ("a[i] = b[i]", "a[3:], a[:-3]", SHARED.format("'a' and 'b' (line 10, 3 apart)")),
    ("a[5] = i", "a, a", SAME.format("'a' (line 10)")),
    ("a[5] += i", "a, a", SAME.format("'a' (line 10)")),
    ("b[int(a[i]) // 2] += 1", "a, np.zeros(200)", UPDATE.format("'b' (line 10)")),
    ("a[i] = b[i]", "a, a", ""),
    ("a[i] = b[i]", "a[:150], a[150:]", ""),
]


@pytest.mark.parametrize("body, arguments, remark", CASES)
def test_both_tiers_say_the_same(body, arguments, remark, tmp_path):
    main = tmp_path / "main.py"
    main.write_text(SCRIPT.format(body=body, arguments=arguments))
    told = []
    for variables in ({"PYVM_JIT": "0"}, {"PYVM_JIT": "1", "PYVM_STRESS": "hot=1"}):
        done = running.python(main, **variables)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.strip())
    assert told == [remark and "this prange runs in order: " + remark] * 2
