#!/usr/bin/env python3
"""Runs the corpus of Python files beside it under pyvm in many modes and compares each with its peer.

    run.py [--mode NAME ...] [--filter WORD ...] [--jobs N] [--door cli|python] [--pyvm PATH] [--tap] [--list]

A file of cases/ is a script as a user writes it. The comment lines at its top of the form `# key: value` say what to
expect:

    peer: cpython     plain CPython and NumPy, njit doing nothing but .item() (tests/oracle/run.py --plain)
    peer: oracle      the oracle (tests/oracle/run.py)
    peer: none        nobody: nothing on stdout, and what the lines below say (for what pyvm refuses)
    exit: 1           the exit code (0 if there is no such line)
    stderr: TEXT      the last line on stderr begins with TEXT (without it: it is the peer's last line, if exit is not 0)
    traceback: full   all of stderr is NAME.stderr, where {file} stands for the script's path (--bless writes it
                      with CPython 3.11); the Python door shows CPython's own frames: there only the last line counts
    args: a b         the script's arguments
    door: python      only for `python -m pyvm` (what `pyvm run` does not read yet, such as a list of signatures)
    rel: 1e-12        floats may differ from the peer's by this (functions of 1 ulp); the modes must still agree exactly
    numba: TEXT       real Numba gives something else, and why (--mode numba compares with it and expects no difference
                      in the files without this line)

Compared are stdout, exit code and stderr as above. Peers' results are kept under build/lang-peers, by content. The last
line is `N passed, N failed`; each failure prints what differs and the command that repeats it.
"""

import argparse
import concurrent.futures
import difflib
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
ORACLE = TOP / "tests" / "oracle"

