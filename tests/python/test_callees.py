"""Kernels that a loop names and never calls; memory that kernels leave."""

import os
import subprocess
import sys

import numpy as np
import pytest

from pyvm import njit, prange


@njit
def refused(x):
    return [y for y in x]


@njit
def total(a):
    s = 0.0
    for i in range(a.size):
        if a[i] > 1e9:
            s += refused(a)[0]
        s += a[i]
    return s


@njit(parallel=True)
def doubled(a, o):
    for i in prange(a.size):
        if a[i] > 1e9:
            o[i] = refused(a)[0]
        else:
            o[i] = 2 * a[i]


@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_compiled_raises_where_it_is_called_and_nowhere_else():
    a, o = np.ones(30000), np.zeros(30000)
    assert total(a[:5]) == 5.0 and total(a) == 30000.0
    doubled(a, o)
    assert (o == 2.0).all()
    a[29999] = 2e9
    for call in (lambda: total(a), lambda: doubled(a, o)):
        with pytest.raises(Exception, match="list comprehension"):
            call()


LARGE_ARRAYS = """
import resource
import numpy as np
from pyvm import njit

@njit
def last(n):
    a = np.empty(n)
    a[n - 1] = n
    return a[n - 1]

last(10)
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 800_000_000, -1))
for n in (5_000_000, 5_200_000, 1_400_000, 90_000_000):
    assert last(n) == n
"""


def test_blocks_that_are_kept_make_room_for_larger_ones(tmp_path):
    script = tmp_path / "large_arrays.py"
    script.write_text(LARGE_ARRAYS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYVM_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
