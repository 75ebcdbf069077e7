"""Reductions of loops with more blocks than are kept: the same tree over all of them, in little memory."""

import signal
import time

import pytest

import running
from pyvm import njit, prange

BLOCK = 4096


@njit(parallel=True)
def reciprocals(start, n):
    s = 0.0
    for i in prange(n):
        s += 1.0 / (start + i + 1)
    return s


@njit(parallel=True)
def seldom(start, n):
    s = 0
    for i in prange(n):
        if (start + i) // 10000 % 7 == 3:
            s += 1.0 / (start + i + 1)
    return s


@njit(parallel=True)
def least_and_product(start, n):
    m, p = 1e300, 1.0
    for i in prange(n):
        x = 0.5 + (start + i) * 1e-9
        m = min(m, x)
        p *= 0.999999 + 1e-14 * (start + i)
    return m, p


def tree(kernel, n, combine):
    """The total by DESIGN section 6: each block's own, then level by level."""
    level = [kernel(first, min(BLOCK, n - first)) for first in range(0, n, BLOCK)]
    while len(level) > 1:
        pairs = [combine(*level[k:k + 2]) for k in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1:]
    return level[0]


# Within 4096 blocks, one more, and three sizes of groups with a last one that is not full.
@pytest.mark.parametrize("n", [4096 * BLOCK, 4096 * BLOCK + 1, 5001 * BLOCK + 7, 11111 * BLOCK, 20003 * BLOCK + 4095])
def test_the_tree_over_blocks_is_the_same(n):
    assert reciprocals(0, n).hex() == tree(reciprocals, n, lambda a, b: a + b).hex()
    assert float(seldom(0, n)).hex() == float(tree(seldom, n, lambda a, b: a + b)).hex()
    assert least_and_product(0, n) == tree(least_and_product, n, lambda a, b: (min(a[0], b[0]), a[1] * b[1]))


@pytest.mark.parametrize("contribution", ["i", "1.0 / (i + 1)", "a[i & 7]"])
def test_a_trillion_iterations_begin_at_once_and_end_at_ctrl_c(contribution, tmp_path):
    main = tmp_path / "main.py"
    main.write_text(f"""
import resource
import numpy as np
from pyvm import njit, prange
@njit(parallel=True)
def total(n, a):
    s = 0
    for i in prange(n):
        s += {contribution}
    return s
a = np.arange(8.0)
total(100000, a)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print("ready", flush=True)
try:
    total(10**12, a)
except KeyboardInterrupt:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, flush=True)
""")
    with running.start(main) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        megabytes = process.stdout.readline()
        seconds = time.monotonic() - start
        errors = process.stderr.read()
    assert not errors
    assert int(megabytes) < 50  # more than when it began
    assert seconds < 0.5  # test_interrupts.py tells of limits
