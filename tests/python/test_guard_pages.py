"""No compiled loop touches memory beside its arrays: NumPy arrays between pages that fault, in processes of their own."""

import sys

import numpy as np
import pytest
from guarded import guarded
from running import python

from pyvm import njit, prange

LENGTHS = (1, 2, 3, 7, 8, 9, 17, 33, 64, 101)


@njit(parallel=True)
def straight(a, b, o):
    for i in prange(len(a)):
        o[i] = a[i] * 2 + b[i]


@njit(parallel=True)
def shifted(a, o):
    for i in prange(1, len(a) - 1):
        o[i] = a[i - 1] + a[i] + a[i + 1]


@njit(parallel=True)
def reversed_and_masked(a, b, o):
    n = len(a)
    for i in prange(n):
        if a[n - 1 - i] > 3:
            o[i] = b[n - 1 - i]
        else:
            o[n - 1 - i] = a[i] + o[n - 1 - i]


@njit(parallel=True)
def gathered(a, index, o):
    s = 0.0
    for i in prange(len(index)):
        o[i] = a[index[i]]
        s += a[index[i]]
    return s


@njit(parallel=True)
def every_third(a, o):
    for i in prange((len(a) + 2) // 3):
        o[3 * i] = a[3 * i] + 1


@njit(parallel=True)
def rows(a, o):
    for i in prange(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 2:
                o[i, j] = a[i, j] - 1
        o[i, -1] += a[i, 0]


@njit(parallel=True)
def columns(a, o):
    for j in prange(a.shape[1]):
        s = 0.0
        for i in range(a.shape[0]):
            s += a[i, j]
        o[j] = s


@njit(parallel=True)
def largest(a):
    top = -1000.0
    for i in prange(len(a)):
        top = max(top, a[i])
    return top


def calls(n, kind, make):
    """Every kernel with arrays that `make` makes; all that they give."""
    def array(*shape, high=9):
        size = int(np.prod(shape))
        return make(((np.arange(size) * 7 + 3) % high).astype(kind).reshape(shape))

    a, b, o = array(n), array(n, high=5), array(n)
    straight(a, b, o)
    shifted(a, o)
    reversed_and_masked(a, b, o[::-1])
    every_third(a, o)
    index = make(np.arange(n)[::-1].astype(np.int64))
    narrow = make(np.arange(n).astype(np.int32))
    floats = make(np.zeros(n))
    sums = [gathered(a, index, floats), gathered(a[::-1], narrow, o), largest(a), largest(b[::-1])]
    x, y, row = array(n, 5), array(n, 5), make(np.zeros(5))
    rows(x, y)
    columns(x, row)
    wide, wider = array(3, n), array(3, n)
    rows(wide, wider)
    rows(wide[:, ::-1], wider[::-1])
    columns(wide, make(np.zeros(n)))
    return [o, floats, y, row, wider, np.array(sums, np.float64)]


def run():
    for n in LENGTHS:
        for kind in ("float64", "float32", "int64", "int8", "uint16"):
            plain = calls(n, kind, np.copy)
            for at_end in (True, False):
                seen = calls(n, kind, lambda array: guarded(array, at_end))
                assert all(np.array_equal(p, s) for p, s in zip(plain, seen, strict=True)), (n, kind, at_end)
    print("all alike")


@pytest.mark.parametrize("isa", ("scalar", "avx2", "avx512"))
@pytest.mark.parametrize("switches", ("hot=1", "hot=1,plan=1", "hot=1,plan=3,costs=2", "hot=1,plan=5,costs=1", "hot=1,leave=2"))
def test_kernels_keep_to_their_arrays(isa, switches):
    done = python(__file__, PYVM_ISA=isa, PYVM_STRESS=switches)
    assert (done.stdout, done.returncode) == ("all alike\n", 0), done.stderr


def test_a_step_too_far_faults():
    done = python("-c", "import numpy as np; from guarded import guarded; guarded(np.zeros(3)).ctypes.data; import ctypes;"
                  "a = guarded(np.zeros(3)); ctypes.c_double.from_address(a.ctypes.data + 24).value",
                  PYTHONPATH=":".join(sys.path))
    assert done.returncode < 0


if __name__ == "__main__":
    run()
