"""pyvm: numeric Python at the speed of the machine. Use it where you use Numba: `from pyvm import njit, prange`."""

import os as _os
import sys as _sys

if not _sys.platform.startswith("linux") or _os.uname().machine != "x86_64":
    raise ImportError(f"pyvm generates x86-64 code for Linux; this is {_sys.platform} on {getattr(_os, 'uname', lambda: None)()}.")

from . import _pyvm, config, errors, types  # config reads the environment now, as Numba does
from .errors import PyvmPerformanceWarning
from .types import *  # noqa: F403

_pyvm.start()

from ._decorators import jit, njit  # noqa: E402


def prange(*arguments):
    """`range` whose iterations may run in parallel inside a function under njit(parallel=True); plain range elsewhere."""
    return range(*arguments)


def get_num_threads():
    """How many threads the calling thread's next parallel loop uses."""
    return _pyvm.get_num_threads()


def set_num_threads(n):
    """Sets the above: 1 to the number of CPUs that pyvm may use. ValueError for other numbers."""
    if not hasattr(n, "__index__"):
        raise TypeError("The number of threads specified must be an integer")
    _pyvm.set_num_threads(n)


def get_thread_id():
    """The number of the calling thread in the parallel loop that it runs, below get_num_threads(); 0 outside."""
    return _pyvm.get_thread_id()


def threading_layer():
    """The name of what runs parallel loops; there is one."""
    return "pyvm"


__all__ = ["njit", "jit", "prange", "get_num_threads", "get_thread_id", "set_num_threads", "threading_layer", "config", "errors",
           "types", "PyvmPerformanceWarning", *types.__all__]
__version__ = "0.1.0"
