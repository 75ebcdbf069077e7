#!/usr/bin/env python3
"""Which decision makes a script go wrong: bisects the fuel of the stress switches (vm/support/stress.def).

    PYVM_ISA=avx512 PYVM_STRESS=hot=1,exit=3 tests/fuzz/blame.py SCRIPT [--package FOLDER]

runs the script with the PYVM_ variables it is given (in one thread, if it fails so) and compares stdout and the exception
with the oracle's. For each switch that is set, and for `regions` and `passes`, it looks for the least fuel that still
fails, and prints it with the decision: the loop that was compiled last, the pass that ran last, the array, the plan. The
search takes for granted that more fuel goes on failing; where it does not, what it finds is still a decision whose one
unit makes the difference.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ROW = re.compile(r'^[A-Z_]+\(\w+, "([\w-]+)", \w+, (\w+),', re.MULTILINE)
SECONDS = 60
KINDS = dict(ROW.findall((TOP / "vm" / "support" / "stress.def").read_text()))


def settings_of(text):
    """{switch: the setting without its fuel} of PYVM_STRESS."""
    found = {}
    for setting in filter(None, text.split(",")):
        setting = setting.split("@")[0]
        found[setting.split("=")[0]] = setting
    return found


class Script:
    def __init__(self, path, package, environment):
        self.path, self.package = path, package
        self.environment = {k: v for k, v in environment.items() if k.startswith("PYVM_")}
        self.settings = settings_of(self.environment.get("PYVM_STRESS", ""))
        self.expected = self.outcome([sys.executable, str(TOP / "tests" / "oracle" / "run.py"), str(path)], {})[:2]

    def outcome(self, command, environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYVM_")}
        try:
            done = subprocess.run(command, env=clean | environment, capture_output=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return "", "no end", ""
        error = done.stderr.decode(errors="replace")
        lines = error.rstrip().splitlines()
        # A signal is no exception of the script's.
        last = f"signal {-done.returncode}" if done.returncode < 0 else lines[-1] if done.returncode and lines else ""
        return done.stdout.decode(errors="replace"), last, error

    def run(self, fuel, trace=False):
        """`fuel`: {switch: units}. What it printed, its exception, all of stderr."""
        settings = {name: name for name in fuel} | self.settings
        text = ",".join(s + (f"@{fuel[name]}" if name in fuel else "") for name, s in settings.items())
        added = {"PYTHONPATH": str(self.package), "PYVM_STRESS": text} | ({"PYVM_TRACE": "1"} if trace else {})
        return self.outcome([sys.executable, "-m", "pyvm", str(self.path)], self.environment | added)

    def fails(self, fuel):
        return self.run(fuel)[:2] != self.expected

    def use_one_thread_if_that_fails(self):
        kept = self.environment
        self.environment = kept | {"PYVM_NUM_THREADS": "1"}
        if not self.fails({}):
            self.environment = kept

    def least_fuel(self, switch):
        """The least that fails, or None when fuel makes no difference."""
        if self.fails({switch: 0}):
            return None
        good, bad = 0, 1
        while not self.fails({switch: bad}):
            good, bad = bad, bad * 2
            if bad > 1 << 24:
                return None
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (good, middle) if self.fails({switch: middle}) else (middle, bad)
        return bad

    def decision(self, switch, fuel):
        error = self.run({switch: fuel}, trace=True)[2]
        found = re.search(rf"^pyvm: stress +{re.escape(switch)} {fuel}: (.*)$", error, re.MULTILINE)
        return found[1] if found else "(it logged nothing)"


def explain(path, package, environment):
    """Lines that say which decisions matter; none when the script does not fail."""
    script = Script(path, package, environment)
    if not script.fails({}):
        return []
    script.use_one_thread_if_that_fails()
    switches = ["regions", "passes"] + [s for s in script.settings if KINDS.get(s) == "Force"]
    lines = []
    for switch in dict.fromkeys(switches):
        fuel = script.least_fuel(switch)
        lines.append(f"{switch}: fuel makes no difference" if fuel is None else
                     f"{switch}@{fuel} fails, {switch}@{fuel - 1} does not: {script.decision(switch, fuel)}")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--package", type=Path, default=TOP / "build" / "bindings", help="where the package pyvm is")
    options = parser.parse_args()
    lines = explain(options.script.resolve(), options.package.resolve(), os.environ)
    print("\n".join(lines) if lines else "the script does what the oracle does")
    return 0 if lines else 1


if __name__ == "__main__":
    sys.exit(main())
