"""Numba's `config`: the settings that pyvm knows, read from the environment when pyvm is imported."""

import os


def _flag(name):
    text = os.environ.get(name, "0")
    try:
        return int(text or "0") != 0
    except ValueError:
        return False


# True: njit gives functions back as they are.
DISABLE_JIT = _flag("NUMBA_DISABLE_JIT")


def __getattr__(name):
    if name == "NUMBA_NUM_THREADS":
        from . import _pyvm

        return _pyvm.max_threads()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
