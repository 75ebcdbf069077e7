#!/usr/bin/env python3
"""Measures pyvm beside Numba, NumPy (BLAS) and C++ on the kernels of kernels/.

    run.py [names] [--json FILE] [--svg FILE] [--seconds S] [--keep]    the table
    run.py compare OLD NEW [names]                                      two builds (compare.py)
    run.py micro [filter]                                               Google Benchmark programs, for single parts
    run.py trends [--svg FILE]                                          what history.jsonl says (history.py)

A name selects the cases that contain it (`sum`, `matmul`); `imports` selects the import times; without a name everything
is measured. A Markdown table goes to standard output, progress to standard error. How time is measured stands in
blocks.py, who takes part in contenders.py, and README.md says how to read the table.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import traceback

import blocks
import compare
import contenders
import history
import intervals
import plot
import report


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def selected(names, text):
    return not names or any(name.lower() in text.lower() for name in names)


def ready(contender):
    """What the contender computes, after which it is warm. A contender that fails takes no part, and says why."""
    try:
        result = contender.result()
        contender.warm_up()
        return result
    except Exception as failure:
        lines = str(failure).strip().splitlines() or [""]
        contender.error = f"{type(failure).__name__}: {lines[0]}"
        return None


def row_of(contender, ours, expected, result):
    if contender.error:
        return {"name": contender.name, "error": contender.error}
    medians = [statistics.median(samples) for samples in contender.rounds]
    low, middle, high = intervals.median(medians)
    row = {"name": contender.name, "best": min(map(min, contender.rounds)), "median": middle, "low": low, "high": high,
           "rounds": len(medians), "samples": sum(map(len, contender.rounds))}
    if contender is not ours:
        row["bits"] = report.agreement(expected, result)
        our_medians = [statistics.median(samples) for samples in ours.rounds]
        low, middle, high = intervals.ratio(list(zip(medians, our_medians)))
        row["ratio"] = {"best": row["best"] / min(map(min, ours.rounds)), "median": middle, "low": low, "high": high}
    return row


def measure_case(kernel_name, case, interpreted, seconds, notes):
    make_all = contenders.all_interpreted if interpreted else contenders.all_in_process
    everybody = make_all(kernel_name, case)
    try:
        results = {c.name: ready(c) for c in everybody}
        taking_part = [c for c in everybody if not c.error]
        blocks.alternate(taking_part, seconds)
    finally:
        for contender in everybody:
            contender.close()
    for c in taking_part:
        if c.restless_blocks:
            notes.append(f"{case}: {c.name} kept the CPU busy for a second after {c.restless_blocks} of {len(c.rounds)} "
                         "blocks, which disturbs its neighbours.")
    # Where pyvm cannot run a kernel, the others are compared with the first of them.
    ours = taking_part[0]
    return [row_of(c, ours, results[ours.name], results[c.name]) for c in everybody]


def measure_first_calls(kernel_name, case, flavours, runs):
    measured = {flavour: [] for flavour in flavours}
    for _ in range(runs):
        for flavour in flavours:
            measured[flavour].append(contenders.first_call(kernel_name, case, flavour))
    return {flavour: {key: statistics.median(run[key] for run in done) for key in ("first", "hot", "memory")}
            for flavour, done in measured.items()}


def measure_imports(modules, runs=9):
    wanted = [("numpy", None)] + [(module, "numpy") for module in modules]
    measured = [[] for _ in wanted]
    for _ in range(runs):
        for seconds, (module, after) in zip(measured, wanted):
            seconds.append(contenders.import_seconds(module, after))
    return [{"what": f"{module}, after {after}" if after else module, **blocks.summary(seconds)}
            for seconds, (module, after) in zip(measured, wanted)]


@contextlib.contextmanager
def noting_failure(what, notes):
    """What fails is named in the report; the rest is measured."""
    try:
        yield
    except Exception as failure:
        traceback.print_exc()
        notes.append(f"FAILED: {what}: {type(failure).__name__}: {failure}")


def measure(names, seconds, first_runs):
    has_numba = contenders.available("numba")
    notes = [] if has_numba else ["Numba is not installed, so that it takes no part (`pip install numba`)."]
    flavours = ["pyvm"] + (["Numba"] if has_numba else [])
    results = {"cases": {}, "first calls": {}, "imports": [], "notes": notes}
    for kernel_name in contenders.kernel_names():
        module = contenders.load(kernel_name, "CPython")
        interpreted = getattr(module, "interpreted", False)
        for case in filter(lambda case: selected(names, case), module.cases):
            say(case)
            with noting_failure(case, notes):
                results["cases"][case] = measure_case(kernel_name, case, interpreted, seconds, notes)
            can = [row["name"] for row in results["cases"].get(case, []) if "error" not in row]
            first_calls = [] if interpreted else getattr(module, "first_calls", list(module.cases)[:1])
            if case in first_calls and first_runs:
                with noting_failure(f"first call of {case}", notes):
                    takers = [flavour for flavour in flavours if flavour in can]
                    results["first calls"][case] = measure_first_calls(kernel_name, case, takers, first_runs)
    if selected(names, "imports"):
        say("imports")
        results["imports"] = measure_imports(["pyvm"] + (["numba"] if has_numba else []))
    return {"machine": report.machine(), **results}


def table_main(arguments):
    parser = argparse.ArgumentParser(description="Measures pyvm beside Numba, NumPy and C++.",
                                     epilog="Other commands: compare OLD NEW, micro, trends.")
    parser.add_argument("names", nargs="*", help="parts of case names; also `imports`; without any, all")
    parser.add_argument("--json", metavar="FILE", help="write the measurements to this file too")
    parser.add_argument("--svg", metavar="FILE", help="draw the ratios into this file")
    parser.add_argument("--seconds", type=float, default=8.0, help="time for each case, shared by its contenders (8)")
    parser.add_argument("--first-runs", type=int, default=3, metavar="N", help="fresh processes for each first call (3)")
    parser.add_argument("--keep", action="store_true", help="add the ratios to bench/history.jsonl")
    options = parser.parse_args(arguments)
    results = measure(options.names, options.seconds, options.first_runs)
    if not (results["cases"] or results["imports"]):
        sys.exit(f"bench: nothing is called {' or '.join(options.names)}")
    print(report.markdown(results))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    if options.svg:
        pathlib.Path(options.svg).write_text(plot.ratios(results))
    if options.keep:
        history.keep(results)
    if any(note.startswith("FAILED") for note in results["notes"]):
        sys.exit("bench: some cases failed; they are named at the end of the report")


def micro_main(arguments):
    """The programs of micro/, from the build whose package is imported."""
    import pyvm

    build = pathlib.Path(pyvm.__file__).resolve().parents[2]
    programs = sorted(path for path in (build / "bench").glob("micro_*") if os.access(path, os.X_OK) and path.is_file())
    if not programs:
        sys.exit(f"bench: there are no micro benchmarks in {build}/bench")
    chosen = [f"--benchmark_filter={arguments[0]}"] if arguments else []
    for program in programs:
        subprocess.run([program, *chosen, "--benchmark_min_time=0.1"], check=True)


def main():
    commands = {"compare": compare.main, "micro": micro_main, "trends": history.main}
    name, *rest = sys.argv[1:] or [""]
    if name == "trends":
        return history.main(rest)
    if name != "compare" and not contenders.available("pyvm"):
        sys.exit("bench: the package pyvm cannot be imported: use `./dev bench`, or set PYTHONPATH to build/bindings")
    return commands[name](rest) if name in commands else table_main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
