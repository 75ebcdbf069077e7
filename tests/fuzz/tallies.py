"""Nests whose inner loop tallies under conditions: counts, sums, products, bits and extremes of what some iterations
bring, on several ways and several times on one, with what such a loop may not do beside it now and then. nests.Kernel
has them as one of its shapes.
"""

INT_OPS = ("+", "+", "-", "*", "&", "|", "^", "min", "max")
FLOAT_OPS = ("+", "+", "-", "*", "/", "min", "max", "max")


def body(kernel):
    kernel.depth = 2
    kernel.kinds = kernel.pick("float64", "float64", "ints", "ints")
    x, y = kernel.array(("n", "m"), kind="float64"), kernel.array(("n", "m"), kind=kernel.pick("int64", "int64", "int32", "uint8"))
    row = kernel.array(("m",), kind="float64")
    # A plain loop of the function's own, or one for each row.
    alone = kernel.chance(0.35)
    names = [(kernel.fresh("s"), kernel.chance(0.6)) for _ in range(kernel.pick(1, 1, 2, 3))]
    tallies = [(name, ints, kernel.rng.choice(INT_OPS if ints else FLOAT_OPS)) for name, ints in names]
    place = "0" if alone else "i"
    pad = "" if alone else "    "
    outputs = [kernel.array(("n",), True, "int64" if ints else "float64").name for _, ints, _ in tallies]
    other = kernel.array(("n", "m"), True, "int64").name if kernel.chance(0.2) else None
    if not alone:
        kernel.add(f"for i in {kernel.pick('prange', 'prange', 'range')}(n):")
    for name, ints, _ in tallies:
        kernel.add(f"{pad}{name} = {kernel.pick('0', '1', '-7', '3') if ints else kernel.pick('0.0', '-0.0', '1.0', '-2.5', f'{row.name}[0]')}")
    kernel.add(f"{pad}for j in {kernel.pick('range(m)', 'range(m)', 'range(1, m)', 'range(m - 1, -1, -1)')}:")
    elements = (f"{x.name}[{place}, j]", f"{row.name}[j]", f"{x.name}[{place}, m - 1 - j]"), (f"{y.name}[{place}, j]", "j", "3")
    for tally in tallies:
        for _ in range(kernel.pick(1, 1, 2)):
            ways(kernel, pad + "    ", elements, tally, kernel.pick(1, 1, 2))
        if kernel.chance(0.08):
            kernel.add(*disturbance(kernel, pad + "    ", tally[0], other, place))
    for (name, _, _), output in zip(tallies, outputs):
        kernel.add(f"{pad}{output}[{place}] = {name}")
    if alone:
        kernel.lines.insert(0, "    if n == 0 or m == 0:\n        return 0")


def disturbance(kernel, pad, name, other, place):
    if other and kernel.chance(0.6):
        return (f"{pad}{other}[{place}, j] = {name if kernel.chance(0.5) else 'j'}",)
    return (f"{pad}if {name} {kernel.pick('>', '<')} 50:", f"{pad}    {kernel.pick('break', 'continue')}")


def condition(kernel, elements):
    floats, ints = elements
    return kernel.pick(f"{kernel.rng.choice(floats)} {kernel.pick('>', '<', '>=', '!=')} {kernel.pick('0.0', '0.5', '-1.0', kernel.rng.choice(floats))}",
                       f"{kernel.rng.choice(ints[:2])} {kernel.pick('% 3 == 1', '> 2', '& 1', '< m // 2', '!= 5')}")


def ways(kernel, pad, elements, tally, depth):
    """`if`s around contributions, to one tally, on one side or both."""
    kernel.add(f"{pad}if {condition(kernel, elements)}{kernel.pick('', '', f' and {condition(kernel, elements)}')}:")
    side(kernel, pad + "    ", elements, tally, depth)
    if kernel.chance(0.4):
        kernel.add(f"{pad}elif {condition(kernel, elements)}:" if kernel.chance(0.4) else f"{pad}else:")
        side(kernel, pad + "    ", elements, tally, depth)


def side(kernel, pad, elements, tally, depth):
    for _ in range(kernel.pick(1, 1, 1, 2)):
        if depth > 1 and kernel.chance(0.5):
            ways(kernel, pad, elements, tally, depth - 1)
        else:
            kernel.add(pad + contribution(kernel, elements, tally))


def contribution(kernel, elements, tally):
    name, ints, op = tally
    floats, whole = elements
    if ints:
        value = kernel.pick("1", "2", kernel.rng.choice(whole), f"{kernel.rng.choice(whole)} * {kernel.pick('3', '-1', 'j')}", f"({kernel.rng.choice(whole)} | 1)")
    else:
        e = kernel.rng.choice(floats)
        value = kernel.pick(e, e, f"{e} * 0.5", f"np.sqrt(abs({e})) / (1.0 + {e} * {e})", f"(1.0 + {e} / 64.0)", "0.25", "-0.0")
    if op in ("min", "max"):
        return f"{name} = {op}({name}, {value})"
    if op == "+" and kernel.chance(0.2):
        return f"{name} = {value} + {name}"
    return f"{name} {op}= {value}" if op != "/" else f"{name} /= (1.0 + abs({value}))"
