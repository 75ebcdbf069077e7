"""Random loop nests over arrays of one to four dimensions: what plans are chosen for (tracer/nest). Maps, stencils,
products of matrices with their loops in any order, recurrences along one axis, sums of rows, views and arrays of the
iteration's own, one parallel loop after another, parallel loops in helpers, loops whose ends lie far out.

Nothing races. In a parallel loop an iteration touches of an array that is written what its index selects: such an axis is
subscripted by the index alone (`owner`). On other axes any subscript may stand, so that elements depend on each other in
each way there is. Numbers are float64, or all float32, or all ints, or of mixed kinds, as the kernel drew.
"""

from dataclasses import dataclass

from . import inputs, meetings, sums, tallies, wholes
from .expressions import IDENTITIES, INT_IDENTITIES

FLOAT_LITERALS = ("0.5", "-1.25", "3.0", "0.0", "-0.0", "1.0", "1e308", "-2.0", "0.1", "np.inf", "7", "2")
INT_LITERALS = ("1", "2", "3", "-1", "7", "0", "255", "-8", "2**31", "9223372036854775807")
INT_KINDS = tuple(k for k in inputs.KINDS if "int" in k)
AROUND_LANES = tuple(sorted({k + d for k in (0, 8, 16, 32, 64, 96) for d in (-1, 0, 1)} - {-1}))
BLOCKS = (4095, 4096, 4097, 8192, 8193, 8200, 12289)
SHAPES = {"nest": 10, "product": 2, "recurrence": 2, "two loops": 2, "time": 1, "helper": 3, "own array": 2, "search": 2, "far": 3,
          "blocks": 4, "shared": 1, "sums": 6, "wholes": 4, "tallies": 4, "meetings": 4}


@dataclass
class Array:
    """dims: the texts of its lengths. `taken`: indices of parallel loops that have selected it already."""

    name: str
    kind: str
    dims: tuple
    written: bool = False
    taken: frozenset = frozenset()


@dataclass
class Loop:
    """Its index stays inside [low, dim - 1 - high] of the dimension; dim None: the index is no subscript."""

    index: str
    dim: str
    bounds: str
    low: int = 0
    high: int = 0
    parallel: bool = False


