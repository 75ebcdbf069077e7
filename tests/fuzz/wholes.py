"""Nests of whole-array expressions: rows, columns and slices of arrays, combined, assigned, added to in place, kept as
arrays of the iteration's own, reduced. nests.Kernel has them as one of its shapes.

Slices of one statement have one length, but seldom: then it raises. What is read may overlap with what is written: the
right-hand side is the old array. Some add to an array of all iterations, as a whole: of the lengths of a row, or of
one that it is broadcast to.
"""

# Slices of the same length, of a dimension of any length; the last ones of unlike.
ALIKE = ((":", "::-1"), (":", ":"), ("1:", ":-1"), ("::2", "::2"), ("1::2", "1::2"), ("2:", "1:-1"), (":-1", "-2::-1"))
UNLIKE = ((":", "1:"), ("::2", ":"), ("1:", ":-2"))


def body(kernel):
    kernel.depth = 2
    kernel.kinds = kernel.pick("float64", "float64", "float64", "ints", "mixed", "singles")
    kinds = {"float64": ("float64",), "ints": ("int64", "int64", "int32"), "singles": ("float32",)}.get(kernel.kinds, ("float64", "float32", "int32", "uint8"))
    kind = lambda: kernel.pick(*kinds)
    target = "float64" if kernel.kinds == "mixed" else kind()
    x, y = kernel.array(("n", "m"), kind=kind()), kernel.array(("n", "m"), kind=kind())
    row = kernel.array(("m",), kind=kind())
    o, p = kernel.array(("n", "m"), True, target), kernel.array(("n",), True, target)
    if kernel.chance(0.35):
        statement(kernel, "", [x.name, y.name], o.name, 2)
    sums = accumulators(kernel, kind)
    kernel.add(f"for i in {kernel.pick('prange', 'prange', 'range')}(n):")
    own = False
    for _ in range(kernel.pick(1, 2, 2, 3)):
        rows = [f"{x.name}[i]", f"{y.name}[i]", row.name, f"{o.name}[i]", f"{x.name}[n - 1 - i]"] + (["t"] if own else [])
        if sums and kernel.chance(0.6):
            accumulate(kernel, rows, x.name, *kernel.rng.choice(sums))
            continue
        roll = kernel.rng.random()
        if roll < 0.2 and not own:
            kernel.add(f"    t = {expression(kernel, rows, ':', ':')}{kernel.pick('', '', '.copy()')}")
            own = True
        elif roll < 0.45:
            reduced = kernel.pick("{0}.sum()", "np.sum({0})", "{0}.max()", "np.min({0})", "{0}.prod()", "{0}.mean()", "np.argmax({0})", "{0}.argmin()")
            text = reduced.format(f"({expression(kernel, rows, *cut(kernel))})")
            kernel.add(f"    {p.name}[i] {kernel.pick('=', '+=') if target != 'int32' else '='} {text}")
        else:
            statement(kernel, "    ", rows, f"{o.name}[i]", 1)
    if kernel.chance(0.25):
        kernel.add(f"r = {expression(kernel, [x.name, y.name], ':', ':')}.sum()")
        kernel.results.append("r")


def accumulators(kernel, kind):
    """Arrays that iterations do nothing with but add to, each with its operator."""
    if not kernel.chance(0.4):
        return []
    ops = ("+=", "+=", "-=", "*=", "|=", "^=", "&=") if kernel.kinds == "ints" else ("+=", "+=", "-=", "*=", "/=")
    return [(kernel.array(kernel.pick(("m",), ("m",), ("m",), (2, "m")), True, kind()).name, kernel.rng.choice(ops)) for _ in range(kernel.pick(1, 1, 2))]


def accumulate(kernel, rows, x, name, op):
    pad = "    "
    if kernel.chance(0.3):
        condition = kernel.pick("i % 3 != 1", "i > n // 2", f"{x}[i, 0] > 0", f"{x}[i, i % m] == {x}[i, i % m]")
        kernel.add(f"{pad}if {condition}:")
        pad += "    "
        if kernel.chance(0.3):
            kernel.add(f"{pad}continue")
            pad = "    "
    ours, theirs = kernel.rng.choice(UNLIKE) if kernel.chance(0.02) else kernel.rng.choice(ALIKE[:2])
    value = number(kernel) if kernel.chance(0.1) else expression(kernel, rows, ours, theirs)
    # A product of its own, with a number of the row: what is put off until it is added.
    kernel.add(f"{pad}{name} {op} {value}" if kernel.chance(0.6) else f"{pad}{name} {op} {kernel.rng.choice(rows)} {kernel.pick('*', '+', '-')} {x}[i, {kernel.pick('0', '-1', 'i % m')}]")


def cut(kernel):
    return kernel.rng.choice(UNLIKE if kernel.chance(0.04) else ALIKE)


def sliced(array, part, rank=1):
    return array if part == ":" else f"{array}[{part}]" if rank == 1 else f"{array}[:, {part}]"


def statement(kernel, pad, arrays, target, rank):
    ours, theirs = cut(kernel)
    place = f"{target[:-1]}, {ours}]" if target.endswith("]") else f"{target}[{ours}]" if rank == 1 else f"{target}[:, {ours}]"
    value = expression(kernel, arrays, ours, theirs, rank) if kernel.chance(0.93) else number(kernel)
    # Only what keeps its kind may be done in place to arrays of less than float64.
    ops = ("=", "=", "+=", "-=", "*=") if kernel.kinds in ("float64", "ints") or kernel.chance(0.1) else ("=",)
    kernel.add(f"{pad}{place} {kernel.rng.choice(ops)} {value}")


def number(kernel):
    if kernel.kinds == "ints":
        return kernel.pick("2", "-3", "1", "0", "7", "m")
    return kernel.pick("0.5", "-1.25", "2", "0.0", "-0.0", "3", "0.1") if kernel.kinds != "singles" else kernel.pick("np.float32(0.5)", "np.float32(-0.0)", "np.float32(0.1)")


def expression(kernel, arrays, ours, theirs, rank=1, depth=0):
    """Of arrays alone, or with numbers; an array wherever it stands."""
    leaf = lambda: sliced(kernel.rng.choice(arrays), kernel.pick(ours, theirs), rank)
    if depth > 1 or kernel.chance(0.2):
        return leaf()
    a = expression(kernel, arrays, ours, theirs, rank, depth + 1)
    roll = kernel.rng.random()
    more = ("/",) if kernel.may_divide and kernel.kinds not in ("ints", "singles") and kernel.model == "numpy" else ()
    op = kernel.pick("+", "-", "*", "+", "*", *more)
    if roll < 0.5:
        return f"({a} {op} {expression(kernel, arrays, ours, theirs, rank, depth + 1)})"
    if roll < 0.7:
        return f"({a} {op} {number(kernel)})"
    if roll < 0.8:
        return f"({number(kernel)} {kernel.pick('-', '*', '+')} {a})"
    if kernel.kinds == "ints":
        return kernel.pick(f"(-{a})", f"np.abs({a})", f"({a} & 255)", f"({a} >> 2)", f"(~{a})")
    if kernel.kinds == "mixed":
        return kernel.pick(f"np.sqrt(np.abs({a} * 0.5))", f"({a} * 0.25)", f"np.floor({a} * 1.5)")
    return kernel.pick(f"(-{a})", f"np.abs({a})", f"np.sqrt(np.abs({a}))", f"np.floor({a})", f"({a}) ** 2", f"np.ceil({a})")
