"""`python -m pyvm script.py`: an unchanged Numba script under CPython."""

import signal
import textwrap
import time

import pytest
from running import python, start

SEEDS = """\
import sys
import numpy as np
from numba import njit, prange

@njit(parallel=True)
def parallel_sum(arr):
    total = 0
    for i in prange(len(arr)):
        total += arr[i]
    return total

@njit(parallel=True)
def parallel_matrix_multiply(A, B):
    n, m = A.shape
    m, p = B.shape
    C = np.zeros((n, p))
    for i in prange(n):
        for j in prange(p):
            for k in prange(m):
                C[i, j] += A[i, k] * B[k, j]
    return C

if __name__ == "__main__":
    A, B = np.arange(12.0).reshape(3, 4), np.arange(8.0).reshape(4, 2)
    print(parallel_sum(np.arange(1000.0)), parallel_matrix_multiply(A, B).tolist(), sys.argv[1:], __file__ == sys.argv[0])
"""


@pytest.fixture
def script(tmp_path):
    def written(text):
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(text))
        return path

    return written


def test_the_seeds_unchanged(script):
    done = python("-m", "pyvm", script(SEEDS), "a", "--b")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "499500.0 [[28.0, 34.0], [76.0, 98.0], [124.0, 162.0]] ['a', '--b'] True\n"


@pytest.mark.parametrize("text", [
    "import numba as nb\n@nb.njit(nb.float64(nb.float64))\ndef f(x): return x\nprint(f(2))",
    "import numba\nfrom numba import types\n@numba.jit(types.float64(types.int32), nopython=True)\ndef f(x): return x\nprint(f(2))",
    "from numba.core import types\nfrom numba.core.errors import TypingError\n"
    "from numba import njit\n@njit('float64(int64)')\ndef f(x): return x\nprint(f(2))",
    "import numba.types as nt\nimport numba\n@numba.njit\ndef f(x): return nt.float64(x)\nprint(f(2))",
])
def test_ways_to_import(script, text):
    done = python("-m", "pyvm", script(text))
    assert (done.returncode, done.stdout) == (0, "2.0\n"), done.stderr


def test_the_same_names_in_the_package(script):
    text = """
        import pyvm
        import pyvm as nb
        from pyvm import config, njit, types
        from pyvm.types import float64

        @njit(types.float64(nb.int32))
        def f(x):
            return types.float64(x) + float64(1)

        print(f(1), nb.threading_layer(), config.DISABLE_JIT, config.NUMBA_NUM_THREADS >= nb.get_num_threads())
        """
    done = python(script(text))
    assert (done.returncode, done.stdout) == (0, "2.0 pyvm False True\n"), done.stderr


def test_names_that_pyvm_has_not(script):
    done = python("-m", "pyvm", script("from numba import cuda"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("ImportError: cannot import name 'cuda' from 'numba'")
    done = python("-m", "pyvm", script("import numba\nnumba.cuda"))
    assert done.stderr.splitlines()[-1] == "AttributeError: pyvm, which stands for numba here, has no numba.cuda"


def test_tracebacks_begin_in_the_script(script):
    path = script("""
        from numba import njit, prange

        @njit(parallel=True)
        def half(n):
            for i in prange(n):
                if i >= n // 2:
                    raise ValueError("half way")

        half(100)
        """)
    done = python("-m", "pyvm", path)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):" and lines[-1] == "ValueError: half way"
    assert [line.strip() for line in lines if line.startswith("  File")] == [
        f'File "{path}", line 10, in <module>', f'File "{path}", line 8, in half']


def test_exits_and_files_that_are_not_there(script, tmp_path):
    assert python("-m", "pyvm", script("import sys; sys.exit(7)")).returncode == 7
    assert python("-m", "pyvm").returncode == 2
    missing = python("-m", "pyvm", tmp_path / "missing.py")
    assert missing.returncode == 2 and "can't open file" in missing.stderr


def test_ctrl_c_ends_the_process_as_it_ends_cpython(script):
    process = start("-m", "pyvm", script("""
        from numba import njit, prange

        @njit(parallel=True)
        def long(n):
            s = 0.0
            for i in prange(n):
                x = 0.0
                for k in range(1000):
                    x = x * 0.5 + i
                s += x
            return s

        print("begun", flush=True)
        long(10**9)
        """))
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert err.splitlines()[-1] == "KeyboardInterrupt" and "in long" in err


def test_names_for_perf(script, tmp_path):
    text = SEEDS + "    import os\n    map = f'/tmp/perf-{os.getpid()}.map'\n    print(open(map).read())\n    os.unlink(map)\n"
    done = python("-m", "pyvm", script(text), PYVM_PERF="1")
    assert done.returncode == 0, done.stderr
    named = [line.split(" ", 2) for line in done.stdout.splitlines()[1:] if line]
    assert any(name.startswith(f"parallel_sum {tmp_path / 'script.py'}:8 ") for _, _, name in named)
    assert all(int(address, 16) > 0 and int(size, 16) > 0 for address, size, _ in named)
