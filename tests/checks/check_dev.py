"""./dev: help names every verb, and wrong arguments end with exit code 2 and the usage, before anything is built."""

import os
import re
import subprocess

from tree import read_lines, run_check

WRONG = [["frobnicate"], ["run"], ["build", "x"], ["test", "a", "b"], ["fmt", "x"], ["lint", "--tydi"], ["sanitize"],
         ["sanitize", "memory"]]


def call(top, *arguments):
    return subprocess.run([os.path.join(top, "dev"), *arguments], capture_output=True, text=True, timeout=60)


def check(top):
    helped = call(top, "help")
    if helped.returncode != 0 or helped.stderr:
        yield f"dev: help ended with {helped.returncode} and said: {helped.stderr}"
    for line in read_lines(top, "dev"):
        verb = re.match(r"verb_(\w+)\(\)", line)
        if verb and not re.search(rf"^  {verb.group(1)}\b", helped.stdout, re.MULTILINE):
            yield f"dev: help does not name the verb {verb.group(1)}"
    for arguments in WRONG:
        result = call(top, *arguments)
        if result.returncode != 2 or "usage: " not in result.stderr:
            yield f"dev: {' '.join(arguments)}: ended with {result.returncode}, without the usage or with another code"


if __name__ == "__main__":
    run_check(check)
