"""`python -m pyvm script.py [arguments]`: runs an unchanged Numba script under CPython, with pyvm in Numba's place."""

import io
import os
import signal
import sys
import types

from pyvm._numba import install

USAGE = "usage: python -m pyvm script.py [arguments]"


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if len(sys.argv) > 1 else sys.stderr)
        return 0 if len(sys.argv) > 1 else 2
    install()
    sys.argv = sys.argv[1:]
    return run(sys.argv[0])


def run(path):
    """Runs the file as CPython runs a script, with its frames alone in the traceback. Gives the exit code."""
    try:
        with io.open_code(os.path.abspath(path)) as file:
            source = file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file {os.path.abspath(path)!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        return 2
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __cached__=None, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    try:
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        return _report(error)
    return 0


def _report(error):
    error.__traceback__ = error.__traceback__.tb_next  # without the frame of run()
    sys.excepthook(type(error), error, error.__traceback__)
    if isinstance(error, KeyboardInterrupt):
        # As CPython does it: whoever started the script sees that the signal ended it.
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return 1


if __name__ == "__main__":
    sys.exit(main())
