"""Random kernels whose only way to go wrong is one guard: everything they do is plain but for one operation that one
iteration may not finish as the others do (a subscript out of range, a divisor of zero, a float that is no int ...).

A kernel is a guard (table GUARDS: an operation for each kind of check that the recorder writes) put into a shape: below
masks, in inner loops of equal and of unlike lengths, in `while`, in an inner prange, behind a store, behind `continue`, in
a helper function. Some rows have no check but an operation that one value tells from what it must not be folded to. The
calls place the bad element at the first, the last, or any iteration, at two of them, behind a condition that keeps it
from being reached, or nowhere. So a lost exit has nothing to hide behind: a missing exception, one of another iteration,
or an element that should not have been written.
"""

import random
from dataclasses import dataclass, field

SIGNED = ("int64", "int64", "int32", "int16", "int8")
ANY_INT = (*SIGNED, "uint8", "uint16", "uint32", "uint64")
FLOATS = ("float64", "float32")
LENGTH = 7  # of the tables that subscripts select from


@dataclass
class Guard:
    """{g} and {h} stand for the iteration's elements of the arrays g (may be bad) and h (never is)."""

    lines: tuple            # statements, the last ones assign `v`; {v} is fresh in none
    kinds: tuple            # of g
    good: str               # NumPy text for `count` good elements, from `r = ints(...)` of 0..1023
    bad: tuple              # elements that fail
    raises: str = ""        # options that it needs to raise inside a prange
    helper: str = ""        # a function that it calls


IN_TABLE = f"r % {LENGTH}"
WRAPPING = f"r % {2 * LENGTH} - {LENGTH}"
ONE_UP = "r % 9 + 1"
PYTHON = "error_model='python'"

