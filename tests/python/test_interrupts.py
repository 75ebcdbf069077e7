"""Ctrl-C inside a kernel raises KeyboardInterrupt within a tenth of a second, and the process goes on.

Threads look every 10 ms and ask Python every 50 ms. The rest is the machine's: on two cores with four other processes
70 ms were seen, but a busier one may leave a process without a core for longer. So a loop has three tries for the
tenth, and none may take half a second: what is late by design is late in each.
"""

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
import traceback
sys.argv = [{script!r}, {loop!r}]
source = pathlib.Path({script!r}).read_text().replace("from numba import", "from pyvm import")
sys.path.insert(0, {folder!r})
pathlib.Path({copy!r}).write_text(source)
try:
    runpy.run_path({copy!r})
except KeyboardInterrupt as caught:
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


PROMISE, LATEST, TRIES = 0.1, 0.5, 3


def seconds_to_stop(main, loop):
    process = running.start(main)
    try:
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.13)
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
    return seconds


@pytest.mark.parametrize("loop", LOOPS)
def test_ctrl_c_raises_keyboard_interrupt(loop, tmp_path):
    main = tmp_path / "main.py"
    main.write_text(CATCHES.format(script=str(SCRIPT), loop=loop, folder=str(tmp_path), copy=str(tmp_path / "copy.py")))
    for _ in range(TRIES):
        seconds = seconds_to_stop(main, loop)
        assert seconds < LATEST
        if seconds < PROMISE:
            break
    else:
        pytest.fail(f"took {seconds:.3f} s, three times more than {PROMISE}")
