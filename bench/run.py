#!/usr/bin/env python3
"""Measures pyvm beside Numba, NumPy (BLAS) and C++ in one process, on the kernels of kernels/.

    run.py [names] [--json FILE] [--seconds S]

A name selects the cases that contain it (`sum`, `matmul`); `first` and `import` select the first calls and the import
times; without a name everything is measured. A Markdown table goes to standard output, progress to standard error. How
time is measured stands in blocks.py, who takes part in contenders.py, and README.md says how to read the table.
"""

import argparse
import contextlib
import json
import statistics
import sys
import traceback

import blocks
import contenders
import report


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def selected(names, text):
    return not names or any(name in text for name in names)


@contextlib.contextmanager
def noting_failure(what, notes):
    """A case that fails is left out and named in the report; the others are measured."""
    try:
        yield
    except Exception as failure:
        traceback.print_exc()
        notes.append(f"FAILED: {what}: {type(failure).__name__}: {failure}")


def measure_case(kernel_name, case, interpreted, seconds, notes):
    make_all = contenders.all_interpreted if interpreted else contenders.all_in_process
    taking_part = make_all(kernel_name, case)
    try:
        expected = taking_part[0].result()
        bits = {c.name: report.agreement(expected, c.result()) for c in taking_part}
        for contender in taking_part:
            contender.warm_up()
        blocks.alternate(taking_part, seconds)
    finally:
        for contender in taking_part:
            contender.close()
    for c in taking_part:
        if c.restless_blocks:
            notes.append(f"{case}: {c.name} kept the CPU busy for a second after {c.restless_blocks} of {c.blocks} "
                         "blocks, which disturbs its neighbours.")
    return [{"name": c.name, **blocks.summary(c.samples), "blocks": c.blocks,
             "bits": bits[c.name] if c is not taking_part[0] else ""} for c in taking_part]


def measure_first_calls(kernel_name, case, flavours, runs):
    measured = {flavour: [] for flavour in flavours}
    for _ in range(runs):
        for flavour in flavours:
            measured[flavour].append(contenders.first_call(kernel_name, case, flavour))
    return [{"case": case, "name": flavour, "first": statistics.median(first for first, _ in pairs),
             "hot": statistics.median(hot for _, hot in pairs)} for flavour, pairs in measured.items()]


def measure_imports(modules, runs=7):
    wanted = [("numpy", None)] + [(module, "numpy") for module in modules]
    measured = [[] for _ in wanted]
    for _ in range(runs):
        for seconds, (module, after) in zip(measured, wanted):
            seconds.append(contenders.import_seconds(module, after))
    return [{"what": f"{module}, after {after}" if after else module, **blocks.summary(seconds)}
            for seconds, (module, after) in zip(measured, wanted)]


def measure(names, seconds):
    has_numba = contenders.available("numba")
    notes = [] if has_numba else ["Numba is not installed, so that it takes no part (`pip install numba`)."]
    flavours = ["pyvm"] + (["Numba"] if has_numba else [])
    results = {"cases": {}, "first calls": [], "imports": [], "notes": notes}
    first_calls = []
    for kernel_name in contenders.kernel_names():
        module = contenders.load(kernel_name, "CPython")
        first_calls += [(kernel_name, case) for case in getattr(module, "first_calls", [])]
        for case in module.cases:
            if selected(names, case):
                say(case)
                interpreted = getattr(module, "interpreted", False)
                with noting_failure(case, notes):
                    results["cases"][case] = measure_case(kernel_name, case, interpreted, seconds, notes)
    if selected(names, "first calls"):
        for kernel_name, case in first_calls:
            say(f"first call of {case}")
            with noting_failure(f"first call of {case}", notes):
                results["first calls"] += measure_first_calls(kernel_name, case, flavours, runs=3)
    if selected(names, "imports"):
        say("imports")
        results["imports"] = measure_imports(["pyvm"] + (["numba"] if has_numba else []))
    return {"machine": report.machine(), **results}


def main():
    parser = argparse.ArgumentParser(description="Measures pyvm beside Numba, NumPy and C++.")
    parser.add_argument("names", nargs="*", help="parts of case names; also `first` and `import`; without any, all")
    parser.add_argument("--json", metavar="FILE", help="write the measurements to this file too")
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each case, shared by its contenders (8)")
    options = parser.parse_args()
    if not contenders.available("pyvm"):
        sys.exit("bench: the package pyvm cannot be imported: use `./dev bench`, or set PYTHONPATH to build/bindings")
    results = measure(options.names, options.seconds)
    if not (results["cases"] or results["first calls"] or results["imports"] or results["notes"]):
        sys.exit(f"bench: nothing is called {' or '.join(options.names)}")
    print(report.markdown(results))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    if any(note.startswith("FAILED") for note in results["notes"]):
        sys.exit("bench: some cases failed; they are named at the end of the report")


if __name__ == "__main__":
    main()