# name -> environment. `peer` runs nothing but the peer and checks the file's own header against it.
MODES = {
    "peer": {},
    "numba": {},
    "interpreted": {"PYVM_JIT": "0", "PYVM_NUM_THREADS": "1"},
    "interpreted-2": {"PYVM_JIT": "0", "PYVM_NUM_THREADS": "2"},
    "scalar": {"PYVM_ISA": "scalar", "PYVM_NUM_THREADS": "1"},
    "scalar-2": {"PYVM_ISA": "scalar", "PYVM_NUM_THREADS": "2"},
    "avx2": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "1"},
    "avx2-2": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "2"},
    "avx512": {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "1"},
    "avx512-2": {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "2"},
    "hot-scalar": {"PYVM_ISA": "scalar", "PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1"},
    "hot-avx2": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1"},
    "hot-avx512": {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1"},
    "exit-1": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,exit=1"},
    "exit-2": {"PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,exit=2"},
    "exit-3": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,exit=3"},
    "exit-5": {"PYVM_ISA": "scalar", "PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,exit=5"},
    "leave-1": {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,leave=1"},
    "leave-2": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,leave=2"},
    "leave-4": {"PYVM_ISA": "avx512", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,leave=4,plan=1"},
    "registers": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,registers"},
    "grains": {"PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,grains=1"},
    "steal": {"PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,steal,grains=7"},
    "no-hoist": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,no-hoist"},
    "careful": {"PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,careful"},
    "no-passes": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,passes@0"},
    "guard-end": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1,guard-pages=1"},
    "guard-start": {"PYVM_ISA": "avx2", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1,guard-pages=2"},
    **{f"plan-{n}": {"PYVM_NUM_THREADS": "1", "PYVM_STRESS": f"hot=1,plan={n},costs={n}"} for n in range(1, 9)},
    "verify": {"PYVM_VERIFY": "1", "PYVM_NUM_THREADS": "2"},
    "verify-hot": {"PYVM_VERIFY": "1", "PYVM_NUM_THREADS": "2", "PYVM_STRESS": "hot=1"},
    "verify-alone": {"PYVM_VERIFY": "1", "PYVM_NUM_THREADS": "1", "PYVM_STRESS": "hot=1"},  # finds stray stores too
}
ENGINE_MODES = [m for m in MODES if m not in ("peer", "numba")]
REFERENCE_MODE = "interpreted"  # what the other modes must equal exactly where the peer is only near
DIRECTIVE = re.compile(r"# ([a-z]+): (.*)")
KEYS = {"door", "peer", "exit", "stderr", "traceback", "args", "rel", "numba"}
FLOAT = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?|-?\d+e[+-]?\d+")
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?")  # Numba's variables have one type: 5 may become 5.0


class Failure(Exception):
    pass


# ---- files ----------------------------------------------------------------------------------------------------------


class Case:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        self.header = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            found = DIRECTIVE.fullmatch(line.rstrip())
            if not found:
                break
            self.header[found[1]] = found[2].strip()
        unknown = set(self.header) - KEYS
        if unknown or self.header.get("peer") not in ("cpython", "oracle", "none"):
            sys.exit(f"{path}: the header needs '# peer: cpython', oracle or none; unknown keys: {sorted(unknown)}")
        self.arguments = shlex.split(self.header.get("args", ""))
        self.exit = int(self.header.get("exit", "0"))
        self.rel = float(self.header.get("rel", "0"))
        self.golden = path.with_suffix(".stderr") if self.header.get("traceback") == "full" else None


class Result:
    def __init__(self, stdout, stderr, code):
        self.stdout, self.stderr, self.code = stdout, stderr, code

    def last_line(self):
        lines = self.stderr.rstrip().splitlines()
        return lines[-1] if lines else ""


NO_END = -1


def execute(command, environment=None, seconds=60):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYVM_")}
    try:
        done = subprocess.run(command, env=clean | (environment or {}), cwd=HERE, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        return Result((error.stdout or b"").decode(errors="replace"), f"no end within {seconds} s", NO_END)
    return Result(done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"), done.returncode)


# ---- peers ----------------------------------------------------------------------------------------------------------


class Peers:
    """Runs peers, each content once."""

    def __init__(self, python):
        self.python = python
        build = TOP / "build"
        self.folder = build / "lang-peers" if build.is_dir() else Path(tempfile.gettempdir()) / "pyvm-lang-peers"
        self.folder.mkdir(parents=True, exist_ok=True)
        version = execute([python, "-c", "import sys, numpy; print(sys.version, numpy.__version__)"])
        if version.code:
            sys.exit(f"{python} cannot import numpy, which the peers need:\n{version.stderr}")
        sources = [ORACLE / "run.py", *sorted((ORACLE / "oracle").glob("*.py"))]
        self.context = version.stdout.encode() + b"".join(p.read_bytes() for p in sources)

    def command(self, case):
        plain = ["--plain"] if case.header["peer"] == "cpython" else []
        return [self.python, str(ORACLE / "run.py"), *plain, str(case.path), *case.arguments]

    def result(self, case):
        if case.header["peer"] == "none":
            return Result("", case.header["stderr"], case.exit)
        text = self.context + case.path.read_bytes() + str(case.path).encode()
        kept = self.folder / (hashlib.sha256(text).hexdigest()[:32] + ".json")
        if kept.exists():
            return Result(*json.loads(kept.read_text()))
        result = execute(self.command(case), seconds=300)
        if result.code == NO_END: # says more of this machine's load than of the file
            return result
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps([result.stdout, result.stderr, result.code]))
        part.replace(kept)
        return result


# ---- comparing ------------------------------------------------------------------------------------------------------


def difference(expected, seen, what):
    texts = expected.splitlines(), seen.splitlines()
    lines = list(difflib.unified_diff(*texts, "expected " + what, "seen " + what, lineterm=""))
    return "\n".join(lines[:40]) or f"the {what} differ in line ends only"


def near(expected, seen, rel, number=FLOAT):
    """Equal texts but for floats, which may differ by rel times the larger (or by rel where both are below 1)."""
    if number.sub("#", expected) != number.sub("#", seen):
        return False
    pairs = zip(map(float, number.findall(expected)), map(float, number.findall(seen)))
    return all(a == b or abs(a - b) <= rel * max(abs(a), abs(b), 1.0) for a, b in pairs)


def check_header(case, result):
    """What the file itself says."""
    if result.code != case.exit:
        raise Failure(f"exit code {result.code}, expected {case.exit}\n{result.stderr[-2000:]}")
    wanted = case.header.get("stderr")
    if wanted is not None and not result.last_line().startswith(wanted):
        raise Failure(f"the last line of stderr is\n  {result.last_line()}\nand should begin with\n  {wanted}")


def check_against(case, expected, seen, rel):
    """One run against another one's output."""
    check_header(case, seen)
    same = near(expected.stdout, seen.stdout, rel) if rel else expected.stdout == seen.stdout
    if not same:
        raise Failure(difference(expected.stdout, seen.stdout, "stdout"))
    if case.exit and "stderr" not in case.header and expected.last_line() != seen.last_line():
        raise Failure(difference(expected.last_line(), seen.last_line(), "last line of stderr"))


def check_golden(case, seen):
    wanted = case.golden.read_text(encoding="utf-8").replace("{file}", str(case.path))
    if seen.stderr != wanted:
        raise Failure(difference(wanted, seen.stderr, "stderr"))


def bless(case, peers):
    if not peers.context.startswith(b"3.11"):
        sys.exit("--bless needs CPython 3.11, whose traceback format is pyvm's: give it with --python")
    plain = case.header["peer"] == "cpython"
    result = execute([peers.python, str(case.path), *case.arguments] if plain else peers.command(case))
    case.golden.write_text(result.stderr.replace(str(case.path), "{file}"), encoding="utf-8")


# ---- running --------------------------------------------------------------------------------------------------------


class Runner:
    def __init__(self, options):
        self.options = options
        self.peers = Peers(options.python)

    def engine_command(self, case):
        if self.options.door == "python":
            return [self.options.python, "-m", "pyvm", str(case.path), *case.arguments]
        return [str(self.options.pyvm), "run", str(case.path), *case.arguments]

    def environment(self, mode):
        added = dict(MODES[mode])
        if self.options.door == "python":
            package = self.options.pyvm.parent / "bindings"
            added["PYTHONPATH"] = os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])])
        return added

    def run(self, case, mode):
        """Raises Failure."""
        expected = self.peers.result(case)
        if mode == "peer":
            return check_header(case, expected)
        if mode == "numba":
            seen = execute([self.options.python, str(case.path), *case.arguments])
            if seen.code != case.exit or not near(expected.stdout, seen.stdout, max(case.rel, 1e-9), NUMBER):
                raise Failure(difference(expected.stdout, seen.stdout, "stdout") + seen.stderr[-2000:])
            return None
        check_header(case, expected)
        seen = execute(self.engine_command(case), self.environment(mode))
        check_against(case, expected, seen, case.rel)
        if "pyvm: verify:" in seen.stderr:
            raise Failure(f"compiled code differs from the interpreter\n{seen.stderr[-4000:]}")
        if case.golden and self.options.door == "cli":
            check_golden(case, seen)
        if case.rel and mode != REFERENCE_MODE:
            reference = execute(self.engine_command(case), self.environment(REFERENCE_MODE))
            check_against(case, reference, seen, 0.0)

    def repeat(self, case, mode):
        if mode == "peer":
            return shlex.join(self.peers.command(case))
        if mode == "numba":
            return shlex.join([self.options.python, str(case.path), *case.arguments])
        setting = " ".join(f"{k}={v}" for k, v in self.environment(mode).items())
        return f"{setting} {shlex.join(self.engine_command(case))}"

    def verdict(self, job):
        case, mode = job
        try:
            self.run(case, mode)
        except Failure as failure:
            return f"{failure}\npeer:   {shlex.join(self.peers.command(case))}\nrepeat: {self.repeat(case, mode)}"
        return None


