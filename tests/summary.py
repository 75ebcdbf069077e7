"""Adds up what Meson and pytest reported and prints the last line of `./dev test`.

    summary.py MESON_TESTLOG_JSON PYTEST_JUNIT_XML

Either file may be missing: nothing of its kind was run. A Meson test that speaks the Test Anything Protocol counts once
for each of its lines, any other counts once. Exits with 1 if a test failed or if there was none.
"""

import json
import os
import re
import sys
import xml.etree.ElementTree

TAP_LINE = re.compile(r"^(ok|not ok) \d+(.*)$", re.MULTILINE)
PASSED = {"OK", "EXPECTEDFAIL"}


def count_meson_test(test):
    """(passed, failed, skipped) of one line of Meson's test log."""
    if test["result"] == "SKIP":
        return 0, 0, 1
    lines = TAP_LINE.findall(test.get("stdout", ""))
    if not lines:
        return (1, 0, 0) if test["result"] in PASSED else (0, 1, 0)
    skipped = sum("# skip" in rest.lower() for verdict, rest in lines)
    failed = sum(verdict == "not ok" for verdict, rest in lines)
    passed = len(lines) - skipped - failed
    # A program that crashed, ran out of time or stopped early has failed, whatever lines it had printed before.
    if failed == 0 and test["result"] not in PASSED:
        failed = 1
    return passed, failed, skipped


def meson_counts(path):
    with open(path, encoding="utf-8") as log:
        for line in log:
            yield count_meson_test(json.loads(line))


def pytest_counts(path):
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        skipped = int(suite.get("skipped"))
        yield int(suite.get("tests")) - failed - skipped, failed, skipped


def main(meson_log, pytest_log):
    counts = [(0, 0, 0)]
    if os.path.exists(meson_log):
        counts += meson_counts(meson_log)
    if os.path.exists(pytest_log):
        counts += pytest_counts(pytest_log)
    passed, failed, skipped = map(sum, zip(*counts))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
