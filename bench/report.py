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
    """`same` where all bits agree, else the greatest relative difference."""
    if isinstance(expected, (list, tuple)):
        return "same" if list(expected) == list(seen) else "differs"
    a, b = np.asarray(expected), np.asarray(seen)
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{b.dtype}{list(b.shape)} beside {a.dtype}{list(a.shape)}"
    if a.tobytes() == b.tobytes():
        return "same"
    scale = np.maximum(np.abs(a), np.abs(b)).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return f"{np.nanmax(np.where(scale > 0, np.abs(a - b) / scale, 0)):.1g}"


def _speed(peer, ours):
    ratio = peer / ours
    text = f"{ratio:.3g}" if ratio < 100 else f"{ratio:.0f}"
    # Within two hundredths two measurements of the same thing differ.
    return f"{text} **slower**" if ratio < 0.98 else text


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def markdown(results):
    parts = ["\n".join(f"- {name}: {text}" for name, text in results["machine"].items())]
    rows = []
    for case, contenders in results["cases"].items():
        ours = contenders[0]
        for c in contenders:
            speeds = ["", ""] if c is ours else [_speed(c[k], ours[k]) for k in ("best", "median")]
            rows.append([case if c is ours else "", c["name"], duration(c["best"]), duration(c["median"]), *speeds,
                         c["bits"]])
    parts.append("The two columns *pyvm is* say how many times as fast pyvm is as that row's contender; below 1 it is "
                 "slower. *bits* compares with pyvm's result: the same, or the greatest relative difference.")
    parts.append(table(["case", "contender", "best", "median", "pyvm is (best)", "pyvm is (median)", "bits"], rows))
    if results["first calls"]:
        rows = [[f["case"], f["name"], duration(f["first"]), duration(f["hot"]),
                 duration(max(f["first"] - f["hot"], 0.0))] for f in results["first calls"]]
        parts.append("First call in a fresh process, the median of its runs:")
        parts.append(table(["case", "contender", "first call", "hot call", "first costs more by"], rows))
    if results["imports"]:
        rows = [[i["what"], duration(i["best"]), duration(i["median"])] for i in results["imports"]]
        parts.append(table(["import in a fresh process", "best", "median"], rows))
    parts += [f"Note: {note}" for note in results["notes"]]
    return "\n\n".join(parts)
