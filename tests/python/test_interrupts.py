"""Ctrl-C inside a kernel raises KeyboardInterrupt at once, and the process goes on."""

import pathlib
import re
import signal
import time

import pytest

import running

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "stress" / "runs_for_hours.py"
LOOPS = [name for name in re.findall(r"^def (\w+)", SCRIPT.read_text(), re.MULTILINE) if name != "plain_python"]

CATCHES = """
import pathlib, sys, runpy
sys.argv = [{script!r}, {loop!r}]
source = pathlib.Path({script!r}).read_text().replace("from numba import", "from pyvm import")
sys.path.insert(0, {folder!r})
pathlib.Path({copy!r}).write_text(source)
try:
    runpy.run_path({copy!r})
except KeyboardInterrupt as caught:
    import traceback
    print("caught in", traceback.extract_tb(caught.__traceback__)[-1].name, flush=True)
from pyvm import njit, prange
@njit(parallel=True)
def total(n):
    s = 0
    for i in prange(n):
        s += i
    return s
print(total(100000))
"""


@pytest.mark.parametrize("loop", LOOPS)
def test_ctrl_c_raises_keyboard_interrupt(loop, tmp_path):
    folder = tmp_path
    main = folder / "main.py"
    main.write_text(CATCHES.format(script=str(SCRIPT), loop=loop, folder=str(folder), copy=str(folder / "copy.py")))
    process = running.start(main)
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.15)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == f"caught in {loop}\n"
        seconds = time.monotonic() - start
        out, errors = process.stdout.read(), process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    assert out == "4999950000\n", errors
    assert seconds < 1.0
