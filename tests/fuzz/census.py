#!/usr/bin/env python3
"""What random kernels are made of, and what becomes of their loops: a kernel that never compiles tests little.

    tests/fuzz/census.py [--kernels N] [--seed S] [--family NAME ...] [--package FOLDER] [--mode NAME]

Runs kernels under one mode (no oracle), and prints for each feature of the source (FEATURES: a look at the syntax tree)
the share of kernels that have it and the share that have it in a kernel with compiled code; then the states of their
loops, and the reasons for those that were not compiled, most frequent first.
"""

import argparse
import ast
import collections
import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz import __main__ as fuzz  # noqa: E402
from fuzz import batches  # noqa: E402


def calls(tree, *names):
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) in names]


def loops(tree, function=None):
    found = [n for n in ast.walk(tree) if isinstance(n, ast.For) and isinstance(n.iter, ast.Call)]
    return [n for n in found if function is None or ast.unparse(n.iter.func) == function]


def within(tree, outer, inner):
    return [n for loop in loops(tree, outer) for s in loop.body for n in loops(s, inner)]


def nodes(tree, *kinds):
    return [n for n in ast.walk(tree) if isinstance(n, kinds)]


def subscripts(tree, rank=None, context=None, slices=None):
    found = []
    for n in nodes(tree, ast.Subscript):
        parts = n.slice.elts if isinstance(n.slice, ast.Tuple) else [n.slice]
        sliced = [p for p in parts if isinstance(p, ast.Slice)]
        if rank not in (None, len(parts)) or (context and not isinstance(n.ctx, context)) or (slices is not None and bool(sliced) != slices):
            continue
        found.append(n)
    return found


def steps(tree, negative):
    found = [n.step for n in nodes(tree, ast.Slice) if n.step is not None]
    return [s for s in found if ast.unparse(s).startswith("-") == negative]


def last_in(body, loop):
    """The statement after the loop in its block, if the loop stands there."""
    return [b for a, b in zip(body, body[1:]) if a is loop]


def loops_in_a_row(tree):
    return [n for n in nodes(tree, ast.FunctionDef, ast.For) for a, b in zip(n.body, n.body[1:])
            if all(isinstance(x, ast.For) and ast.unparse(x.iter).startswith("prange") for x in (a, b))]


def literals(tree, *texts):
    return [n for n in nodes(tree, ast.Constant, ast.UnaryOp, ast.Attribute, ast.BinOp) if ast.unparse(n) in texts]


FEATURES = {
    "prange": lambda t: loops(t, "prange"),
    "prange in prange": lambda t: within(t, "prange", "prange"),
    "range in prange": lambda t: within(t, "prange", "range"),
    "range in range": lambda t: within(t, "range", "range"),
    "prange after prange": loops_in_a_row,
    "while": lambda t: nodes(t, ast.While),
    "while True": lambda t: [n for n in nodes(t, ast.While) if ast.unparse(n.test) == "True"],
    "loop with else": lambda t: [n for n in nodes(t, ast.For, ast.While) if n.orelse],
    "if": lambda t: nodes(t, ast.If),
    "break": lambda t: nodes(t, ast.Break),
    "continue": lambda t: nodes(t, ast.Continue),
    "return inside": lambda t: [n for loop in nodes(t, ast.For, ast.While) for n in nodes(loop, ast.Return)],
    "raise, assert": lambda t: nodes(t, ast.Raise, ast.Assert),
    "helper": lambda t: [n for n in nodes(t, ast.Call) if "_h" in ast.unparse(n.func)],
    "store": lambda t: subscripts(t, context=ast.Store),
    "rank 2 read": lambda t: subscripts(t, 2, ast.Load), "rank 2 written": lambda t: subscripts(t, 2, ast.Store),
    "rank 3 read": lambda t: subscripts(t, 3, ast.Load), "rank 3 written": lambda t: subscripts(t, 3, ast.Store),
    "rank 4": lambda t: subscripts(t, 4),
    "slice read": lambda t: subscripts(t, context=ast.Load, slices=True),
    "slice written": lambda t: subscripts(t, context=ast.Store, slices=True),
    "slice by a step": lambda t: steps(t, False), "slice by a negative step": lambda t: steps(t, True),
    "array of its own": lambda t: calls(t, *("np." + f + like for f in ("zeros", "empty", "full", "ones") for like in ("", "_like"))),
    "tuple": lambda t: nodes(t, ast.Tuple),
    "min, max": lambda t: calls(t, "min", "max"),
    "-0.0": lambda t: literals(t, "-0.0"), "inf, nan": lambda t: literals(t, "np.inf", "np.nan", "-np.inf"),
    "random": lambda t: [n for n in nodes(t, ast.Attribute) if ast.unparse(n).startswith("np.random.")],
    "cast": lambda t: calls(t, *("np." + k for k in ("float32", "int32", "uint8", "uint64", "int8", "int64")), "int", "float", "bool"),
}


def watch(package, mode, script):
    """In a child: runs the calls, then {kernel: [(kind, state, reason) of each region]}."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            batches.use_package(mode, package)
            space = {"__name__": "__main__"}
            path = f"/tmp/pyvm-census-{os.getpid()}.py"
            Path(path).write_text(script.text)
            exec(compile(script.text, path, "exec"), space)
            found = {}
            for name, call, _ in script.calls:
                signal.setitimer(signal.ITIMER_PROF, batches.CPU_SECONDS)
                batches.outcome(space, path, name, call)
                found[name] = [(r["kind"], r["state"], r["reason"]) for r in space[name].regions()]
            os.write(write, json.dumps(found).encode())
            os.unlink(path)
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as file:
        text = file.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", nargs="+", choices=fuzz.FAMILIES, default=list(fuzz.FAMILIES))
    parser.add_argument("--mode", default="avx512", choices=batches.MODES)
    parser.add_argument("--package", type=Path, default=batches.TOP / "build" / "bindings")
    options = parser.parse_args()
    have, compiled_with, states, reasons, families = (collections.Counter() for _ in range(5))
    total = compiled = lost = 0
    seed = options.seed
    while total < options.kernels:
        which = fuzz.family(seed, options.family)
        script = fuzz.make_script(seed, which)
        regions = watch(options.package.resolve(), options.mode, script)
        tree = ast.parse(script.text)
        names = {name for name, _, _ in script.calls}
        families[which] += 1
        lost += not regions
        for function in tree.body:
            if not isinstance(function, ast.FunctionDef) or function.name not in names:
                continue
            total += 1
            mine = regions.get(function.name, [])
            fast = any(state == "compiled" for _, state, _ in mine)
            compiled += fast
            for feature, look in FEATURES.items():
                if look(function):
                    have[feature] += 1
                    compiled_with[feature] += fast
            for kind, state, reason in mine:
                states[f"{kind}: {state}"] += 1
                if state != "compiled":
                    reasons[f"{kind}: {state} - {reason.split(';')[0]}"] += 1
        seed += 1
    print(f"{total} kernels of {seed - options.seed} batches ({lost} did not come through), {100 * compiled / total:.0f}% with compiled code")
    print(", ".join(f"{count} of {name}" for name, count in families.items()))
    for feature in FEATURES:
        print(f"{feature:28} {100 * have[feature] / total:5.1f}% {100 * compiled_with[feature] / total:5.1f}%")
    for name, count in states.most_common():
        print(f"{count:6} {name}")
    for name, count in reasons.most_common(25):
        print(f"{count:6} {name[:200]}")


if __name__ == "__main__":
    main()
