#!/usr/bin/env python3
"""Random kernels: the oracle and pyvm, interpreted and compiled for every instruction set, must agree to the bit.

    tests/fuzz [--minutes N] [--seed S] [--seeds COUNT] [--family NAME ...] [--mode NAME ...] [--keep FOLDER]

Each seed makes a batch of kernels with a few calls each (kernels.py, inputs.py); each batch runs in one process for each
mode (batches.py). What differs is cut down (shrink.py) to a script in the folder (/tmp/pyvm-fuzz), with the command that
repeats it and the decisions that matter (blame.py); it is a file for tests/lang/cases once it is
mended. Batches are by turns of loop nests (nests.py), of kernels with one guard
(guards.py), and of kernels with anything (kernels.py). The last line counts kernels, calls and CPU time.
"""

import argparse
import random
import resource
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz import batches, blame, guards, inputs, kernels, nests, shrink  # noqa: E402

FAMILIES = {"nests": nests, "guards": guards, "kernels": kernels}
KERNELS_IN_A_BATCH = {"nests": 12, "guards": 16, "kernels": 8}


def family(seed, families=tuple(FAMILIES)):
    """By turns."""
    return families[seed % len(families)]


def make_script(seed, which):
    rng = random.Random(seed)
    text, calls = batches.HEAD + inputs.PRELUDE + "\n\n", []
    for number in range(KERNELS_IN_A_BATCH[which]):
        kernel = FAMILIES[which].Kernel(rng, f"kernel{number}")
        text += kernel.text()
        calls += [(kernel.name, call, not kernel.inexact) for call in kernel.calls()]
    return batches.Script(text, calls)


def choose_modes(seed, which, given):
    """The interpreter first, then some of the others: other kernels find more than other modes do."""
    if given:
        return ["interpreted", *(m for m in given if m != "interpreted")]
    rng = random.Random(seed)
    here = [m for m in batches.modes_here() if m != "interpreted"]
    plain = [m for m in here if m in ("scalar", "avx2", "avx512", "avx512-2")]
    stress = [m for m in here if m not in plain and m != "interpreted-2"]
    chosen = {*rng.sample(plain, min(2, len(plain))), *rng.sample(stress, 3)}
    if which == "guards": # each version of the code has checks of its own
        chosen |= {"careful", rng.choice([m for m in stress if "plan" in m or "hoist" in m])}
    if rng.random() < 0.25:
        chosen.add("interpreted-2")
    return ["interpreted", *(m for m in here if m in chosen)]


def report(seed, found, script, runner, options):
    number, mode, expected, seen, peer = found
    name, call, exact = script.calls[number]
    print(f"seed {seed}: {name}, call {number}, under {mode}\n  {peer}: {expected}\n  {mode}: {seen}", flush=True)
    if options.no_shrink:
        return
    small = shrink.shrink(script, number, mode, runner, seconds=options.shrink_seconds)
    if small is None:
        print("  it does not fail again", flush=True)
        return
    path = options.keep / f"seed{seed}_{mode}.py"
    path.write_text(shrink.case_text(small))
    environment = " ".join(f"{k}={v}" for k, v in batches.MODES[mode].items())
    print(f"  {environment} build/pyvm run {path}\n  .venv/bin/python tests/oracle/run.py {path}", flush=True)
    for line in blame.explain(path, runner.package, batches.MODES[mode]):
        print(f"  {line}", flush=True)


def first_of_each_kernel(found, script):
    """One difference for each kernel: the first mode's."""
    kept = {}
    for difference in found:
        kept.setdefault(script.calls[difference[0]][0], difference)
    return kept.values()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long (default: one pass over --seeds)")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=20, help="how many, without --minutes")
    parser.add_argument("--family", nargs="+", choices=FAMILIES, default=list(FAMILIES), help="what to make batches of, by turns")
    parser.add_argument("--mode", nargs="+", choices=batches.MODES, help="these and the interpreter, instead of all")
    parser.add_argument("--package", type=Path, default=batches.TOP / "build" / "bindings", help="where the package pyvm is")
    parser.add_argument("--keep", type=Path, default=Path("/tmp/pyvm-fuzz"))
    parser.add_argument("--most", type=int, default=10**9, help="stop after so many differing kernels")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--shrink-seconds", type=float, default=60)
    parser.add_argument("--print", action="store_true", help="print the seed's script and run nothing")
    options = parser.parse_args()
    if options.print:
        print(make_script(options.seed, family(options.seed, options.family)).text)
        return 0
    runner = batches.Runner(options.package.resolve(), options.keep)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143)) # with the last line
    seed, differing, began, count = options.seed, 0, time.monotonic(), 0
    try:
        while differing < options.most:
            if (time.monotonic() - began > options.minutes * 60) if options.minutes else seed == options.seed + options.seeds:
                break
            which = family(seed, options.family)
            script = make_script(seed, which)
            modes = choose_modes(seed, which, options.mode)
            for found in first_of_each_kernel(runner.differences(script, modes), script):
                differing += 1
                report(seed, found, script, runner, options)
            seed, count = seed + 1, count + KERNELS_IN_A_BATCH[which]
            if seed % 100 == 0:
                print(f"... seed {seed}, {differing} kernels differ, {cpu_seconds():.0f} s of CPU time", file=sys.stderr, flush=True)
    finally:
        print(f"{seed - options.seed} seeds from {options.seed}, {count} kernels, {runner.calls} calls, "
              f"{cpu_seconds():.0f} s of CPU time: {differing} kernels differ", flush=True)
    return differing > 0


def cpu_seconds():
    """Of this process and of its children, which run the kernels."""
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in usages)


if __name__ == "__main__":
    sys.exit(main())