GUARDS = {
    "load": Guard(("v = t[{g}]",), ANY_INT, IN_TABLE, (LENGTH, LENGTH + 1, 100)),
    "load, wrapping": Guard(("v = t[{g}]",), SIGNED, WRAPPING, (LENGTH, -LENGTH - 1, -100, 127)),
    "load, far": Guard(("v = t[{g}]",), ("int64",), IN_TABLE, (2**62, -2**62, 2**40, -2**63 + 1, 2**63 - 1)),
    "load, computed": Guard(("v = t[{g} * 2 - {h}]",), SIGNED, "r % 3 + 1", (5, 60, -60)),
    "load, first of two": Guard(("v = t2[{g}, {h} % 3]",), SIGNED, IN_TABLE, (LENGTH, -LENGTH - 1)),
    "load, second of two": Guard(("v = t2[{h} % 7, {g}]",), ANY_INT, "r % 3", (3, 99)),
    "load, row": Guard(("row = t2[{g}]", "v = row[1] + row[2]"), SIGNED, IN_TABLE, (LENGTH, -LENGTH - 1)),
    "load, of a row": Guard(("row = t2[{h} % 7]", "v = row[{g}]"), SIGNED, "r % 3", (3, -4)),
    "load, twice": Guard(("v = t[{h} % 7] + t[t3[{g}]]",), SIGNED, IN_TABLE, (LENGTH, -LENGTH - 1)),
    "load, narrow": Guard(("v = t8[{g}] * 0.5",), ANY_INT, IN_TABLE, (LENGTH, 100)),
    "store": Guard(("w[i, {g}] = {h} * 0.5", "v = 1.0"), ANY_INT, IN_TABLE, (LENGTH, 77)),
    "store, wrapping": Guard(("w[i, {g}] = {h} * 0.5", "v = w[i, 0]"), SIGNED, WRAPPING, (LENGTH, -LENGTH - 1)),
    "update": Guard(("w[i, {g}] += {h}", "v = 2.0"), SIGNED, IN_TABLE, (LENGTH, -LENGTH - 1)),
    "floor division": Guard(("v = ({h} + 3) // {g}",), ANY_INT, ONE_UP, (0,), PYTHON),
    "remainder": Guard(("v = {h} % {g}",), ANY_INT, ONE_UP, (0,), PYTHON),
    "division": Guard(("v = {h} / {g}",), ANY_INT, ONE_UP, (0,), PYTHON),
    "float division": Guard(("v = ({h} * 0.5) / {g}",), FLOATS, ONE_UP, (0.0, -0.0), PYTHON),
    "float floor division": Guard(("v = ({h} * 0.5) // {g}",), FLOATS, ONE_UP, (0.0, -0.0), PYTHON),
    "float remainder": Guard(("v = ({h} * 0.5) % {g}",), FLOATS, ONE_UP, (0.0, -0.0), PYTHON),
    "constant by": Guard(("v = 1.5 / {g} + 7 // {g}",), ("int64",), ONE_UP, (0,), PYTHON),
    "division by a difference": Guard(("v = 6 // ({g} - 4)",), SIGNED, "r % 3 + 5", (4,), PYTHON),
    "division in a helper": Guard(("v = {helper}({h}, {g})",), ANY_INT, ONE_UP, (0,), PYTHON,
                                  "def {helper}(p, q):\n    if p > 500:\n        return 1.0\n    return p / q"),
    "power": Guard(("v = ({h} + 2) ** {g}",), SIGNED, "r % 5", (-1, -7)),
    "int of float": Guard(("v = int({g})",), FLOATS, "r * 0.5", ("np.nan", "np.inf", "-np.inf", "1e30")),
    "floor": Guard(("v = math.floor({g})",), ("float64",), "r * 0.5", ("np.nan", "-np.inf", "9.3e18")),
    "ceil": Guard(("v = math.ceil({g}) + 1",), ("float64",), "r * -0.5", ("np.nan", "np.inf", "-9.3e18")),
    "round": Guard(("v = round({g})",), ("float64",), "r * 0.25", ("np.nan", "np.inf", "1e19")),
    "subscript of a float": Guard(("v = t[int({g})]",), ("float64",), f"r % {LENGTH} + 0.25", ("7.0", "-8.0", "np.nan")),
    "step": Guard(("v = 0", "for q in range(0, 5, {g}):", "    v += q"), SIGNED, "r % 3 + 1", (0,)),
    "range": Guard(("v = 0", "for q in range({g}, 2**62):", "    v += 1", "    if v > 2:", "        break"), ("int64",),
                   "r % 5", (-2**62 - 5, -2**63 + 1)),
    "range, reversed": Guard(("v = 0", "for q in range({g}, -2**62):", "    v += 1", "    if v > 2:", "        break"), ("int64",),
                             "r % 5", (2**62 + 5, 2**63 - 1)),
    "prange, reversed": Guard(("v = 0", "for q in prange({g}, -2**62):", "    v += q"), ("int64",), "r % 5", (2**62 + 5, 2**63 - 1)),
    "prange, reversed, by 3": Guard(("v = 0", "for q in prange({g}, -2**62, 3):", "    v += q"), ("int64",), "r % 5",
                                    (2**62, 2**62 + 5, 2**63 - 1)),
    "slice": Guard(("part = t[{g}:]", "v = part[1]"), SIGNED, "r % 5", (LENGTH, LENGTH - 1, 100)),
    "slice, wrapping": Guard(("part = t[{g}:6]", "v = part[0]"), SIGNED, "r % 5", (-3, -100, LENGTH, 6)),
    "slice, ends": Guard(("part = t[2:{g}]", "v = part[1]"), SIGNED, "r % 3 + 4", (3, 1, -1, -6, 100)),
    "slice, length": Guard(("part = t[2:{g}]", "v = len(part)"), SIGNED, "r % 5 + 2", (1, 0, -1, 8, 100)),
    "slice, rest": Guard(("part = t[{g}:]", "v = len(part)"), SIGNED, "r % 5", (8, 100, -1, -100)),
    "shapes of its own": Guard(("part = np.zeros(3)", "part[:] = t[{g}:6]", "v = part[1]"), SIGNED, "r % 1 + 3", (2, 4, 6)),
    "randint": Guard(("v = np.random.randint({g})",), SIGNED, ONE_UP, (0, -1)),
    "uniform": Guard(("v = np.random.uniform({g}, 1e308)",), ("float64",), ONE_UP, ("-1e308", "np.inf", "np.nan")),
    "normal": Guard(("v = np.random.normal(0.5, {g})",), ("float64",), ONE_UP, ("-1.0", "-0.0", "np.nan")),
    "shapes": Guard(("w[i, 0:3] = t[{g}:6]", "v = w[i, 1]"), SIGNED, "r % 1 + 3", (2, 4, 6)),
    "assert": Guard(("assert {g} > 0, 'not above'", "v = {g} * 0.5"), ("int64", "float64", "uint8"), ONE_UP, (0,)),
    "raise": Guard(("if {g} == 11:", "    raise ValueError('eleven')", "v = {g} + 1"), ANY_INT, ONE_UP, (11,)),
    # An int that no float64 is, so that the sum tells what it was added as.
    "kinds": Guard(("v = 9007199254740993", "if {g} > 9:", "    v = 0.5", "v = v + {h}"), ("int64",), ONE_UP, (10,)),
    # No checks: operations that must not be folded, for the sake of one value.
    "times zero": Guard(("v = {g} * 0.0",), FLOATS, ONE_UP, ("-1.0", "np.inf", "-0.0")),
    "plus zero": Guard(("v = {g} + 0.0",), FLOATS, ONE_UP, ("-0.0",)),
    "minus zero": Guard(("v = {g} - -0.0",), FLOATS, ONE_UP, ("-0.0",)),
    "from zero": Guard(("v = 0.0 - {g}",), FLOATS, ONE_UP, ("0.0",)),
    "from minus zero": Guard(("v = -0.0 - {g} + ({g} + -0.0)",), FLOATS, ONE_UP, ("0.0", "-0.0")),
    "less itself": Guard(("v = {g} - {g}",), FLOATS, ONE_UP, ("np.inf", "np.nan")),
    "third": Guard(("v = {g} / 3.0 + {g} / 0.1",), FLOATS, ONE_UP, ("0.1", "-0.0", "1e30")),
    "lesser": Guard(("z = {h} * 0.0", "v = {g} if {g} <= z else z"), ("float64",), ONE_UP, ("-0.0", "np.nan")),
    "greater": Guard(("z = {h} * -0.0", "v = z if {g} < z else {g}"), ("float64",), ONE_UP, ("0.0", "np.nan")),
    "equals itself": Guard(("v = 1.0 if {g} == {g} else 2.0",), FLOATS, ONE_UP, ("np.nan",)),
    "not below": Guard(("v = 1.0 if not ({g} < 5.0) else 2.0",), FLOATS, ONE_UP, ("np.nan",)),
    "shifted": Guard(("v = ({g} >> 1) + ({g} << 1)",), SIGNED, ONE_UP, (-1, 127)),
    "float subscript": Guard(("k = {h} % 7", "if {g} > 9:", "    k = 0.5", "v = t[k]"), ("int64",), ONE_UP, (10,)),
}


