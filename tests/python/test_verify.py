"""PYVM_VERIFY in the CPython door: threads, forks, and what right programs are told (nothing)."""

import pytest

from running import python

HEAD = """
import os
import threading
import time
import numpy as np
from pyvm import njit, prange

@njit(parallel=True)
def halves(a, b):
    s = 0.0
    for i in prange(len(a)):
        if a[i] > 0.3:
            b[i] = a[i] * 2
        s += b[i]
    return s

@njit(parallel=True)
def mark(found, where):
    for i in prange(len(where)):
        found[where[i]] = 1

@njit(parallel=True)
def slow(a, n):
    for i in prange(len(a)):
        for k in range(n):
            a[i] = a[i] * 0.5 + k
"""


def silent(folder, text, **variables):
    script = folder / "kernels.py"
    script.write_text(HEAD + text)
    done = python(script, PYVM_NUM_THREADS="2", **variables)
    assert done.returncode == 0, done.stderr
    assert "verify" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("share", ["0.3", "1"])
def test_threads_that_call_kernels_on_parts_of_one_array(tmp_path, share):
    text = """
a, b = np.random.default_rng(1).random(40000), np.zeros(40000)
def work(part):
    for k in range(5):
        halves(a[part], b[part])
threads = [threading.Thread(target=work, args=(slice(k, k + 10000),)) for k in range(0, 40000, 10000)]
for t in threads: t.start()
for t in threads: t.join()
print((b == np.where(a > 0.3, a * 2, 0)).all())
"""
    assert silent(tmp_path, text, PYVM_VERIFY=share) == "True\n"


@pytest.mark.parametrize("share", ["0.3", "1"])
def test_iterations_that_store_the_same(tmp_path, share):
    text = """
where = np.random.default_rng(1).integers(0, 500, 20000)
for k in range(10):
    found = np.zeros(500, dtype=np.int64)
    mark(found, where)
    assert found.sum() == len(set(where))
"""
    silent(tmp_path, text, PYVM_VERIFY=share)


def test_fork_while_a_thread_verifies(tmp_path):
    text = """
slow(np.zeros(64), 10)
ended = False
def work():
    while not ended:
        slow(np.zeros(64), 3000)
thread = threading.Thread(target=work)
thread.start()
for k in range(5):
    time.sleep(0.05)
    child = os.fork()
    if child == 0:
        slow(np.zeros(64), 10)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
ended = True
thread.join()
"""
    silent(tmp_path, text, PYVM_VERIFY="1")
