"""Runs an unchanged Numba script without Numba.

    python tests/oracle/run.py script.py [arguments]           under the oracle: njit's meaning, step by step
    python tests/oracle/run.py --plain script.py [arguments]   with an njit that does nothing: plain CPython and NumPy

An uncaught exception is reported as CPython does, with the frames of the script alone.
"""

import functools
import sys
import traceback
import types
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def plain_numba():
    """A module `numba` whose njit only makes Python numbers of the results, as njit does."""
    numba = types.ModuleType("numba")

    def plain(value):
        if isinstance(value, numpy.generic):
            return value.item()
        return tuple(map(plain, value)) if type(value) is tuple else value

    def decorate(function):
        @functools.wraps(function)
        def kernel(*operands, **keywords):
            return plain(function(*operands, **keywords))

        return kernel

    def njit(function=None, **options):
        return decorate(function) if isinstance(function, types.FunctionType) else decorate

    numba.njit = numba.jit = njit
    numba.prange = range
    numba.get_num_threads = lambda: 1
    numba.set_num_threads = lambda count: None
    numba.get_thread_id = lambda: 0
    return numba


def own_frames(trace, script):
    """The traceback without the frames of this file and of the oracle."""
    frames = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == script:
            frames.append(trace)
        trace = trace.tb_next
    kept = None
    for frame in reversed(frames):
        kept = types.TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept


def report(error, script):
    error.__context__ = None if error.__suppress_context__ else error.__context__
    error.__traceback__ = own_frames(error.__traceback__, script)
    traceback.print_exception(error)


def main(arguments):
    plain = arguments[:1] == ["--plain"]
    arguments = arguments[plain:]
    if not arguments:
        sys.exit(__doc__)
    import oracle

    sys.modules["numba"] = plain_numba() if plain else oracle
    script = str(Path(arguments[0]).resolve())
    sys.argv = arguments
    sys.path[0] = str(Path(script).parent)
    module = types.ModuleType("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    try:
        code = compile(Path(script).read_bytes(), script, "exec")
        exec(code, module.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        sys.stdout.flush()
        report(error, script)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
