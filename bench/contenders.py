"""Whoever takes part in a benchmark: pyvm, Numba, CPython, NumPy and C++, each as `run(calls)`.

A file of kernels/ is imported once for each of the first three, with another module in the place of `numba`: the source
that they run is the same text. Its names that matter here:

    kernel         the function under njit
    cases          case name -> function that makes the arguments, the same ones each time
    with_numpy     what a NumPy user would write instead (optional)
    cpp            contender's name -> function of the .cpp file beside it (optional)
    cpp_out        makes the array into which C++ writes what the kernel would return (optional)
    outcome        (returned value, *arguments) -> what was computed, where it is not the returned value (optional)
    cpp_libraries  what its .cpp file is linked with (optional)
    first_calls    the cases whose first call is measured in fresh processes (optional: the first case)
    interpreted    True: pyvm with PYVM_JIT=0 beside CPython instead of all others (optional)

A C++ function takes the number of calls, then each argument (an array is its pointer and its shape), then cpp_out's
pointer, and returns a double. It has its own loop over the calls, because a call through ctypes costs half a
microsecond.
"""

import ctypes
import importlib.util
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types

import numpy as np

import blocks

FOLDER = pathlib.Path(__file__).resolve().parent
CPP_FLAGS = ["-std=c++20", "-O3", "-march=native", "-ffp-contract=off", "-fopenmp", "-shared", "-fPIC", f"-I{FOLDER.parent}"]


def available(module):
    # A folder that holds no package, such as an empty build's, has a spec but no origin.
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None


def _undecorated():
    """Stands for Numba where plain CPython runs the kernel."""

    def njit(function=None, **options):
        return function or (lambda f: f)

    return types.SimpleNamespace(njit=njit, prange=range)


def load(kernel_name, flavour):
    """A file of kernels/ as a module that sees pyvm, Numba, or neither ("CPython") under the name `numba`."""
    if flavour == "pyvm":
        import pyvm as module
    elif flavour == "Numba":
        import numba as module
    else:
        module = _undecorated()
    before = sys.modules.get("numba")
    sys.modules["numba"] = module
    try:
        path = FOLDER / "kernels" / f"{kernel_name}.py"
        spec = importlib.util.spec_from_file_location(f"{kernel_name}_for_{flavour}", path)
        loaded = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = loaded
        spec.loader.exec_module(loaded)
        return loaded
    finally:
        if before is None:
            del sys.modules["numba"]
        else:
            sys.modules["numba"] = before


def kernel_names():
    return sorted(path.stem for path in (FOLDER / "kernels").glob("*.py"))


# ---- in this process ------------------------------------------------------------------------------------------------


class Contender:
    """One way to compute a case. `run(calls)` on shared arguments is measured; `result()` uses arguments of its own."""

    def __init__(self, name, run, result):
        self.name, self.run, self.result = name, run, result
        self.rounds, self.restless_blocks = [], 0  # samples of each block
        self.error = None  # why it takes no part

    def warm_up(self):
        self._calls = blocks.warm_up(self.run)

    def result_exists(self):
        self.result()
        return True

    def block(self):
        return blocks.block(self.run, self._calls)

    def close(self):
        pass


def _outcome(module, returned, arguments):
    return module.outcome(returned, *arguments) if hasattr(module, "outcome") else returned


def of_function(name, module, function, make, shared):
    """A Python callable as a contender."""

    def run(calls):
        for _ in itertools.repeat(None, calls):
            function(*shared)

    def result():
        arguments = make()
        return _outcome(module, function(*arguments), arguments)

    return Contender(name, run, result)


def _as_cpp(argument):
    if isinstance(argument, np.ndarray):
        return [ctypes.c_void_p(argument.ctypes.data), *map(ctypes.c_long, argument.shape)]
    return [ctypes.c_double(argument) if isinstance(argument, float) else ctypes.c_long(argument)]