@dataclass
class Shape:
    """Where the guard stands: what surrounds it, outermost first, and what else the iteration does."""

    parallel: bool
    around: list = field(default_factory=list)
    before: list = field(default_factory=list)
    after: list = field(default_factory=list)


AROUND = ("masked", "masked", "masked", "uniform", "inner", "inner", "unlike", "while", "inner prange", "else", "not last")
BEFORE = ("store", "store", "sum", "continue", "read", "local")


def draw_shape(rng):
    shape = Shape(rng.random() < 0.7)
    shape.around = rng.sample(AROUND, rng.choice((0, 1, 1, 2)))
    loops = [a for a in shape.around if a in ("inner", "unlike", "while", "inner prange")]
    shape.around = [a for a in shape.around if a not in loops[1:]]
    shape.before = rng.sample(BEFORE, rng.choice((0, 1, 2)))
    shape.after = rng.sample(("store", "sum", "largest", "update"), rng.choice((1, 1, 2)))
    return shape


class Kernel:
    """As kernels.Kernel: name, text(), parameters; and calls()."""

    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.kind = rng.choice(sorted(GUARDS))
        self.guard = GUARDS[self.kind]
        self.shape = draw_shape(rng)
        self.dtype = rng.choice(self.guard.kinds)
        self.two = any(a in self.shape.around for a in ("inner", "unlike", "while", "inner prange"))
        self.inexact = self.kind == "normal" # logarithms
        self.draws = "np.random" in self.guard.lines[0]
        self.overlaps = rng.random() < 0.12
        self.parameters = [(p, "guard", None, ()) for p in ("g", "h", "c", "x", "t", "t2", "t3", "t8", "w", "o", "flag", "m")]

    def text(self):
        """Unused parameters stay: a call fits any guard."""
        options = (["parallel=True"] if self.shape.parallel or "prange" in self.kind or "inner prange" in self.shape.around else [])
        options += [self.guard.raises] if self.guard.raises else []
        helper = self.name + "_helper"
        text = ""
        if self.guard.helper:
            text += f"@njit({self.guard.raises})\n{self.guard.helper.format(helper=helper)}\n\n\n"
        names = ", ".join(p[0] for p in self.parameters)
        lines = [f"@njit({', '.join(options)})", f"def {self.name}({names}):", "    n = len(x)"]
        if self.draws:
            lines.append("    np.random.seed(7)")
        if self.sums():
            lines.append(f"    s = {self.rng.choice(('0.0', '0.0', '1.5'))}")
        if "largest" in self.shape.after:
            lines.append("    top = -1000.0")
        lines.append(f"    for i in {'prange' if self.shape.parallel else 'range'}(n):")
        lines += self.body("        ", helper)
        results = (["s"] if self.sums() else []) + (["top"] if "largest" in self.shape.after else [])
        lines.append(f"    return {', '.join(results) or '0'}")
        return text + "\n".join(lines) + "\n\n\n"

    def sums(self):
        return "sum" in self.shape.before or "sum" in self.shape.after

    def body(self, pad, helper):
        element = "[i, j]" if self.two else "[i]"
        lines = [pad + {"store": "o[i] = x[i] * 0.5", "sum": "s += x[i]", "continue": "if x[i] > 1.5:\n" + pad + "    continue",
                        "read": "y = x[i] * 3.0", "local": "y = np.zeros(3)"}[b] for b in self.shape.before]
        ends = []
        for around in self.shape.around:
            if around == "while":
                lines += [f"{pad}j = -1", f"{pad}while j < {self.rng.choice(('m - 1', 'i % m'))}:", f"{pad}    j += 1"]
            elif around == "else":
                lines += [f"{pad}if c[i] <= 0:", f"{pad}    o[i] = 3.0", f"{pad}else:"]
            else:
                lines.append(pad + {
                    "masked": "if c[i] > 0:", "uniform": "if flag > 0:", "inner": "for j in range(m):",
                    "unlike": "for j in range(i % m, m):", "inner prange": "for j in prange(m):",
                    "not last": "if i < n - 1:"}[around])
            if around == "inner prange":
                ends.append(around)
            pad += "    "
        lines += [pad + line.format(g=f"g{element}", h=f"h{element}", helper=helper) for line in self.guard.lines]
        for after in self.shape.after:
            inner = "inner prange" in ends
            if inner and after in ("store", "update"): # each iteration its own element
                lines.append(f"{pad}w[i, j] = v" if not self.kind.startswith(("store", "update", "shapes")) else f"{pad}x[i] * 2.0")
            else:
                lines += [pad + line for line in {"store": ("o[i] = v",), "update": ("o[i] += v",), "sum": ("s += v",),
                                                  "largest": ("top = max(top, v)",)}[after]]
        return lines

    def calls(self):
        sizes = self.rng.sample((1, 3, 8, 16, 17, 33, 40, 70, 100), 3)
        places = self.rng.sample(("first", "last", "any", "any", "two", "unreached", "none"), 3)
        return [GuardCall(self, self.rng.random(), n, place) for n, place in zip(sizes, places)]


