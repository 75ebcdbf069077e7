"""Random kernels: functions over arrays with parallel and serial loops, every kind of loop variable of DESIGN 3, and all
the ways out of a loop. The result is a plain script's text; nothing in it races, so that its result is defined.

Each kernel first draws the features that it may use (swarm testing, Groce et al., ISSTA 2012): kernels that have many of
a few things find more than kernels that have a little of everything.
"""

from . import inputs
from .expressions import Array, Expressions, Scope

FEATURES = {  # name -> probability that a kernel has it
    "mixed": 0.35, "casts": 0.3, "math": 0.3, "inexact": 0.12, "raises": 0.12, "bounds": 0.07, "zero": 0.2, "helpers": 0.35,
    "while": 0.45, "inner": 0.8, "inner prange": 0.25, "breaks": 0.6, "continues": 0.7, "reductions": 0.6,
    "carried": 0.12, "leaves": 0.06, "if": 0.9, "joins": 0.4, "slices": 0.08, "counts": 0.12, "globals": 0.15, "scatter": 0.12,
    "conditional": 0.2, "tuples": 0.15, "last": 0.3, "deep": 0.3, "reads own": 0.5, "unsigned": 0.3,
    "random": 0.15, "flags": 0.2, "array accumulators": 0.1, "dear sides": 0.3,
}
OPERATORS = {"+=": ("0", "0.0", "1.5"), "-=": ("0", "0.0", "-3"), "*=": ("1", "1.0"), "/=": ("1.0", "2"),
             "max": ("0", "-100.0", "-3"), "min": ("0", "100.0", "5"), "&=": ("-1", "255"), "|=": ("0", "1"), "^=": ("0", "5"), "if >": ("0", "-50.0"),
             "if <": ("0.0", "99"), "if >=": ("0", "-50.0", "7"), "if <=": ("0.0", "99", "np.inf")}
EXCHANGED = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
INT_ONLY = ("&=", "|=", "^=")


