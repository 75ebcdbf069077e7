"""The kernels of bench/ with NaN, zeros, bad indices, odd lengths, odd strides and arrays that overlap: every tier and
width has the interpreter's results and exceptions (hostile_arguments.py)."""

import pathlib

import pytest
from running import python

SCRIPT = pathlib.Path(__file__).with_name("hostile_arguments.py")


def lines(**variables):
    result = python(SCRIPT, **variables)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


@pytest.fixture(scope="module")
def interpreted():
    found = lines(PYVM_JIT="0", PYVM_NUM_THREADS="1")
    assert len(found) > 1000
    assert sum("IndexError" in line for line in found) > 50
    return found


@pytest.mark.parametrize("isa", ["scalar", "avx2", "avx512"])
def test_compiled_as_interpreted(interpreted, isa):
    compiled = lines(PYVM_JIT="1", PYVM_ISA=isa, PYVM_STRESS="hot=1", PYVM_NUM_THREADS="2")
    assert [pair for pair in zip(interpreted, compiled, strict=True) if pair[0] != pair[1]] == []