def of_cpp(name, module, function, make, shared):
    """A C++ function as a contender."""
    function.restype = ctypes.c_double

    def prepared(arguments):
        out = module.cpp_out(*arguments) if hasattr(module, "cpp_out") else None
        converted = [value for argument in arguments for value in _as_cpp(argument)]
        return out, converted if out is None else converted + _as_cpp(out)[:1]

    # The array for the result is made once: a fresh one for each sample would cost page faults.
    shared_out, shared_converted = prepared(shared)

    def run(calls):
        function(ctypes.c_long(calls), *shared_converted)

    def result():
        arguments = make()
        out, converted = prepared(arguments)
        returned = function(ctypes.c_long(1), *converted)
        return _outcome(module, returned if out is None else out, arguments)

    contender = Contender(name, run, result)
    contender.kept_alive = shared_out, shared
    return contender


def compile_cpp(kernel_name, libraries):
    """The kernel's .cpp file as a loaded library."""
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, f"{kernel_name}.so")
        source = FOLDER / "kernels" / f"{kernel_name}.cpp"
        linked = [f"-l{name}" for name in libraries]
        subprocess.run([os.environ.get("CXX", "g++"), *CPP_FLAGS, str(source), "-o", library, *linked], check=True)
        return ctypes.CDLL(library)


def all_in_process(kernel_name, case):
    """pyvm first, then its peers."""
    flavours = ["pyvm"] + (["Numba"] if available("numba") else [])
    modules = {flavour: load(kernel_name, flavour) for flavour in flavours}
    plain = modules["pyvm"]
    make = plain.cases[case]
    shared = make()
    contenders = [of_function(flavour, module, module.kernel, make, shared) for flavour, module in modules.items()]
    if hasattr(plain, "with_numpy"):
        contenders.append(of_function("NumPy", plain, plain.with_numpy, make, shared))
    if hasattr(plain, "cpp"):
        library = compile_cpp(kernel_name, getattr(plain, "cpp_libraries", []))
        for name, function in plain.cpp.items():
            # Versions by hand are compiled only where the CPU has what they need.
            if hasattr(library, function):
                contenders.append(of_cpp(name, plain, getattr(library, function), make, shared))
    return contenders


# ---- in a process of its own ----------------------------------------------------------------------------------------


class Child:
    """A process that measures what it is asked for and waits, idle, between its blocks (see child.py)."""

    def __init__(self, name, flavour, environment):
        self.name = name
        self._process = subprocess.Popen([sys.executable, str(FOLDER / "child.py"), "serve", flavour], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment})

    def ask(self, order, kernel_name, case):
        print(json.dumps([order, kernel_name, case]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of {self.name} ended with status {self._process.wait()}")
        return json.loads(line)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class ChildContender(Contender):
    """A contender in a process of its own."""

    def __init__(self, name, kernel_name, case, flavour, environment):
        super().__init__(name, None, lambda: self._ask("result"))
        child = Child(name, flavour, environment)
        self._ask = lambda order: child.ask(order, kernel_name, case)
        self.close = child.close

    def warm_up(self):
        self._ask("warm_up")

    def block(self):
        return self._ask("block")


def all_interpreted(kernel_name, case):
    """pyvm's interpreter, then CPython."""
    python = ".".join(map(str, sys.version_info[:3]))
    return [ChildContender("pyvm, PYVM_JIT=0", kernel_name, case, "pyvm", {"PYVM_JIT": "0"}),
            ChildContender(f"CPython {python}", kernel_name, case, "CPython", {})]


def first_call(kernel_name, case, flavour):
    """What child.py says of a first call in a fresh process."""
    command = [sys.executable, str(FOLDER / "child.py"), "first", kernel_name, case, flavour]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def import_seconds(module, after=None):
    """Seconds of `import module` in a fresh process that has imported `after` already."""
    program = f"import {after}\n" if after else ""
    program += f"import time\nstart = time.perf_counter()\nimport {module}\nprint(time.perf_counter() - start)"
    # An installed package has its bytecode: the first of several imports writes it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return float(done.stdout)
