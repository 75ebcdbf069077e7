"""For the tests of this folder: scripts in processes of their own, with the package that this process has imported."""

import os
import pathlib
import signal
import subprocess
import sys

import pyvm

PACKAGE = pathlib.Path(pyvm.__file__).resolve().parent.parent


def environment(**variables):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYVM_", "NUMBA_"))}
    kept = {name: os.environ[name] for name in ("PYVM_JIT", "PYVM_ISA") if name in os.environ}
    return {**clean, **kept, "PYTHONPATH": str(PACKAGE), **variables}


def python(*arguments, seconds=120, **variables):
    """Runs this Python with the arguments and environment variables; the CompletedProcess, with texts."""
    return subprocess.run([sys.executable, *map(str, arguments)], env=environment(**variables), capture_output=True, text=True,
                          timeout=seconds)


def start(*arguments, **variables):
    """The same, still running. Ctrl-C reaches it even where a shell has started the tests in the background, deaf to it."""
    return subprocess.Popen([sys.executable, *map(str, arguments)], env=environment(**variables), stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
