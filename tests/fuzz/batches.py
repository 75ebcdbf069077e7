"""Runs scripts of kernels under the oracle and under pyvm, and compares what each call gives.

A mode is a set of PYVM_ variables, which a process reads once: each batch is run in a forked child for each mode. A child
sends one line for each call as soon as it has it, so that a crash or an endless loop has a place. What a call gives:

    ["value", text of the result, digests of the arrays]     floats by their bits, all NaN alike
    ["raise", type, message, line, digests]                  line: of the innermost frame in the script
    ["verify", text]                                         PYVM_VERIFY has found a difference
"""

import hashlib
import importlib
import json
import linecache
import os
import select
import signal
import sys
import types
import warnings
from pathlib import Path

import numpy as np

TOP = Path(__file__).resolve().parents[2]
ORACLE = Path(__file__).resolve().parents[1] / "oracle"

MODES = {
    "interpreted": {"PYVM_JIT": "0", "PYVM_NUM_THREADS": "1"},
    "interpreted-2": {"PYVM_JIT": "0", "PYVM_NUM_THREADS": "2"},
}
for name, isa, threads, switches in (
    ("scalar", "scalar", 1, ""), ("avx2", "avx2", 2, ""), ("avx512", "avx512", 1, ""), ("avx512-2", "avx512", 2, ""),
    *((f"exit-{n}", ("avx512", "avx2", "scalar")[n % 3], n % 2 + 1, f"exit={n}") for n in range(1, 10)),
    *((f"leave-{n}", ("avx2", "avx512")[n % 2], n // 2 % 2 + 1, f"leave={n}") for n in range(1, 9)),
    *((f"leave-{n}-plan", ("avx512", "avx2")[n % 2], n % 2 + 1, f"leave={n},plan={n}") for n in range(1, 5)),
    *((f"plan-{n}", ("avx512", "avx2")[n % 2], n % 2 + 1, f"plan={n},costs={n}") for n in range(1, 11)),
    ("registers-avx512", "avx512", 1, "registers"), ("registers-avx2", "avx2", 1, "registers,plan=1"),
    ("registers-scalar", "scalar", 1, "registers"), ("grains", "avx512", 2, "grains=1"),
    ("steal", "avx2", 2, "steal,grains=5"), ("no-hoist", "avx512", 1, "no-hoist"),
    ("no-hoist-plan", "avx2", 1, "no-hoist,plan=1"), ("careful", "scalar", 1, "careful"),
    ("no-passes", "avx512", 1, "passes@0"), ("no-passes-plan", "avx2", 1, "passes@0,plan=2"),
):
    MODES[name] = {"PYVM_ISA": isa, "PYVM_NUM_THREADS": str(threads),
                   "PYVM_STRESS": ",".join(filter(None, ("hot=1", switches)))}
for name, isa, threads, switches in (("verify", "avx512", 2, "hot=1"), ("verify-avx2", "avx2", 1, "hot=1,plan=1"),
                                     ("verify-exit", "avx512", 1, "hot=1,exit=2"), ("verify-scalar", "scalar", 2, "hot=20")):
    MODES[name] = {"PYVM_ISA": isa, "PYVM_NUM_THREADS": str(threads), "PYVM_STRESS": switches, "PYVM_VERIFY": "1"}
MODES["warm"] = {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=30"}

HEAD = "import math\n\nimport numpy as np\nfrom numba import njit, prange\n"
CPU_SECONDS = 3        # of one call, on all threads
REAL_SECONDS = 120     # of one call: then it waits for something
MISSING, BROKEN = -2, -1 # in place of a call's number: there is no such package; the script itself did not get through
REFUSALS = ("Refused", "NotImplementedError", "TypingError", "UnsupportedError")


def modes_here():
    flags = Path("/proc/cpuinfo").read_text().split()
    return [m for m, e in MODES.items() if not (e.get("PYVM_ISA") == "avx512" and "avx512f" not in flags)
            and not (e.get("PYVM_ISA") == "avx2" and "avx2" not in flags)]


class Script:
    """A text that defines kernels, and the calls: (kernel's name, inputs.Call, comparable to the oracle to the bit)."""

    def __init__(self, text, calls):
        self.text, self.calls = text, calls


# ---- in the child ---------------------------------------------------------------------------------------------------


def use_package(mode, package):
    """Makes `numba` the oracle or pyvm."""
    for name, value in MODES.get(mode, {}).items():
        os.environ[name] = value
    sys.path.insert(0, str(ORACLE if mode == "oracle" else package))
    numba = importlib.import_module("oracle" if mode == "oracle" else "pyvm")
    numba.njit, numba.prange  # or it is another package of that name
    sys.modules["numba"] = numba


def value_text(value):
    if isinstance(value, tuple):
        return "(" + ", ".join(map(value_text, value)) + ")"
    if isinstance(value, float):
        return "nan" if value != value else value.hex()
    return f"{type(value).__name__} {value!r}"


def digest(array):
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return hashlib.blake2b(array.tobytes(), digest_size=8).hexdigest()


def outcome(space, path, name, call):
    given = dict(space)
    exec("\n".join(call.setup), given)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = eval(f"{name}({', '.join(call.arguments)})", given)
    except Exception as error:
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == path:
                line = trace.tb_lineno
            trace = trace.tb_next
        # What later iterations of a parallel loop have stored by then is not defined; those before have all run.
        serial = "prange" not in given[name].py_func.__code__.co_names
        sure = None if serial else getattr(call, "sure", 0)
        return ["raise", kind_of(error), str(error), line, [digest(given[b][:sure]) for b in call.bases]]
    return ["value", value_text(result), [digest(given[b]) for b in call.bases]]


def kind_of(error):
    """The exception's name; of NumPy's own kinds of TypeError and IndexError, Python's."""
    return next(k.__name__ for k in type(error).__mro__ if not k.__module__.startswith("numpy"))


class Reports:
    """What PYVM_VERIFY says on stderr."""

    def __init__(self):
        self.file = os.memfd_create("stderr")
        os.dup2(self.file, 2)

    def instead_of(self, result):
        size = os.lseek(self.file, 0, os.SEEK_END)
        text = os.pread(self.file, size, 0).decode(errors="replace")
        os.ftruncate(self.file, 0)
        os.lseek(self.file, 0, os.SEEK_SET)
        return ["verify", text] if "pyvm: verify:" in text else result


def child(mode, path, script, only, write):
    reports = Reports() if "PYVM_VERIFY" in MODES.get(mode, {}) else None
    linecache.cache[path] = (len(script.text), None, script.text.splitlines(True), path)
    module = types.ModuleType("__main__")
    module.__file__ = path
    exec(compile(script.text, path, "exec"), module.__dict__)
    for number, (name, call, exact) in enumerate(script.calls):
        if number in only:
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS) # SIGPROF ends the process
            result = outcome(module.__dict__, path, name, call)
            result = reports.instead_of(result) if reports else result
            os.write(write, json.dumps([number, result]).encode() + b"\n")


# ---- in the parent --------------------------------------------------------------------------------------------------


def start(mode, package, path, script, only):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            os.close(read)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            try:
                use_package(mode, package)
            except Exception as error:
                os.write(write, json.dumps([MISSING, f"{type(error).__name__}: {error}"]).encode() + b"\n")
                os._exit(1)
            child(mode, path, script, only, write)
            status = 0
        except BaseException as error:
            os.write(write, json.dumps([BROKEN, ["broken", type(error).__name__, str(error)]]).encode() + b"\n")
        os._exit(status)
    os.close(write)
    return pid, read


def collect(pid, read):
    """The lines that came, and how the process ended: an exit status, a signal, or 'endless'."""
    lines, rest, ended = [], b"", None
    while True:
        if not select.select([read], [], [], REAL_SECONDS)[0]:
            os.kill(pid, signal.SIGKILL)
            ended = "endless"
        data = os.read(read, 1 << 16) if ended is None else b""
        if not data:
            break
        rest += data
        *whole, rest = rest.split(b"\n")
        lines += [json.loads(line) for line in whole]
    os.close(read)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status) and not ended:
        ended = "endless" if os.WTERMSIG(status) == signal.SIGPROF else f"signal {os.WTERMSIG(status)}"
    return lines, ended or f"status {status}"


class Runner:
    def __init__(self, package, folder):
        self.package, self.folder = package, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.calls = 0

    def results(self, script, mode):
        """For each call what it gave; a call that ended the process gave ["crash", how], and the rest goes on without it."""
        path = self.folder / f"batch{os.getpid()}.py"
        path.write_text(script.text)
        todo, found = set(range(len(script.calls))), {}
        while todo:
            lines, ended = collect(*start(mode, self.package, str(path), script, todo))
            for number, result in lines:
                if number == MISSING:
                    sys.exit(f"no package for {mode}: {result}")
                if number == BROKEN:
                    return [result] * len(script.calls)
                found[number] = result
            todo -= set(found)
            if todo:
                if ended == "status 0":
                    raise RuntimeError(f"a child under {mode} forgot calls")
                first = min(todo)
                # What the oracle takes too long for is left out; the kernel's other calls would be, too.
                lost = {k for k in todo if script.calls[k][0] == script.calls[first][0]} if mode == "oracle" and ended == "endless" else {first}
                found.update({k: ["crash", ended] for k in lost})
                todo -= lost
        self.calls += len(script.calls)
        return [found[k] for k in range(len(script.calls))]

    def differences(self, script, modes):
        """(number of the call, mode, expected, seen, what it is compared with) for each call that differs."""
        truth = self.results(script, "oracle")
        slow = {number for number, result in enumerate(truth) if result == ["crash", "endless"]}
        if slow:
            script.calls = [call for number, call in enumerate(script.calls) if number not in slow]
            truth = [result for number, result in enumerate(truth) if number not in slow]
        found, reference = [], None
        for mode in modes:
            results = self.results(script, mode)
            if reference is None:
                reference = results
            for number, (name, call, exact) in enumerate(script.calls):
                known = knows(truth[number]) and exact
                expected = truth[number] if known else reference[number]
                if not alike(expected, results[number]):
                    found.append((number, mode, expected, results[number], "oracle" if known else modes[0]))
        return found


def knows(result):
    """Whether the oracle's answer is one: it may refuse what it has not got, or be too slow."""
    return not (result[0] in ("broken", "crash") or (result[0] == "raise" and result[1] in REFUSALS))


def alike(expected, seen):
    refused = expected[0] == seen[0] == "raise" and expected[1] in REFUSALS and seen[1] in REFUSALS
    return refused or (expected == seen and seen[0] != "crash")