class Kernel(Expressions):
    """One kernel's source text, helpers included, and its parameters (for inputs.make_call)."""

    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.on = {feature for feature, p in FEATURES.items() if rng.random() < p}
        self.arrays, self.scalars, self.helpers, self.helper_texts = [], [], [], []
        self.parameters, self.defaults, self.constants = [], {}, []
        # A kernel with all divisions that may raise does so at the first.
        self.divisions = rng.sample(("/", "//", "%"), rng.choice((1, 1, 2) if "zero" in self.on else (1, 2, 3)))
        self.whole_divisions = [op for op in self.divisions if op != "/"]
        self.reductions = {}   # variable -> operator
        self.companions = {}   # variable of a selection -> what is set with it
        self.numbers = 0       # of fresh variables
        self.read_back = set()
        self.outer = "prange" if self.chance(0.75) else "range"
        self.choose_parameters()
        if "globals" in self.on:
            self.constants = [f"{name}_C = {self.pick('2.5', '-3', '0.1', 'True', '2**40', 'np.inf', '-0.0')}\n",
                              f"{name}_T = np.arange(7, dtype=np.{self.pick('float64', 'int32', 'uint8', 'float32')}) * {self.pick('1', '0.3', '-1')}\n\n\n"]
        if "helpers" in self.on:
            for _ in range(self.rng.randint(1, 2)):
                self.add_helper()
        self.lines = self.body()

    # ---- what it works on

    def choose_parameters(self):
        kinds = inputs.KINDS if "unsigned" in self.on else tuple(k for k in inputs.KINDS if k[0] != "u" or k == "uint8")
        common = self.rng.sample(kinds, 2) + ["float64", "float64"]
        for number in range(self.rng.randint(1, 3)):
            dims = self.pick(("n",), ("n",), ("n",), ("n", "m"), ("n", "m"), ("n", "m", 2))
            self.add_array(f"x{number}", "in", self.rng.choice(common), dims)
        for number in range(self.rng.randint(1, 2)):
            dims = ("n",) if number == 0 else self.pick(("n",), ("n", "m"), ("n", "m"), ("n", "m", 2), ("n", 3, "m", 2))
            self.add_array(f"o{number}", "out", self.rng.choice(common), dims)
        if self.chance(0.25):
            self.add_array("index", "index", self.pick("int64", "int32", "int64"), ("n",))
        if "scatter" in self.on:
            self.add_array("order", "permutation", "int64", ("n",))
        if "counts" in self.on:
            for number in range(self.pick(1, 1, 2, 3)):
                kind = self.pick("int64", "int32", "uint8", "uint64", "float64", "float32")
                self.add_array(f"counts{number}", "counts", kind, self.pick((7,), (7,), (3, 5)))
            # Where updates meet, one operator an array.
            self.count_ops = {a.name: self.pick("+=", "+=", "-=", "*=") if a.kind in ("float64", "float32") else
                              self.pick("+=", "+=", "-=", "*=", "&=", "|=", "^=") for a in self.arrays if a.role == "counts"}
        if "reads own" in self.on:
            self.read_back = {a.name for a in self.arrays if a.role == "out"}
        if "array accumulators" in self.on:
            self.sum_op = self.pick("+=", "+=", "-=", "*=", "/=", "|=", "^=")
            kind = self.pick("int64", "int32", "uint8") if self.sum_op in INT_ONLY else self.pick("float64", "float64", "float32", "int64")
            self.add_array("h", "sum", kind, ("m",))
        for number in range(self.rng.randint(0, 2)):
            role = self.pick("int", "float")
            self.scalars.append((f"c{number}", role))
            self.parameters.append((f"c{number}", role, None, ()))
        self.parameters.append(("m", "size", None, ()))

    def add_array(self, name, role, kind, dims):
        self.arrays.append(Array(name, role, kind, dims))
        self.parameters.append((name, role, kind, dims))

    def fresh(self, letter="v"):
        self.numbers += 1
        return f"{letter}{self.numbers}"

    def add_helper(self):
        """A function of two numbers with branches, early returns or a loop."""
        name = f"{self.name}_h{len(self.helpers)}"
        kept = self.arrays, self.scalars, self.helpers
        self.arrays, self.scalars = [], []
        scope = Scope(self)
        scope.known = {"p": "n", "q": "n"}
        default = self.pick("", "", "=1.5", "=-2")
        lines = [f"@njit(error_model='{'python' if 'zero' in self.on else 'numpy'}')", f"def {name}(p, q{default}):"]
        if "raises" in self.on and self.chance(0.5):
            lines += self.pick([f"    if {self.condition(scope, 2)}:", "        raise ValueError('in a helper')"],
                               [f"    assert {self.condition(scope, 2)}, 'in a helper'"])
        roll = self.rng.random()
        if roll < 0.35:
            lines += [f"    if {self.condition(scope, 1)}:", f"        return {self.number(scope, 1)}"]
        elif roll < 0.65:
            lines += [f"    for k in range({self.pick('3', '5', '2')}):", f"        p = p * 0.5 + {self.number(scope, 2)}"]
            if self.chance(0.6):
                lines += [f"        if {self.condition(scope, 2)}:", f"            {self.pick('return p', 'break', 'continue')}"]
            if self.chance(0.4):
                lines += ["        for t in range(k + 1):", f"            if {self.condition(scope, 2)}:", f"                {self.pick('return q', 'return p - t', 'break')}",
                          "            p = p + 0.5"]
            lines.append("        q = q + 1")
        elif roll < 0.8:
            lines.append(f"    p = {self.number(scope, 1)}")
        lines.append(f"    return {self.number(scope, 1)}")
        self.arrays, self.scalars, self.helpers = kept
        self.helper_texts.append("\n".join(lines) + "\n\n\n")
        self.helpers.append(name)
        self.defaults[name] = bool(default)

    # ---- the function

    def calls(self):
        sizes = self.rng.sample(inputs.SIZES, 3)
        if self.chance(0.05): # several blocks of a reduction (DESIGN 6)
            sizes[0] = 1100 if self.on & {"inner", "while", "inner prange"} else 4200
        serial = not any("prange" in line for line in self.lines)
        return [inputs.Call(self.parameters, self.rng.random(), n, serial=serial) for n in sizes]

    def text(self):
        options = ["parallel=True"] if self.outer == "prange" or "inner prange" in self.on else []
        if "zero" not in self.on:
            options.append("error_model='numpy'")
        elif self.chance(0.3):
            options.append("error_model='python'")
        names = ", ".join(p[0] for p in self.parameters)
        head = f"@njit({', '.join(options)})\ndef {self.name}({names}):\n"
        return "".join(self.constants) + "".join(self.helper_texts) + head + "\n".join(self.lines) + "\n\n\n"

    @property
    def inexact(self):
        return "inexact" in self.on

    def body(self):
        scope, lines = Scope(self), [f"    n = len({self.arrays[0].name})"]
        if "random" in self.on:
            lines.append(f"    np.random.seed({self.rng.randrange(1000)})")
        if "reductions" in self.on:
            for variable in self.rng.sample(("s", "t", "u", "r"), self.pick(1, 1, 2, 2, 3, 4)):
                self.reductions[variable] = self.rng.choice(list(OPERATORS))
                lines.append(f"    {variable} = {self.rng.choice(OPERATORS[self.reductions[variable]])}")
                if self.reductions[variable].startswith("if "):
                    self.companions[variable] = [f"{variable}_{k}" for k in range(self.pick(0, 0, 1, 1, 2))]
                    lines += [f"    {name} = {self.pick('-1', '-1', '0.5')}" for name in self.companions[variable]]
        self.flags = self.rng.sample(("found", "where"), self.pick(1, 1, 2)) if "flags" in self.on else []
        lines += [f"    {flag} = {'False' if flag == 'found' else '-1'}" for flag in self.flags]
        carried = {}
        if "carried" in self.on:
            lines.append("    c = 0.5")
            carried = {"c": "n"}
        self.carried = carried
        again = self.chance(0.06)
        if again: # the parallel loop inside a serial one
            lines.append(f"    for step in range({self.pick('2', '3')}):")
        level = 2 if again else 1
        at_end = self.outer_loop(scope, lines, level)
        chosen = [name for names in self.companions.values() for name in names]
        results = list(self.reductions) + chosen + self.flags + list(carried) + ([] if again else at_end)
        if len(results) == 1 or not results:
            lines.append(f"    return {results[0] if results else 0}")
        else:
            lines.append(f"    return ({', '.join(results)})")
        return lines

    def outer_loop(self, scope, lines, level):
        """Appends the loop; the variables that may be read behind it."""
        pad = "    " * level
        iterations = self.pick("n", "n", "n", "n", "n", "0, n", "n - 1, -1, -1", "0, n, 2", "n // 2", "1, n", "n // 3, n")
        inside = scope.copy()
        inside.known.update(self.carried)
        inside.loops.append(("i", "n"))
        if self.outer == "prange":
            inside.parallel.append("i")
            inside.own["n"] = "i"
        lines.append(f"{pad}for i in {self.outer}({iterations}):")
        end = inside
        lines += self.block(inside, level + 1, True)
        if "last" not in self.on:
            return []
        guard = [v for v in end.known if v not in self.carried and v not in self.reductions]
        if not guard:
            return []
        first = self.rng.choice(sorted(guard))
        before = "0" if end.known[first] == "i" else self.pick("0", "-1.5")
        lines.insert(len(lines) - self.count_of_loop(lines, pad), f"{pad}{first} = {before}")
        return [first]

    @staticmethod
    def count_of_loop(lines, pad):
        """How many lines the loop has whose header is the last line that begins at `pad`."""
        for back in range(1, len(lines) + 1):
            if not lines[-back].startswith(pad + " "):
                return back
        return 0

    # ---- statements

    def block(self, scope, level, outermost=False):
        """Lines of a block. Afterwards scope.known holds what is certainly assigned at its end."""
        lines = []
        for _ in range(self.pick(1, 2, 2, 3, 4) if not outermost else self.pick(2, 3, 4, 5)):
            lines += self.statement(scope, level)
        return lines

    def statement(self, scope, level):
        pad, roll = "    " * level, self.rng.random()
        room = level < 6
        if roll < 0.10 and "array accumulators" in self.on:
            return self.array_contribution(scope, pad)
        if roll < 0.18:
            return self.assignment(scope, pad)
        if roll < 0.34:
            return self.store(scope, pad)
        if roll < 0.46 and self.reductions:
            return self.contribution(scope, pad)
        if roll < 0.49 and self.flags:
            flag = self.rng.choice(self.flags)
            return [f"{pad}if {self.condition(scope, 1)}:", f"{pad}    {flag} = {'True' if flag == 'found' else 'i'}"]
        if roll < 0.64 and room and "if" in self.on:
            return self.branch(scope, level)
        if roll < 0.74 and room and scope.depth < 3 and "inner" in self.on:
            return self.inner_loop(scope, level)
        if roll < 0.80 and room and scope.depth < 2 and "while" in self.on:
            return self.while_loop(scope, level)
        if roll < 0.84 and room and scope.depth < 2 and "inner prange" in self.on and "m" not in scope.own:
            return self.inner_prange(scope, level)
        if roll < 0.92 and self.jumps(scope):
            return [f"{pad}if {self.condition(scope, 1)}:", f"{pad}    {self.rng.choice(self.jumps(scope))}"]
        if roll < 0.95:
            return self.rare(scope, pad)
        return self.assignment(scope, pad)

    def jumps(self, scope):
        ways = ["continue"] if "continues" in self.on else []
        if scope.depth and "breaks" in self.on:
            ways += ["break", "break"]
        if "leaves" in self.on:
            ways += ["break"] if not scope.depth else []
            ways += ["return"]
        if "raises" in self.on:
            ways += ["raise ValueError('found')"]
        return [w if w != "return" else self.return_text() for w in ways]

    def return_text(self):
        return f"return {self.pick('-1', '2.5', 'i')}"

    def assignment(self, scope, pad):
        reused = [v for v in scope.known if v not in self.carried and v not in scope.frozen and v[0] in "vk"]
        if "tuples" in self.on and self.chance(0.3):
            a, b = self.fresh(), self.fresh()
            line = f"{pad}{a}, {b} = {self.number(scope, 1)}, {self.number(scope, 1)}"
            scope.known.update({a: "n", b: "n"})
            return [line]
        if reused and self.chance(0.35):
            v = self.rng.choice(sorted(reused))
            value = self.integer(scope, 1) if scope.known[v] == "i" else self.number(scope, 1)
            return [f"{pad}{v} {self.pick('=', '+=', '-=', '*=')} {value}"]
        if self.carried and self.chance(0.4):
            return [f"{pad}c = c * 0.5 + {self.number(scope, 1)}"]
        kind = self.pick("i", "n", "n")
        v = self.fresh("k" if kind == "i" else "v")
        line = f"{pad}{v} = {self.integer(scope) if kind == 'i' else self.number(scope)}"
        scope.known[v] = kind
        return [line]

    def store(self, scope, pad):
        value = self.number(scope)
        counts = [a for a in self.arrays if a.role == "counts"]
        if counts and self.chance(0.4):
            return self.count(scope, pad, self.rng.choice(counts))
        arrays = [a for a in self.arrays if a.role == "out" and self.may_touch(scope, a)]
        if not arrays:
            return self.assignment(scope, pad)
        array = self.rng.choice(arrays)
        by_row = scope.parallel == ["i"] and not self.read_back
        if "scatter" in self.on and array.dims == ("n",) and by_row:
            return [f"{pad}{array.name}[order[i]] {self.pick('=', '+=')} {value}"]
        return [f"{pad}{self.element(scope, array, 1)} {self.pick('=', '=', '+=', '-=', '*=')} {value}"]

    def count(self, scope, pad, array):
        op = self.count_ops[array.name]
        at = ", ".join(f"({self.integer(scope, 1)}) % {length}" for length in array.dims)
        whole = array.kind not in ("float64", "float32")
        value = self.pick("1", "1", self.integer(scope, 2), *([] if whole else [self.number(scope, 2)]))
        return [f"{pad}{array.name}[{at}] {op} {value}"]

    def contribution(self, scope, pad, variable=None):
        variable = variable or self.rng.choice(list(self.reductions))
        op = self.reductions[variable]
        if op in ("max", "min"):
            more = f", {self.number(scope, 2)}" if self.chance(0.1) else ""
            return [f"{pad}{variable} = {op}({variable}, {self.number(scope, 1)}{more})"]
        if op.startswith("if "):
            return self.selection(scope, pad, variable, op[3:])
        value = self.integer(scope, 1) if op in INT_ONLY else self.number(scope, 1)
        if self.chance(0.15) and op in ("+=", "-=", "*="):
            turned = op != "-=" and self.chance(0.5)
            return [f"{pad}{variable} = {value} {op[0]} {variable}" if turned else f"{pad}{variable} = {variable} {op[0]} {value}"]
        return [f"{pad}{variable} {op} {value}"]

    def array_contribution(self, scope, pad):
        """`h op= row`, or a number for all elements; seldom what makes the loop run in order."""
        h = next(a for a in self.arrays if a.role == "sum")
        whole = h.kind not in ("float64", "float32")
        rows = [a for a in self.arrays if a.role == "in" and a.dims == ("n", "m") and (not whole or a.kind.lstrip("uint").isdigit())]
        value = self.integer(scope, 1) if whole else self.number(scope, 1)
        if rows and self.chance(0.7):
            row = f"{self.rng.choice(rows).name}[{self.subscript(scope, 'n', 1)}]"
            value = self.pick(row, row, f"{row} * {value}")
        if self.chance(0.03):
            return [f"{pad}h = h {self.sum_op[:-1]} {value}"]
        return [f"{pad}h {self.sum_op} {value}"]

    def selection(self, scope, pad, variable, compare):
        value = self.rng.choice(sorted(scope.known)) if scope.known and self.chance(0.5) else self.plain_element(scope)
        if self.chance(0.1):
            value = f"abs({value})"
        test = f"{value} {compare} {variable}" if self.chance(0.8) else f"{variable} {EXCHANGED[compare]} {value}"
        if self.chance(0.1):
            test = f"{self.condition(scope, 2)} and {test}"
        pairs = [(variable, value)]
        for name in self.companions.get(variable, ()):
            with_it = (name, self.pick("i", "i", self.number(scope, 2)))
            pairs.insert(self.pick(0, len(pairs)), with_it)
        if len(pairs) == 2 and self.chance(0.3):
            sets = [f"{pairs[0][0]}, {pairs[1][0]} = {pairs[0][1]}, {pairs[1][1]}"]
        else:
            sets = [f"{name} = {x}" for name, x in pairs]
        return [f"{pad}if {test}:", *(f"{pad}    {line}" for line in sets)]

    def plain_element(self, scope):
        arrays = [a for a in self.readable(scope) if a.dims == ("n",)]
        return f"{self.rng.choice(arrays).name}[i]" if arrays else "i"

    def branch(self, scope, level):
        pad = "    " * level
        lines, ends = [], []
        if {"joins", "mixed"} <= self.on and self.chance(0.4): # an int on one side, a float on the other
            v = self.fresh()
            lines.append(f"{pad}{v} = {self.integer(scope, 1) if self.chance(0.5) else self.number(scope, 1)}")
            scope.known[v] = "n"
            lines += [f"{pad}if {self.condition(scope)}:", f"{pad}    {v} = {self.number(scope, 1)}"]
            return lines
        word = "if"
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            side = scope.copy()
            lines.append(f"{pad}{word} {self.condition(scope)}:")
            lines += self.side(side, level + 1)
            ends.append(side.known)
            word = "elif"
        if self.chance(0.5):
            side = scope.copy()
            lines += [f"{pad}else:", *self.side(side, level + 1)]
            ends.append(side.known)
            for v in set.intersection(*(set(known) for known in ends)):
                scope.known[v] = "i" if all(known[v] == "i" for known in ends) else "n"
        return lines

    def side(self, scope, level):
        """By chance so long, with so many stores, that a plan has it with masks and without."""
        lines = self.block(scope, level)
        if "dear sides" in self.on and self.chance(0.6):
            for _ in range(self.pick(2, 3, 4)):
                lines += self.store(scope, "    " * level)
        return lines

    def inside_of(self, scope, variable, dim, parallel=False):
        inside = scope.copy()
        inside.loops.append((variable, dim))
        inside.depth += 1
        if parallel:
            inside.parallel.append(variable)
            inside.own[dim] = variable
        return inside

    def inner_loop(self, scope, level):
        pad, variable = "    " * level, f"j{scope.depth}"
        iterations, dim = self.pick(("m", "m"), ("m", "m"), ("4", None), ("i % 5", None), ("n % 7", None), ("3", None),
                                    ("m - 1, -1, -1", "m"), ("i", "n"), ("i, n", "n"), (f"({self.integer(scope, 2)}) % 6", None), ("1, 8, 3", None))
        if dim == "n" and self.chance(0.5):
            iterations, dim = "m", "m"
        lines, inside = [], self.inside_of(scope, variable, dim)
        value = self.fresh()
        lines.append(f"{pad}{value} = {self.number(scope, 1)}")
        scope.known[value] = inside.known[value] = "n"
        lines.append(f"{pad}for {variable} in range({iterations}):")
        if self.chance(0.6):
            lines.append(f"{pad}    {value} = {value} * 0.5 + {self.number(inside, 1)}")
        lines += self.block(inside, level + 1)
        if self.chance(0.12):
            lines += [f"{pad}else:", f"{pad}    {value} = {self.number(scope, 1)}"]
        return lines

    def while_loop(self, scope, level):
        pad, counter, value = "    " * level, self.fresh("w"), self.fresh()
        lines = [f"{pad}{counter} = 0", f"{pad}{value} = {self.number(scope, 1)}"]
        scope.known[value] = "n"
        inside = self.inside_of(scope, counter, None)
        limit = self.pick("5", "12", "i % 9", "m", "40" if scope.depth == 0 else "6")
        more = f" and ({self.condition(scope, 1)})" if self.chance(0.7) else ""
        if self.chance(0.15):
            lines += [f"{pad}while True:", f"{pad}    if {counter} >= {limit}:", f"{pad}        break"]
        else:
            lines.append(f"{pad}while {counter} < {limit}{more}:")
        lines.append(f"{pad}    {counter} += 1")
        if self.chance(0.7):
            lines.append(f"{pad}    {value} = {self.number(inside, 1)}")
        lines += self.block(inside, level + 1)
        if self.chance(0.08):
            lines += [f"{pad}else:", f"{pad}    {value} = {self.number(scope, 1)}"]
        scope.known[counter] = "i"
        return lines

    def inner_prange(self, scope, level):
        """Over m, with a sum of its own, and with contributions to the sums outside."""
        pad, variable, total = "    " * level, f"j{scope.depth}", self.fresh()
        op = self.pick("+=", "max", "*=", "-=")
        lines = [f"{pad}{total} = {self.rng.choice(OPERATORS[op])}"]
        inside = self.inside_of(scope, variable, "m", True)
        if "carried" not in self.on: # what is assigned inside is private to the inner iteration
            inside.frozen = set(inside.known)
        lines.append(f"{pad}for {variable} in prange(m):")
        lines += self.block(inside, level + 1)
        outside, self.reductions = self.reductions, {total: op}
        lines += self.contribution(inside, pad + "    ")
        self.reductions = outside
        scope.known[total] = "n"
        return lines

    def rare(self, scope, pad):
        if "raises" in self.on and self.chance(0.5):
            return [f"{pad}assert {self.condition(scope, 1)}, 'asserted'"]
        if "slices" in self.on:
            own_row = scope.parallel == ["i"]
            rows = [a for a in self.arrays if a.role == "out" and a.dims == ("n", "m") and own_row]
            read = [a for a in self.arrays if a.role == "in" and a.dims == ("n", "m")]
            if rows and read and self.chance(0.6):
                part, op = self.pick(":", "1:", "::-1", "::2", "1::2", "-2:", "::-2", ":-1", "3:1"), self.pick("=", "+=", "*=")
                source = read[0].name if self.chance(0.8) else rows[0].name
                other = f"{source}[i, {self.pick(part, part, part, ':')}]" if self.chance(0.7) else f"{source}[i, 0]"
                return [f"{pad}{rows[0].name}[i, {part}] {op} {other} * {self.pick('2', '0.5')}"]
            if read:
                v, part = self.fresh(), self.pick("", ", ::2", ", 1:", ", ::-1")
                scope.known[v] = "n"
                row = f"{read[0].name}[{self.subscript(scope, 'n', 1)}{part}]"
                return [f"{pad}{v} = {self.pick(f'{row}.sum()', f'len({row}) * 0.5', f'np.sum({row})', f'{row}.max()', f'({row} * 2).min()')}"]
        if "deep" in self.on: # an array of the iteration's own
            tmp = self.fresh("tmp")
            lines = [f"{pad}{tmp} = np.zeros(3)", f"{pad}{tmp}[i % 3] = {self.number(scope, 1)}"]
            if scope.parallel == ["i"] and "scatter" not in self.on:
                lines.append(f"{pad}o0[i] += {tmp}[0] + {tmp}[2]")
            return lines
        return self.assignment(scope, pad)
