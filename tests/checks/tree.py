"""What the checks share: walking the source tree, and how a check ends."""

import os
import sys

CODE_FOLDERS = ["vm", "tracer", "backend-x64", "scheduler", "bindings", "tests", "bench"]


def source_files(top, *endings):
    """Paths, relative to top and sorted, of the files in the code folders whose names end so."""
    found = []
    for folder in CODE_FOLDERS:
        for parent, folders, names in os.walk(os.path.join(top, folder)):
            folders[:] = [name for name in folders if not name.startswith((".", "__"))]
            found += [os.path.relpath(os.path.join(parent, name), top) for name in names if name.endswith(endings)]
    return sorted(found)


def read_lines(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as file:
        return file.read().splitlines()


def run_check(check):
    """Calls check(top) with the tree's root from the command line, prints what it yields; exits with 1 if it did."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {os.path.basename(sys.argv[0])} ROOT-OF-THE-TREE")
    findings = list(check(sys.argv[1]))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
