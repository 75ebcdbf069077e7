"""Whether one build of pyvm is slower than another: `run.py compare OLD NEW [names]`.

OLD and NEW are build folders or git revisions; a revision is built into build-compare/. In each round a fresh process of
each build is started (addresses, and with them caches, fall differently in each), and for every case the two take blocks in
turn, OLD NEW NEW OLD, the other one idle. A round gives one pair of times: the best of each one's blocks, which other
programs on the machine disturb least. The verdict is the interval of the pairs' ratio (intervals.py), so wide that with all
cases together one in twenty comparisons of equal builds would be wrong, and its place beside the tolerance: a case is slower
when the whole interval lies above 1 + tolerance. Rounds go on until every interval is narrow enough or the time is up.

Exit code: 0 nothing is slower, 1 something is, 2 it could not be measured.
"""

import argparse
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tarfile

import contenders
import intervals
import report

TOP = pathlib.Path(__file__).resolve().parent.parent
LEAST_ROUNDS = 8
# Processes that take turns: an order that favours neither.
TURNS = (0, 1, 1, 0)


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


# ---- builds ---------------------------------------------------------------------------------------------------------


def _run(command):
    # Meson finds Python and pybind11's settings through PATH.
    environment = {**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, capture_output=True, env=environment)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout[-4000:] + done.stderr[-4000:])
        say(f"this failed: {' '.join(map(str, command))}")
        sys.exit(2)
    return done.stdout


def _built(revision):
    """The build folder of a git revision, made if it is not there."""
    git = ["git", "-C", TOP]
    commit = _run([*git, "rev-parse", "--verify", revision + "^{commit}"]).decode().strip()
    source = TOP / "build-compare" / commit[:12]
    build = source / "build"
    if not source.exists():
        tarfile.open(fileobj=io.BytesIO(_run([*git, "archive", "--format=tar", commit]))).extractall(source)
    if not (build / "build.ninja").exists():
        _run(["meson", "setup", build, source, "-Dpython=enabled", "-Dtests=false"])
    say(f"building {revision} ({commit[:12]})")
    _run(["ninja", "-C", build, "--quiet", f"-j{os.cpu_count()}", "python-package"])
    return build


def build_folder(text):
    path = pathlib.Path(text)
    if (path / "bindings" / "pyvm").is_dir():
        return path.resolve()
    return _built(text)


# ---- measuring ------------------------------------------------------------------------------------------------------


class Compared:
    """One case: its pairs of times, a round each."""

    def __init__(self, kernel_name, case):
        self.kernel_name, self.case, self.pairs = kernel_name, case, []

    def interval(self, level):
        return intervals.ratio([(new, old) for old, new in self.pairs], level)

    def narrow(self, level, tolerance):
        low, _, high = self.interval(level)
        return math.log(high / low) < tolerance


def selected_cases(names):
    for kernel_name in contenders.kernel_names():
        module = contenders.load(kernel_name, "CPython")
        for case in module.cases:
            if not names or any(name.lower() in case.lower() for name in names):
                yield Compared(kernel_name, case)


def runnable(cases, builds):
    """The cases that both builds can run; the others are named."""
    left = []
    for compared in cases:
        for name, build in builds:
            child = _child(name, build)
            try:
                child.ask("result_exists", compared.kernel_name, compared.case)
            except RuntimeError:
                say(f"{compared.case}: the {name} build cannot run it; left out")
                break
            finally:
                child.close()
        else:
            left.append(compared)
    return left


def _child(name, build):
    paths = [str(build / "bindings"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return contenders.Child(name, "pyvm", {"PYTHONPATH": os.pathsep.join(paths)})


def measure_round(cases, builds):
    children = [_child(name, build) for name, build in builds]
    try:
        for compared in cases:
            best = [math.inf, math.inf]
            for child in children:
                child.ask("warm_up", compared.kernel_name, compared.case)
            for turn in TURNS:
                samples, _ = children[turn].ask("block", compared.kernel_name, compared.case)
                best[turn] = min(best[turn], *samples)
            compared.pairs.append(tuple(best))
    finally:
        for child in children:
            child.close()


def measure(cases, builds, level, options):
    rounds = 0
    unsettled = list(cases)
    while unsettled and rounds < options.rounds:
        rounds += 1
        # OLD begins one round, NEW the next.
        turned = rounds % 2 == 0
        measure_round(unsettled, builds[::-1] if turned else builds)
        for compared in unsettled if turned else []:
            compared.pairs[-1] = compared.pairs[-1][::-1]
        if rounds >= LEAST_ROUNDS:
            unsettled = [c for c in unsettled if not c.narrow(level, options.tolerance)]
        say(f"round {rounds}: {len(unsettled)} of {len(cases)} cases go on")


# ---- verdict --------------------------------------------------------------------------------------------------------


def verdict(interval, tolerance):
    low, _, high = interval
    if low > 1 + tolerance:
        return "SLOWER"
    if high < 1 / (1 + tolerance):
        return "faster"
    return "same" if high <= 1 + tolerance else "no regression proved"


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench compare", description="Is NEW slower than OLD?")
    parser.add_argument("old", help="a git revision or a build folder")
    parser.add_argument("new")
    parser.add_argument("names", nargs="*", help="parts of case names; without any, all")
    parser.add_argument("--rounds", type=int, default=24, help="at most so many rounds (24)")
    parser.add_argument("--tolerance", type=float, default=0.04, help="what is not worth a verdict (0.04)")
    parser.add_argument("--json", metavar="FILE", help="write pairs and verdicts to this file too")
    options = parser.parse_args(arguments)
    builds = [("OLD", build_folder(options.old)), ("NEW", build_folder(options.new))]
    cases = runnable(list(selected_cases(options.names)), builds)
    if not cases:
        say(f"nothing is called {' or '.join(options.names)}, or neither build can run it")
        return 2
    level = 1 - 0.05 / len(cases)
    measure(cases, builds, level, options)
    found = [(c, c.interval(level)) for c in cases]
    rows = [[c.case, report.duration(min(old for old, _ in c.pairs)), report.duration(min(new for _, new in c.pairs)),
             f"{i[1]:.3f} ({i[0]:.3f} to {i[2]:.3f})", str(len(c.pairs)), verdict(i, options.tolerance)] for c, i in found]
    print(report.table(["case", "OLD, best", "NEW, best", "NEW takes times OLD", "rounds", "verdict"], rows))
    if options.json:
        listed = [{"case": c.case, "pairs": c.pairs, "interval": i, "verdict": verdict(i, options.tolerance)} for c, i in found]
        pathlib.Path(options.json).write_text(json.dumps(listed, indent=1))
    return int(any(row[-1] == "SLOWER" for row in rows))