class Kernel:
    """As kernels.Kernel: name, text(), parameters, inexact; and calls()."""

    inexact = False

    def __init__(self, rng, name):
        self.rng, self.name = rng, name
        self.kinds = self.pick("float64", "float64", "float64", "float64", "ints", "mixed", "singles")
        self.arrays, self.parameters, self.lines, self.helpers, self.results = [], [], [], [], []
        self.loops, self.numbers, self.count = [], 0, 0   # loops: that are open
        self.reductions = {}                              # variable -> operator, of the whole kernel
        self.parallel = self.chance(0.8)
        self.model = self.pick("numpy", "numpy", "numpy", "python")
        self.may_divide = self.model == "numpy" or self.chance(0.3)
        self.depth = self.pick(1, 2, 2, 2, 3, 3, 4)
        self.shape = rng.choices(list(SHAPES), list(SHAPES.values()))[0]
        getattr(self, self.shape.replace(" ", "_"))()

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, probability):
        return self.rng.random() < probability

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def text(self):
        options = (["parallel=True"] if self.parallel else []) + [f"error_model='{self.model}'"]
        names = ", ".join(p[0] for p in self.parameters)
        results = ", ".join(self.results) or "0"
        head = ["    n = len(x0)"] if any(a.name == "x0" for a in self.arrays) else []
        body = "\n".join([*head, *self.lines, f"    return {results}"])
        return "".join(self.helpers) + f"@njit({', '.join(options)})\ndef {self.name}({names}):\n{body}\n\n\n"

    def calls(self):
        serial = "prange" not in "".join(self.lines + self.helpers)
        if self.shape == "sums":
            return sums.calls(self)
        long = self.shape == "blocks"
        sizes = self.rng.sample(BLOCKS, 2) if long else self.rng.sample(AROUND_LANES, 3)
        made = []
        for n in sizes:
            m = self.pick(1, 2) if long else self.pick(*AROUND_LANES[: 12 if n > 20 else 18], 3, 4, 5)
            while n * m ** max(self.depth - 1, 0) > 3000 and m > 1:
                m = m // 2
            style = "smooth" if long and self.chance(0.7) else None # one nan would be all that a sum shows
            made.append(inputs.Call(self.parameters, self.rng.random(), n, m, style=style, serial=serial))
        return made

    def sums(self):
        sums.body(self)

    def wholes(self):
        wholes.body(self)

    def tallies(self):
        tallies.body(self)

    def meetings(self):
        meetings.body(self)

    # ---- arrays

    def kind(self):
        if self.kinds == "ints":
            return self.pick("int64", *INT_KINDS)
        if self.kinds == "singles":
            return "float32"
        return "float64" if self.kinds == "float64" and self.chance(0.85) else self.rng.choice(inputs.KINDS)

    def array(self, dims, written=False, kind=None):
        if any(p[0] == "m" for p in self.parameters) is False:
            self.parameters.append(("m", "size", None, ()))
        made = Array(f"{'o' if written else 'x'}{sum(a.written == written for a in self.arrays)}", kind or self.kind(), dims, written)
        self.arrays.append(made)
        self.parameters.append((made.name, "out" if written else "in", made.kind, dims))
        return made

    def dims(self, rank):
        """Always over n first: what kernels take n from."""
        return tuple(["n", *(self.pick("m", "m", "n" if self.depth < 3 else "m", 3) for _ in range(rank - 1))])

    def parallel_indices(self):
        return [loop.index for loop in self.loops if loop.parallel]

    def subscript(self, array):
        """An element that the iteration may touch, or None."""
        wanted = [i for i in self.parallel_indices() if i not in array.taken] if array.written else []
        parts = []
        for dim in array.dims:
            owner = next((loop for loop in self.loops if loop.index in wanted and loop.dim == dim), None)
            if owner:
                wanted.remove(owner.index)
                parts.append(owner.index)
            else:
                parts.append(self.along(dim))
        return f"{array.name}[{', '.join(parts)}]" if not wanted else None

    def along(self, dim):
        """A subscript inside [-dim, dim)."""
        loops = [loop for loop in self.loops if loop.dim == dim]
        if loops and self.chance(0.93):
            loop = loops[-1] if self.chance(0.7) else self.rng.choice(loops)
            choices = [loop.index] * 7 + [f"{dim} - 1 - {loop.index}", f"{loop.index} - {dim}", f"{loop.index} // 2"]
            choices += [f"{loop.index} - {k}" for k in range(1, loop.low + 1)] * 3
            choices += [f"{loop.index} + {k}" for k in range(1, loop.high + 1)] * 3
            return self.rng.choice(choices)
        if isinstance(dim, int):
            return str(self.rng.randrange(-dim, dim))
        others = [loop.index for loop in self.loops]
        return self.pick(f"{self.rng.choice(others)} % {dim}" if others else "0", "0", "-1")

    def element(self, written=None):
        arrays = [a for a in self.arrays if written in (None, a.written)]
        self.rng.shuffle(arrays)
        texts = [t for t in map(self.subscript, arrays) if t]
        return texts[0] if texts else None

    def kind_of(self, element):
        return next(a.kind for a in self.arrays if a.name == element.split("[")[0])

    # ---- values

    def leaf(self):
        element = self.element() if self.chance(0.7) else None
        if element:
            kind = self.kind_of(element)
            if self.kinds == "ints":
                return element if "int" in kind else "1"
            return element if kind == "float64" or self.kinds in ("mixed", "singles") else f"({element} * {self.pick('0.5', '1.0')})"
        known = [v for v in self.locals()]
        if known and self.chance(0.6):
            return self.rng.choice(known)
        if self.loops and self.chance(0.4):
            index = self.rng.choice(self.loops).index
            return index if self.kinds == "ints" else f"np.float32({index})" if self.kinds == "singles" else f"({index} * {self.pick('0.25', '1.0')})"
        if self.kinds == "singles":
            return f"np.float32({self.pick('0.5', '-1.25', '0.0', '-0.0', '3.0', 'np.inf', '0.1')})"
        text = self.pick(*(INT_LITERALS if self.kinds == "ints" else FLOAT_LITERALS))
        return text if set(text) & set(".en") or self.kinds != "float64" else f"{text}.0"

    def locals(self):
        return [v for loop_locals in self.scopes for v in loop_locals]

    scopes = ((),)

    def value(self, depth=0):
        if depth > 2 or self.chance(0.22):
            return self.leaf()
        a, roll = self.value(depth + 1), self.rng.random()
        ints = self.kinds == "ints"
        if roll < 0.12 and self.kinds != "singles":
            return self.rng.choice(INT_IDENTITIES if ints else IDENTITIES).format(a=a)
        b = self.value(depth + 1)
        if roll < 0.70:
            more = (("&", "|", "^", "<<", ">>") if ints else ()) + ((("//", "%") if ints else ("/", "/", "//", "%")) if self.may_divide else ())
            return f"({a} {self.pick('+', '-', '*', '+', '-', '*', *more)} {b})"
        if roll < 0.78:
            return f"{self.pick('min', 'max')}({a}, {b})"
        if roll < 0.86:
            return f"({a} if {self.condition(depth + 1)} else {b})"
        if ints:
            return self.pick(f"(-{a})", f"(~{a})", f"abs({a})", f"({a}) ** 2", f"np.int64({a})")
        return self.pick(f"(-{a})", f"abs({a})", f"({a}) ** 2", f"np.sqrt({a})", f"np.floor({a})", a if self.kinds == "singles" else f"float(np.float32({a}))")

    def condition(self, depth=0):
        text = f"{self.value(depth + 1)} {self.pick('<', '>', '<=', '>=', '==', '!=')} {self.value(depth + 1)}"
        if self.chance(0.2):
            text += f" {self.pick('and', 'or')} {self.value(2)} {self.pick('<', '>=')} {self.value(2)}"
        return f"not ({text})" if self.chance(0.1) else text

    # ---- statements

    def add(self, *lines):
        pad = "    " * (1 + len(self.loops) + self.numbers)
        self.lines += [pad + line for line in lines]

    def open(self, dim, parallel=False, bounds=None, low=0, high=0):
        index = self.fresh("i")
        parallel = parallel and self.parallel
        if bounds is None:
            bounds, low, high = self.pick((dim, 0, 0), (dim, 0, 0), (dim, 0, 0), (f"1, {dim}", 1, 0), (f"1, {dim} - 1", 1, 1), (f"2, {dim} - 1", 2, 1),
                                          (f"{dim} - 1, -1, -1", 0, 0), (f"{dim} - 2, 0, -1", 1, 1), (f"0, {dim}, 2", 0, 0), (f"1, {dim}, 3", 1, 0))
        loop = Loop(index, dim, str(bounds), low, high, parallel)
        self.add(f"for {index} in {'prange' if parallel else 'range'}({bounds}):")
        self.loops.append(loop)
        self.scopes = (*self.scopes, [])
        return loop

    def close(self):
        self.loops.pop()
        self.scopes = self.scopes[:-1]

    def store(self):
        element = self.element(True)
        if not element:
            return self.contribute()
        ops = ("=", "=", "=", "+=", "-=", "*=") if self.kinds != "ints" or "int" in self.kind_of(element) else ("=",)
        self.add(f"{element} {self.rng.choice(ops)} {self.value()}")

    def contribute(self):
        """To a reduction of the kernel, or to a variable made in the iteration."""
        mine = [v for scope in self.scopes[1:] for v in scope if v[0] in "sp" and "[1]" not in v]
        pairs = [v.split("[")[0] for v in mine if v[0] == "p"]
        mine = [v for v in mine if v[0] == "s"]
        if pairs and self.chance(0.4):
            p = self.rng.choice(pairs)
            return self.add(f"{p} = ({p}[1], {p}[0] {self.pick('+', '-')} {self.value(1)})")
        if len(mine) > 1 and self.chance(0.15):
            a, b = self.rng.sample(mine, 2)
            return self.add(f"{a}, {b} = {b}, {a} {self.pick('+', '-', '*')} {self.value(1)}")
        if mine and self.chance(0.75):
            s = self.rng.choice(mine)
            return self.add(self.pick(f"{s} += {self.value()}", f"{s} += {self.value()}", f"{s} = {self.value(1)} + {s}", f"{s} = {s} * {'np.float32(0.5)' if self.kinds == 'singles' else '0.5'} + {self.value(1)}",
                                      f"{s} = max({s}, {self.value(1)})", f"{s} = min({s}, {self.value(1)}, {self.value(2)})", f"{s} -= {self.value()}")
                            if self.kinds != "ints" else
                            self.pick(f"{s} += {self.value()}", f"{s} = {s} * 3 + {self.value(1)}", f"{s} = min({s}, {self.value(1)})", f"{s} ^= {self.value()}"))
        if not self.reductions:
            return self.local()
        s = self.rng.choice(list(self.reductions))
        op = self.reductions[s]
        kept, self.scopes = self.scopes, tuple([v for v in scope if v not in self.reductions] for scope in self.scopes)
        if op in ("max", "min"):
            self.add(f"{s} = {op}({s}, {self.value(1)}{', ' + self.value(2) if self.chance(0.25) else ''})")
        elif op in ("+", "*") and self.chance(0.3):
            self.add(f"{s} = {self.value(1)} {op} {s}" if self.chance(0.5) else f"{s} = {s} {op} {self.value(1)}")
        else:
            self.add(f"{s} {op}= {self.value(1)}")
        self.scopes = kept

    def local(self):
        v = self.fresh("v")
        self.add(f"{v} = {self.value()}")
        self.scopes[-1].append(v)

    def accumulator(self):
        if self.chance(0.15) and self.kinds != "singles":
            p = self.fresh("p")
            self.add(f"{p} = ({self.pick('1, 2', '0, -1') if self.kinds == 'ints' else self.pick('0.0, 1.0', '-0.0, 0.5')})")
            return self.scopes[-1].extend([f"{p}[0]", f"{p}[1]"])
        s = self.fresh("s")
        if self.kinds == "singles":
            self.add(f"{s} = {self.value(2)}")
            return self.scopes[-1].append(s)
        self.add(f"{s} = {self.pick('0', '1', '-5') if self.kinds == 'ints' else self.pick('0.0', '1.0', '-0.0', self.value(2))}")
        self.scopes[-1].append(s)

    def statement(self, inner=True):
        roll = self.rng.random()
        if roll < 0.45:
            return self.store()
        if roll < 0.65:
            return self.contribute()
        if roll < 0.75:
            return self.local()
        if roll < 0.90:
            self.add(f"if {self.condition()}:")
            return self.side()
        if roll < 0.95 or not self.loops or self.loops[-1].parallel:
            return self.jump("continue")
        return self.jump("break")

    def side(self):
        """The branch of an if: a statement that defines nothing for the lines behind it."""
        kept, self.scopes = self.scopes, tuple(map(list, self.scopes))
        self.numbers += 1
        self.store() if self.chance(0.6) else self.contribute()
        self.numbers -= 1
        self.scopes = kept
        if self.chance(0.3):
            self.add("else:")
            self.numbers += 1
            self.store()
            self.numbers -= 1

    def jump(self, word):
        if self.loops and len(self.loops) > 1 or word == "continue" and self.loops:
            self.add(f"if {self.condition(1)}:", f"    {word}")

    def start_reductions(self, count=None):
        for variable in self.rng.sample(("r", "t", "u", "w"), self.pick(0, 1, 1, 2, 3) if count is None else count):
            ints = self.kinds == "ints"
            self.reductions[variable] = self.pick("+", "+", "-", "*", "max", "min", *("&|^" if ints else "/"))
            start = self.pick('0', '1', '-3') if ints else self.pick('0.0', '1.5', '-0.0', '2.0')
            self.add(f"{variable} = {f'np.float32({start})' if self.kinds == 'singles' else start}")
        self.results += list(self.reductions)

    # ---- shapes

    def any_arrays(self):
        self.array(self.dims(self.pick(1, 2, self.depth)))
        for _ in range(self.pick(0, 1, 2)):
            self.array(self.dims(self.pick(1, 2, 2, 3)))
        for _ in range(self.pick(1, 1, 2)):
            self.array(self.dims(self.pick(1, self.depth, max(self.depth, 2))), True)

    def nest(self, arrays=True):
        if arrays:
            self.any_arrays()
            self.start_reductions()
        dims = ["n", "m", "m", 3][: self.depth]
        if self.depth == 2 and self.chance(0.2) or self.depth > 2 and self.chance(0.3):
            self.rng.shuffle(dims)
        first = self.chance(0.8)
        for level, dim in enumerate(dims):
            self.open(dim, first if level == 0 else self.chance(0.12 if first else 0.3))
            if self.loops[-1].parallel and len(self.parallel_indices()) > 1:
                kept, self.reductions = self.reductions, {} # contributions stay with one loop
            if level + 1 < len(dims):
                for _ in range(self.pick(0, 1, 1)):
                    self.accumulator()
                if self.chance(0.3):
                    self.view()
                for _ in range(self.pick(0, 0, 1)):
                    self.statement()
        for _ in range(self.pick(1, 2, 2, 3)):
            self.statement()
        if len(self.lines[-1].split()) and self.lines[-1].rstrip().endswith(":"):
            self.add("pass")
        while self.loops:
            self.end_of_level()

    def end_of_level(self):
        leaves = [a for a in self.arrays if getattr(a, "level", 0) >= len(self.loops)]
        self.arrays = [a for a in self.arrays if a not in leaves]
        self.close()
        if not self.loops:
            return
        for s in [v for v in self.scopes[-1] if v[0] in "sp"]:
            element = self.element(True)
            if element:
                self.add(f"{element} {self.pick('=', '+=')} {s}")
        for _ in range(self.pick(0, 0, 0, 1)):
            self.statement()

    def view(self):
        """A row, a column or a slice of an array, as an array of its own."""
        choices = [a for a in self.arrays if len(a.dims) > 1]
        if not choices:
            return
        array, name = self.rng.choice(choices), self.fresh("a")
        wanted = [i for i in self.parallel_indices() if i not in array.taken] if array.written else []
        parts, dims, taken = [], [], set(array.taken)
        for axis, dim in enumerate(array.dims):
            owner = next((loop for loop in self.loops if loop.index in wanted and loop.dim == dim), None)
            if owner:
                wanted.remove(owner.index)
                taken.add(owner.index)
                parts.append(owner.index)
            elif not dims and axis + 1 == len(array.dims) or self.chance(0.5):
                parts.append(self.pick(":", ":", "::-1"))
                dims.append(dim)
            else:
                parts.append(self.along(dim))
        if wanted or not dims:
            return
        self.add(f"{name} = {array.name}[{', '.join(parts)}]")
        made = Array(name, array.kind, tuple(dims), array.written, frozenset(taken))
        made.level = len(self.loops)
        self.arrays.append(made)

    def product(self):
        """C[i, j] (op)= A[i, k] * B[k, j] and its kin, its loops in any order that the parallel one allows."""
        self.depth = 3
        kind = "float64" if self.kinds != "ints" else "int64"
        a, b, c = self.array(("n", "m"), kind=kind), self.array(("m", "m"), kind=kind), self.array(("n", "m"), True, kind)
        i, j, k = self.fresh("i"), self.fresh("i"), self.fresh("i")
        term = self.pick(f"{a.name}[{i}, {k}] * {b.name}[{k}, {j}]", f"{a.name}[{i}, {k}] * {b.name}[{j}, {k}]", f"abs({a.name}[{i}, {k}] - {b.name}[{j}, {k}])",
                         f"({a.name}[{i}, {k}] - {b.name}[{k}, {j}]) ** 2")
        bounds = {i: "n", j: "m", k: self.pick("m", "m", f"{i} % (m + 1)", "m - 1, -1, -1", "1, m")}
        if self.chance(0.5):
            s = "s"
            head = self.pick("prange", "range")
            self.add(f"for {i} in {head}(n):", f"    for {j} in range(m):", f"        {s} = {self.pick('0.0', '0', c.name + f'[{i}, {j}]')}",
                     f"        for {k} in range({bounds[k]}):", f"            {s} {self.pick('+=', '-=')} {term}",
                     f"        {c.name}[{i}, {j}] {self.pick('=', '+=')} {s}")
            return
        order = self.rng.sample([i, j, k], 3)
        if "%" in bounds[k] and order.index(k) < order.index(i):
            bounds[k] = "m"
        parallel = order[0] if order[0] != k or self.chance(0.3) else None
        self.add(*("    " * level + f"for {index} in {'prange' if index == parallel else 'range'}({bounds[index]}):" for level, index in enumerate(order)),
                 f"            {c.name}[{i}, {j}] {self.pick('+=', '+=', '-=')} {term}")

    def recurrence(self):
        """Along one axis in order, the other free; or both in order."""
        kind = self.pick("float64", "float64", "float32") if self.kinds != "ints" else self.pick("int64", "int32")
        self.depth = 2
        x, o = self.array(("n", "m"), kind=kind), self.array(("n", "m"), True, kind)
        i, j = self.fresh("i"), self.fresh("i")
        along_rows = self.chance(0.5)
        at = [(0, -1)] if along_rows else [(-1, 0)]
        free, serial = (i, j) if along_rows else (j, i)
        if self.chance(0.3):
            at.append((at[0][0] * 2, at[0][1] * 2))
        back = max(-min(p) for p in at)
        terms = [f"{o.name}[{i}{p or ''}, {j}{q or ''}] * {self.pick('0.5', '-1.0', '0.0') if self.kinds != 'ints' else '3'}" for p, q in at]
        bounds = {free: {i: "n", j: "m"}[free], serial: f"{back}, {'m' if along_rows else 'n'}"}
        outer, inner = (free, serial) if self.chance(0.7) else (serial, free)
        heads = {free: "prange" if self.chance(0.6) else "range", serial: "range"}
        if self.chance(0.2):
            heads[serial] = "prange" # a proven conflict: in order all the same
        self.add(f"for {outer} in {heads[outer]}({bounds[outer]}):", f"    for {inner} in {heads[inner]}({bounds[inner]}):",
                 f"        {o.name}[{i}, {j}] {self.pick('=', '=', '+=')} {' + '.join(terms)} + {x.name}[{i}, {j}]")

    def two_loops(self):
        """Each parallel loop reads what the one before has written, elsewhere."""
        self.depth = 1
        x, a, b = self.array(("n",)), self.array(("n",), True), self.array(("n",), True)
        if self.kinds != "float64" and a.kind == "bool":
            a.kind = "int64"
        for source, target in ((x, a), (a, b), (b, a))[: self.pick(2, 2, 3)]:
            i = self.fresh("i")
            head = self.pick("prange", "prange", "range")
            read = self.pick("n - 1 - {i}", "({i} * 3) % n", "{i} // 2", "{i}", "-{i} - 1").format(i=i)
            wrapped = f"{source.name}[{read}]" if self.kinds == "ints" and "int" in source.kind else f"({source.name}[{read}] * 0.5)"
            self.add(f"for {i} in {head}(n):", f"    {target.name}[{i}] {self.pick('=', '+=', '-=')} {wrapped}{self.pick('', f' + {i}', f' * {wrapped}')}")

    def time(self):
        """Steps over two arrays that change places."""
        self.depth = 2
        kind = "float64" if self.kinds != "ints" else "int64"
        dims = self.pick(("n",), ("n", "m"))
        x = self.array(("n",), kind=kind)
        a, b = self.array(dims, True, kind), self.array(dims, True, kind)
        self.add(f"a, b = {a.name}, {b.name}", f"for step in range({self.pick('2', '3', '5')}):")
        head = self.pick("prange", "range")
        half = "0.5 *" if kind == "float64" else "3 *"
        if len(dims) == 1:
            self.add(f"    for i in {head}(1, n - 1):", f"        b[i] = {half} (a[i - 1] + a[i + 1]) - a[i] + {x.name}[i]")
        else:
            self.add(f"    for i in {head}(1, n - 1):", f"        for j in {self.pick('range', 'range', 'prange')}(1, m - 1):",
                     f"            b[i, j] = {half} (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1]) - {x.name}[i]")
        self.add(self.pick("    a, b = b, a", "    a, b = b, a", f"    for i in {head}(n):\n            a[i] = b[n - 1 - i]" if len(dims) == 1 else "    a, b = b, a"))

    def helper(self):
        """Loops in a function: with several returns, or parallel; called by the kernel and by its parallel loop."""
        self.depth = 2
        kind = "float64" if self.kinds != "ints" else "int64"
        x, o, p = self.array(("n", "m"), kind=kind), self.array(("n", "m"), True, kind), self.array(("n",), True, kind)
        name, k = self.name + "_h", self.pick("0.5", "-2.0", "0.0") if kind == "float64" else "3"
        divided = "parallel=True, " if self.parallel else ""
        if self.chance(0.5):
            self.helpers.append(
                f"@njit(error_model='numpy')\ndef {name}(a, k):\n    s = {self.pick('k', '0')}\n    for q in range(len(a)):\n"
                f"        if a[q] {self.pick('>', '<', '==')} {k}:\n            {self.pick('return s', 'return a[q]', 'return s * k', 'break', 'continue')}\n"
                f"        s {self.pick('+=', '-=', '=')} a[q] * k\n    {self.pick('else', 'if s > 3')}:\n        s = s + k\n    return s\n\n\n")
            self.add(f"for i in prange(n):", f"    {p.name}[i] {self.pick('=', '+=')} {name}({x.name}[i], {k})",
                     f"    if {name}({x.name}[n - 1 - i], {x.name}[i, 0]) > {k}:" if self.chance(0.5) else f"    for j in range({self.pick('m', '3')}):",
                     f"        {p.name}[i] -= {name}({x.name}[i, {self.pick('::-1', '1:', ':2', '::2')}], {p.name}[i])")
            return
        self.helpers.append(
            f"@njit({divided}error_model='numpy')\ndef {name}(a, b, k):\n    s = {self.pick('0', '1.5' if kind == 'float64' else '2')}\n    for q in prange(len(a)):\n"
            f"        b[q] {self.pick('=', '+=')} a[q] * k{self.pick('', ' - q')}\n        s {self.pick('+=', '+=', '-=')} {self.pick('b[q]', 'a[q] * a[q]', 'q')}\n    return s\n\n\n")
        calls = [f"r = {name}({p.name}, {p.name}{self.pick('', '', '[::-1]')}, {k})"] if self.chance(0.5) else ["r = 0"]
        self.add(*calls, f"for i in {self.pick('prange', 'prange', 'range')}(n):", f"    {p.name}[i] {self.pick('=', '+=')} {name}({x.name}[i], {o.name}[i], {k})")
        self.results.append("r")

    def own_array(self):
        """An array made in each iteration, filled and read by inner loops."""
        self.depth = 2
        self.array(("n", "m")), self.array(("n",)), self.array(("n", "m"), True), self.array(("n",), True)
        self.start_reductions()
        self.open("n", True)
        x = self.rng.choice([a for a in self.arrays if not a.written])
        length, kind = self.pick("m", "m", 3), "float64" if self.kinds != "ints" else "int64"
        tmp = Array(self.fresh("a"), kind, (length,), True, frozenset(self.parallel_indices()))
        row = f"{x.name}[i1]" if len(x.dims) == 2 and length == "m" and x.kind == kind else None
        # Longer than what is named of it, by what the entry knows or by what each iteration finds; never with elements that
        # nobody has written.
        made_of = f"{length}{self.pick('', '', ' + 1', ' * 2', ' + i1 % 3', ' + (i1 * 7) % 5 + 1')}"
        makers = [f"np.zeros({made_of}, np.{kind})", f"np.full({made_of}, {self.pick('1', '-0.0', '7')}, np.{kind})", f"np.ones({made_of}, dtype=np.{kind})",
                  f"np.empty({length}, np.{kind})", f"np.arange({made_of}, dtype=np.{kind})"] + ([f"np.zeros_like({row})", f"{row}.copy()", f"np.full_like({row}, 2)", f"np.empty_like({row})"] if row else [])
        made = self.rng.choice(makers).replace("i1", self.loops[-1].index)
        self.add(f"{tmp.name} = {made}")
        q = self.fresh("i")
        if "empty" in made or self.chance(0.5):
            self.loops.append(Loop(q, length, "", 0, 0))
            value = self.value(1)
            self.loops.pop()
            self.add(f"for {q} in range({length}):", f"    {tmp.name}[{q}] = {value}")
        tmp.level = 1
        self.arrays.append(tmp)
        for _ in range(self.pick(1, 2)):
            self.open(length)
            for _ in range(self.pick(1, 2)):
                self.statement()
            self.close()
        self.statement()
        self.arrays.remove(tmp)
        self.close()

    def search(self):
        """while loops whose iterations leave at different times."""
        self.depth = 1
        ints = self.kinds == "ints"
        x, o = self.array(("n",), kind="int64" if ints else "float64"), self.array(("n",), True, "int64" if ints else "float64")
        y = self.array(("n",), kind=x.kind)
        head = self.pick("prange", "prange", "range")
        kind = self.pick("halving", "newton", "walk")
        if kind == "halving":
            self.add(f"for i in {head}(n):", "    low, high = 0, n", "    while low < high:", "        middle = (low + high) // 2",
                     f"        if {x.name}[middle] {self.pick('<', '<=')} {y.name}[i]:", "            low = middle + 1", "        else:", "            high = middle",
                     f"    {o.name}[i] {self.pick('=', '+=')} low")
        elif kind == "newton":
            number = "v * 3 + 1" if ints else "v * 0.5 + 1.0"
            self.add(f"for i in {head}(n):", f"    v, steps = {x.name}[i], 0", "    while True:", f"        if {self.pick('v > 100', 'v <= 1', 'v == v + 1')} or steps >= {self.pick('20', 'i', '7')}:",
                     f"            {self.pick('break', 'break', 'steps = -steps')}", *(["        if steps < 0:", "            break"] if self.chance(0.5) else []),
                     f"        v = {number if self.chance(0.5) else self.pick('v // 2 + 1', 'v - ' + y.name + '[i]')}", "        steps += 1", "        if steps > 50 or steps < 0:", "            break",
                     f"    {o.name}[i] = v", f"    {y.name}[i] -= steps" if head == "range" else f"    {o.name}[i] += steps")
        else:
            self.add("r = 0", f"for i in {head}(n):", "    k = i", "    for j in range(m):", f"        k = k + {self.pick('1', '2', '-3')}", f"        if {x.name}[k % n] > {y.name}[{self.pick('i', 'j % n')}]:",
                     f"            {self.pick('break', 'continue', 'break')}", f"        {o.name}[i] += {self.pick('1', 'k', 'j')}", "    else:", f"        {o.name}[i] = {self.pick('-1', 'k')}",
                     f"    r += {self.pick('k', 'k % 7')}")
            self.results.append("r")

    def far(self):
        """Loops whose ends and steps are any int64: what they count must not overflow."""
        self.depth = 1
        x, o = self.array(("n",), kind=self.pick("float64", "int64")), self.array(("n",), True, self.pick("float64", "int64"))
        for name in ("lo", "hi"):
            self.parameters.append((name, "far", None, ()))
        step = self.pick(None, None, "1", "-1", "3", "-7", "2**62", "-2**62", "2**63 - 1", "-2**63", "2**40", "st")
        if step == "st":
            self.parameters.append(("st", "far", None, ()))
        near = self.pick("lo, hi", "lo, hi", "hi, lo", "lo, lo + 20", "lo - 20, lo", "lo + 20, lo", "lo, 2**63 - 1", "-2**63, hi", "-2**63, 2**63 - 1", "hi")
        bounds = near if step is None or near == "hi" else f"{near}, {step}"
        self.add("s, count, last = 0, 0, -7")
        head = self.pick("range", "range", "prange")
        body = [self.pick("s += q % 7", "s ^= q", "s = s * 3 + (q >> 60)"), "last = q", "count += 1",
                f"if n > 0:\n                {o.name}[q % n] {self.pick('+=', '=')} {x.name}[(q - lo) % n]" if self.chance(0.6) else "s += 1",
                f"if count > {self.pick('3', '17', '40')}:\n                {self.pick('break', 'break', 'return s, count, q')}"]
        around = self.chance(0.4)
        pad = "        " if around else "    "
        if around:
            self.add(f"for i in {'range' if head == 'prange' else self.pick('range', 'prange')}({self.pick('3', 'n', 'm')}):", "    count = 0" if self.chance(0.5) else "    s += i")
            head = "range"
        text = "\n".join(pad + line for line in body).replace("\n                ", "\n" + "    " + pad + "    ")
        self.lines += ["    " + ("    " if around else "") + f"for q in {head}({bounds}):"]
        self.lines += ["    " + line for line in text.split("\n")] if not around else ["    " + line for line in text.split("\n")]
        if self.chance(0.2):
            self.lines += [pad + "else:", pad + "    s = -s"]
        self.results += ["s", "count", "last"]

    def shared(self):
        """What an inner loop reads in every iteration, and may write: where the two arrays share memory it may not be kept."""
        self.depth, self.parallel = 2, False
        kind = "int64" if self.kinds == "ints" else "float64"
        x, o = self.array(("n",), kind=kind), self.array(("n",), True, kind)
        i, j = self.fresh("i"), self.fresh("i")
        self.add(f"for {i} in range(n):", f"    for {j} in range({self.pick('n', 'n', f'{i}, n', f'{i}')}):",
                 f"        {o.name}[{j}] {self.pick('=', '+=', '-=')} {x.name}[{i}] {self.pick('+', '*', '-')} {self.pick('3', f'{x.name}[{j}]')}")

    def blocks(self):
        """Around the ends of a reduction's blocks, and of long pieces."""
        self.depth = 1
        self.kinds = "float64" if self.chance(0.6) else self.kinds # ints do not tell in which order they were added
        self.array(("n",)), self.array(("n",), True)
        self.start_reductions(self.pick(1, 1, 2, 3))
        self.open("n", True)
        for s, op in list(self.reductions.items()):
            simple = op not in ("max", "min") and self.chance(0.6)
            self.add(f"{s} {op}= {self.leaf()}") if simple else self.contribute()
        for _ in range(self.pick(0, 0, 1, 2)):
            self.statement()
        self.close()