class GuardCall:
    """Arguments with a bad element at `place`. As inputs.Call; `sure`: iterations of a prange that certainly have run."""

    def __init__(self, kernel, seed, n, place, m=4, plain=False):
        self.kernel, self.seed, self.n, self.place, self.m, self.plain = kernel, seed, n, place, m, plain
        self.style, self.parameters = "small", kernel.parameters
        rng = random.Random(seed)
        guard, count = kernel.guard, n * m if kernel.two else n
        behind = f".reshape({n}, {m})" if kernel.two else ""
        good = guard.good.replace("r", f"ints('int64', {count}, {rng.randrange(1, 10**6)}, 0, 1024, (0,), 0)", 1)
        at = {"first": [0], "last": [n - 1], "any": [rng.randrange(n)], "none": [],
              "two": [rng.randrange(n), rng.randrange(n)], "unreached": [rng.randrange(n)]}[place]
        self.setup = [f"g = ({good}).astype(np.{kernel.dtype}){behind}",
                      f"h = (ints('int64', {count}, {rng.randrange(1, 10**6)}, 0, 9, (0,), 0)){behind}",
                      f"c = ints('int64', {n}, {rng.randrange(1, 10**6)}, {rng.choice((0, -3, -1))}, 4, (0,), 0)",
                      f"x = floats('float64', {n}, {rng.randrange(1, 10**6)}, -2.0, 1.9, (0.0,), 0)",
                      f"t = np.arange({LENGTH}) * 1.5", f"t2 = np.arange({LENGTH * 3}).reshape({LENGTH}, 3) * 0.5",
                      f"t3 = np.arange({LENGTH})[::-1]", f"t8 = np.arange({LENGTH}).astype(np.int8)",
                      f"w = np.zeros(({n}, {LENGTH}))", f"o = np.zeros({n})"]
        if rng.random() < 0.15 and not plain: # arrays that meet: the careful version runs
            self.setup.append("x = o" if kernel.overlaps else "o = x")
        element = ", -1" if rng.random() < 0.3 else f", {rng.randrange(m)}"
        for i in at:
            self.setup.append(f"g[{i}{element if kernel.two else ''}] = {rng.choice(guard.bad)}")
            self.setup.append(f"c[{i}] = {0 if place == 'unreached' else 2}")
        self.arguments = ["g", "h", "c", "x", "t", "t2", "t3", "t8", "w", "o", str(rng.choice((1, 1, 0))), str(m)]
        self.bases = ["o", "w"]
        self.sure = min(at, default=n)

    def again(self, **changes):
        changes.pop("style", None)
        same = {"kernel": self.kernel, "seed": self.seed, "n": self.n, "place": self.place, "m": self.m, "plain": self.plain}
        return GuardCall(**{**same, **changes})