def applies(case, mode, door):
    if mode == "numba":
        return "numba" not in case.header and case.header["peer"] != "none"
    return mode == "peer" or case.header.get("door", door) == door


def report(jobs, verdicts, tap):
    failed = 0
    for number, ((case, mode), problem) in enumerate(zip(jobs, verdicts), 1):
        failed += problem is not None
        if tap:
            print(f"{'not ok' if problem else 'ok'} {number} - {case.name} {mode}")
            if problem:
                print("\n".join("# " + line for line in problem.splitlines()))
        elif problem:
            print(f"FAILED {case.name} [{mode}]\n{problem}\n")
        sys.stdout.flush()
    if tap:
        print(f"1..{len(jobs)}")
    print(f"{'# ' if tap else ''}{len(jobs) - failed} passed, {failed} failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", nargs="+", choices=[*MODES, "all"], default=["all"],
                        help="all: all but peer and numba")
    parser.add_argument("--filter", nargs="+", default=[""], help="files whose name contains one of the words")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--door", choices=["cli", "python"], default="cli")
    parser.add_argument("--pyvm", type=lambda p: Path(p).resolve(), default=TOP / "build" / "pyvm")
    parser.add_argument("--python", default=sys.executable,
                        help="CPython 3.11 to 3.14 with NumPy, for peers, the Python door and Numba")
    parser.add_argument("--tap", action="store_true", help="speak the Test Anything Protocol")
    parser.add_argument("--list", action="store_true", help="list the files and modes, run nothing")
    parser.add_argument("--bless", action="store_true", help="write NAME.stderr of files with `traceback: full`")
    options = parser.parse_args()

    cases = [Case(p) for p in sorted((HERE / "cases").rglob("*.py")) if any(word in p.stem for word in options.filter)]
    modes = ENGINE_MODES if "all" in options.mode else options.mode
    if options.list:
        print("\n".join(f"{case.name:32} {case.header['peer']}" for case in cases))
        print("modes:", " ".join(MODES))
        return 0
    runner = Runner(options)
    if options.bless:
        for case in cases:
            if case.golden:
                bless(case, runner.peers)
        return 0
    if set(modes) - {"peer", "numba"} and not options.pyvm.exists():
        sys.exit(f"there is no {options.pyvm}: ./dev build makes it")
    jobs = [(case, mode) for mode in modes for case in cases if applies(case, mode, options.door)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        return report(jobs, pool.map(runner.verdict, jobs), options.tap) > 0


if __name__ == "__main__":
    sys.exit(main())
