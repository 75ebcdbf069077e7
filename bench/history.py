"""The history of ratios: history.jsonl, a line for each run that was kept, and its trends.

A line holds how many times as fast as the C++ loop as written pyvm was in that run, with the machine. Ratios within one run
survive a change of machine better than times do; even so they draw trends and decide nothing.
"""

import argparse
import json
import pathlib

import plot
import report

FILE = pathlib.Path(__file__).resolve().parent / "history.jsonl"
REFERENCE = "C++ as written"


def keep(results):
    ratios = {}
    for case, rows in results["cases"].items():
        for row in rows:
            if row["name"] == REFERENCE and "ratio" in row and "error" not in rows[0]:
                ratios[case] = round(row["ratio"]["best"], 3)
    with FILE.open("a") as file:
        print(json.dumps({"machine": results["machine"], "ratios": ratios}), file=file)


def kept():
    return [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench trends", description="Ratios to the C++ loop, run by run.")
    parser.add_argument("--svg", metavar="FILE", help="draw them into this file")
    options = parser.parse_args(arguments)
    runs = kept()
    cases = sorted({case for run in runs for case in run["ratios"]})
    heads = ["kernel"] + [f"{run['machine']['date'][:10]}, {run['machine']['CPU'].split(' (')[0]}" for run in runs]
    rows = [[case] + [f"{run['ratios'][case]:.3g}" if case in run["ratios"] else "" for run in runs] for case in cases]
    print(report.table(heads, rows))
    if options.svg:
        pathlib.Path(options.svg).write_text(plot.trends(runs, cases))
    return 0
