"""The measurements as Markdown, and the machine they were made on."""

import datetime
import os
import platform
import subprocess
import sys

import numpy as np


def _first_line(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else ""


def _cpu():
    seen = {}
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            key, _, value = line.partition(":")
            seen.setdefault(key.strip(), value.strip())
    vectors = [name for name in ("avx2", "fma", "avx512f", "avx512dq") if name in seen.get("flags", "").split()]
    return (f"{seen.get('model name', platform.processor())} (family {seen.get('cpu family', '?')}, "
            f"model {seen.get('model', '?')}, {' '.join(vectors)})")


def _numba():
    try:
        import numba
    except ImportError:
        return "not installed: it takes no part"
    try:
        return f"{numba.__version__}, threading layer {numba.threading_layer()}"
    except ValueError:
        return numba.__version__


def _blas():
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return f"{blas['name']} {blas['version']}"
    except (KeyError, TypeError):
        return "BLAS unknown"


def _pyvm():
    import pyvm

    here = os.path.dirname(os.path.abspath(__file__))
    commit = _first_line(["git", "-C", here, "describe", "--always", "--dirty"])
    return f"{getattr(pyvm, '__version__', '')} {commit}, {pyvm.get_num_threads()} threads"


def machine():
    """Name -> text: everything a figure depends on that is not in the repository."""
    return {
        "CPU": _cpu(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load average": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "pyvm": _pyvm(),
        "Numba": _numba(),
        "NumPy": f"{np.__version__}, {_blas()}",
        "C++": _first_line([os.environ.get("CXX", "g++"), "--version"]),
        "Python": sys.version.split()[0],
    }


def duration(seconds):
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def agreement(expected, seen):
    """`same` where all bits agree, else the greatest difference, relative to the greatest element."""
    if isinstance(expected, (list, tuple)):
        return "same" if list(expected) == list(seen) else "differs"
    a, b = np.asarray(expected), np.asarray(seen)
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{b.dtype}{list(b.shape)} beside {a.dtype}{list(a.shape)}"
    if a.tobytes() == b.tobytes():
        return "same"
    return f"{np.nanmax(np.abs(a.astype(float) - b)) / np.nanmax(np.abs(a)):.1g}"


def ratio(value):
    text = f"{value:.3g}" if value < 100 else f"{value:.0f}"
    # Within two hundredths two measurements of the same thing differ.
    return f"{text} **slower**" if value < 0.98 else text


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _named(rows, *starts):
    """The row of the first contender whose name begins so, and that ran."""
    for start in starts:
        for row in rows:
            if row["name"].startswith(start) and "error" not in row:
                return row
    return None


def _against(row):
    if row is None or "ratio" not in row:
        return ""
    r = row["ratio"]
    return f"{ratio(r['best'])}; {r['median']:.3g} ({r['low']:.3g} to {r['high']:.3g})"


def _bits(rows):
    seen = [f"{row['name']}: {row['bits']}" for row in rows if "bits" in row and row["bits"] != "same"]
    return "; ".join(seen) or "same"


def summary_table(results):
    """One row for each case."""
    rows = []
    for case, contenders in results["cases"].items():
        ours = contenders[0]
        first = results["first calls"].get(case, {})
        waits = [duration(max(f["first"] - f["hot"], 0.0)) for f in (first.get("pyvm"), first.get("Numba")) if f]
        memory = [f"{f['memory'] / 1e6:.0f}" for f in (first.get("pyvm"), first.get("Numba")) if f]
        speed = ["cannot run it", "", "", ""] if "error" in ours else [
            f"{duration(ours['best'])}; {duration(ours['median'])}", _against(_named(contenders, "Numba", "CPython")),
            _against(_named(contenders, "C++ as written")), _against(_named(contenders, "C++ by hand", "C++ vectors"))]
        rows.append([case, *speed, " / ".join(waits), " / ".join(memory), _bits(contenders)])
    return table(["kernel", "pyvm, best; median", "of Numba's speed", "of C++ as written", "of C++ by hand",
                  "first call costs more by: pyvm / Numba", "memory, MB: pyvm / Numba", "bits"], rows)


def details_table(results):
    """One row for each contender of each case."""
    rows = []
    for case, contenders in results["cases"].items():
        for c in contenders:
            head = [case if c is contenders[0] else "", c["name"]]
            if "error" in c:
                rows.append(head + [f"cannot run it: {c['error']}", "", "", "", ""])
                continue
            speeds = ["", ""]
            if "ratio" in c:
                r = c["ratio"]
                speeds = [ratio(r["best"]), f"{ratio(r['median'])} ({r['low']:.3g} to {r['high']:.3g})"]
            spread = f"{duration(c['median'])} ({duration(c['low'])} to {duration(c['high'])})"
            rows.append(head + [duration(c["best"]), spread, *speeds, c.get("bits", "")])
    return table(["case", "contender", "best", "median", "pyvm is (best)", "pyvm is (median)", "bits"], rows)


def markdown(results):
    parts = ["\n".join(f"- {name}: {text}" for name, text in results["machine"].items()),
             summary_table(results),
             "Ratios say how many times as fast pyvm is as the other; below 1 it is slower. Best of all blocks first, then "
             "the median of blocks with its 95 % interval. *bits* compares with pyvm's result: the same, or the greatest "
             "difference as a share of the greatest element.",
             details_table(results)]
    if results["first calls"]:
        rows = [[case if name == "pyvm" else "", name, duration(f["first"]), duration(f["hot"]),
                 duration(max(f["first"] - f["hot"], 0.0)), f"{f['memory'] / 1e6:.1f} MB"]
                for case, takers in results["first calls"].items() for name, f in takers.items()]
        parts.append("First call in a fresh process, the median of its runs; memory beyond NumPy's and the arguments':")
        parts.append(table(["case", "contender", "first call", "hot call", "first costs more by", "memory"], rows))
    if results["imports"]:
        rows = [[i["what"], duration(i["best"]), duration(i["median"])] for i in results["imports"]]
        parts.append(table(["import in a fresh process", "best", "median"], rows))
    parts += [f"Note: {note}" for note in results["notes"]]
    return "\n\n".join(parts)
