#!/usr/bin/env python3
"""Random kernels under the oracle and under pyvm: stdout, exit code and last line of stderr must agree.

    fuzz.py FIRST LAST [--mode NAME ...] [--pyvm PATH] [--jobs N] [--keep FOLDER]

Each seed from FIRST to LAST - 1 makes one script of a few kernels, with prange and range loops, branches, inner loops,
continue and break, reductions, variables whose kind differs by path, and arrays of five dtypes. What fails is kept in
the folder (/tmp/pyvm-fuzz) with the command that repeats it; cut it down and make it a file of cases/.
"""

import argparse
import concurrent.futures
import random
import sys
from pathlib import Path

import run

MODES = ["interpreted", "hot-scalar", "hot-avx2", "hot-avx512", "scalar", "exit-1", "exit-2", "exit-3", "exit-5"]
LEAVES = "a[i] b[i] k[i] f[i] u[i] i n 1.5 3 0.25 -2 a[n-1-i] b[i//2] a[-i]".split()
REDUCTIONS = [("s", "+="), ("t", "-="), ("q", "+="), ("m", "max"), ("z", "^=")]
SIZES = (1, 19, 70)
HEAD = """# peer: oracle
import numpy as np
from numba import njit, prange


def check(a):
    s = 0.0
    for i in range(len(a)):
        x = float(a[i])
        if -1e300 < x < 1e300:
            s = s * 0.9375 + x
        else:
            s = s + 1.0
    return s


"""
DATA = """
r = np.random.RandomState({n})
a = r.rand({n}) * 4 - 2
b = r.rand({n})
k = (r.rand({n}) * 20 - 10).astype(np.int64)
f = r.rand({n}).astype(np.float32)
u = (r.rand({n}) * 255).astype(np.uint8)
"""
CALL = """o = np.zeros({n})
p = np.zeros({n}, np.{kind})
print("{name}", {n}, {name}(a, b, k, f, u, o, p), check(o), check(p))
"""


class Kernel:
    """The source of one random kernel."""

    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.reductions = rng.sample(REDUCTIONS, rng.randint(0, 3))

    def pick(self, *choices):
        return self.rng.choice(choices)

    def expression(self, known, depth=0):
        roll = self.rng.random()
        if depth > 2 or roll < 0.35:
            return self.rng.choice(known + LEAVES)
        left, right = self.expression(known, depth + 1), self.expression(known, depth + 1)
        if roll < 0.80:
            return f"({left} {self.pick('+', '-', '*', '+', '-', '*', '/', '//', '%')} {right})"
        if roll < 0.85:
            return f"{self.pick('min', 'max')}({left}, {right})"
        if roll < 0.90:
            return f"({left} if {self.condition(known, depth + 1)} else {right})"
        return self.pick(f"abs({left})", f"({left}) ** {self.pick(2, 3)}", f"(-{left})")

    def condition(self, known, depth=0):
        compare = self.pick("<", ">", "<=", ">=", "==", "!=")
        text = f"{self.expression(known, depth + 1)} {compare} {self.expression(known, depth + 1)}"
        if self.rng.random() < 0.25:
            text += f" {self.pick('and', 'or')} not {self.expression(known, depth + 1)} < {self.expression(known, 2)}"
        return text

    def contribution(self, known):
        variable, op = self.rng.choice(self.reductions)
        if op == "max":
            return f"{variable} = max({variable}, {self.expression(known)})"
        if op == "^=":
            return f"{variable} ^= {self.pick('k[i]', 'i', 'u[i]', 'k[i] * 3')}"
        return f"{variable} {op} {self.expression(known)}"

    def block(self, level, known, loops):
        """Lines of a block; `loops` counts the inner loops around it. Variables of the block stay unknown outside."""
        known, lines, pad = list(known), [], "    " * level
        for _ in range(self.rng.randint(1, 3)):
            roll = self.rng.random()
            if roll < 0.30:
                variable = self.pick("v0", "v1", "v2", "v3")
                lines.append(f"{pad}{variable} = {self.expression(known)}")
                known.append(variable)
            elif roll < 0.45:
                lines.append(f"{pad}o[i] {self.pick('=', '+=', '-=')} {self.expression(known)}")
            elif roll < 0.50:
                lines.append(f"{pad}p[i] = {self.expression(known)}")
            elif roll < 0.62 and self.reductions:
                lines.append(pad + self.contribution(known))
            elif roll < 0.78 and level < 6:
                lines.append(f"{pad}if {self.condition(known)}:")
                lines += self.block(level + 1, known, loops)
                if self.rng.random() < 0.6:
                    lines += [f"{pad}else:", *self.block(level + 1, known, loops)]
            elif roll < 0.88 and loops < 2:
                counter, value = f"j{loops}", f"w{loops}"
                lines.append(f"{pad}{value} = {self.expression(known)}")
                lines.append(f"{pad}for {counter} in range({self.pick('4', 'i % 5', 'n % 7', '2')}):")
                lines.append(f"{pad}    {value} = {value} * 0.5 + {self.expression(known + [counter])}")
                lines += self.block(level + 1, known + [counter, value], loops + 1)
                known.append(value)
            elif roll < 0.95 and loops:
                lines.append(f"{pad}if {self.condition(known)}:")
                lines.append(f"{pad}    {self.pick('continue', 'break')}")
            else:
                lines.append(f"{pad}if {self.condition(known)}:\n{pad}    continue")
        return lines

    def text(self):
        lines = ["@njit(parallel=True, error_model='numpy')"]
        lines += [f"def {self.name}(a, b, k, f, u, o, p):", "    n = len(a)"]
        for variable, op in self.reductions:
            lines.append(f"    {variable} = {0 if op == '^=' else self.pick('0.0', '1.5', '0')}")
        lines.append(f"    for i in {self.pick('prange', 'prange', 'range')}(n):")
        lines += self.block(2, [], 0)
        lines.append(f"    return {', '.join(v for v, op in self.reductions) or 0}")
        return "\n".join(lines) + "\n\n\n"


def script(seed, kernels=5):
    rng = random.Random(seed)
    names = [f"kernel{number}" for number in range(kernels)]
    text = HEAD + "".join(Kernel(rng, name).text() for name in names)
    for n in SIZES:
        text += DATA.format(n=n)
        for name in names:
            text += CALL.format(n=n, name=name, kind=rng.choice(["int64", "int32", "float32", "uint8", "float64"]))
    return text


def try_seed(runner, folder, modes, seed):
    path = folder / f"seed{seed}.py"
    path.write_text(script(seed))
    case = run.Case(path)
    # A kernel may fail with an exception, which is then the answer.
    case.exit = runner.peers.result(case).code
    problems = [runner.verdict((case, mode)) for mode in modes]
    problems = [f"seed {seed} [{mode}]\n{problem}\n" for mode, problem in zip(modes, problems) if problem]
    if not problems:
        path.unlink()
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--mode", nargs="+", choices=run.ENGINE_MODES, default=MODES)
    parser.add_argument("--pyvm", type=lambda p: Path(p).resolve(), default=run.TOP / "build" / "pyvm")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("/tmp/pyvm-fuzz"))
    options = parser.parse_args()
    options.door = "cli"
    options.keep.mkdir(parents=True, exist_ok=True)
    runner = run.Runner(options)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        seeds = range(options.first, options.last)
        for problems in pool.map(lambda seed: try_seed(runner, options.keep, options.mode, seed), seeds):
            failed += bool(problems)
            print("".join(problems), end="", flush=True)
    print(f"{len(seeds) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
