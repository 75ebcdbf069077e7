"""Nests whose results tell in which order numbers were added (DESIGN 6): sums and products of numbers of all bits, over
whole blocks, over rows in an inner prange, and by the arrays' own functions. nests.Kernel has them as one of its shapes.

Of values with nan or inf among them every order gives the same, and of a few small ones too; so most calls get numbers
without, in blocks that fill the lanes.
"""

from . import inputs

FLAT = (4097, 4100, 4130, 5000, 8192, 8201)
DEEP = (40, 70, 1100, 2100, 3300, 5200) # blocks of a thousandth
ROWS = ((1, 70), (3, 33), (5, 100), (9, 40), (17, 17), (20, 9), (33, 5), (40, 70))
WAYS = ("flat", "flat", "flat", "flat", "deep", "rows", "rows", "functions", "functions")
REDUCED = ("sum()", "prod()", "min()", "max()", "mean()", "sum()", "prod()", "var()")


def body(kernel):
    kernel.way = kernel.pick(*WAYS)
    # A sum of float32 in float64 is exact.
    kernel.kinds = kernel.pick(*["float64"] * 6, "singles", "mixed") if kernel.way == "flat" else kernel.pick("float64", "float64", "float64", "singles", "mixed")
    kernel.depth = 2 if kernel.way in ("rows", "functions") else 1
    {"flat": flat, "deep": flat, "rows": rows, "functions": functions}[kernel.way](kernel)


def calls(kernel):
    serial = "prange" not in "".join(kernel.lines + kernel.helpers)
    sizes = [(n, 2) for n in kernel.rng.sample(DEEP if kernel.way == "deep" else FLAT, 2)] if kernel.depth == 1 else kernel.rng.sample(ROWS, 2)
    return [inputs.Call(kernel.parameters, kernel.rng.random(), n, m, serial=serial, style="smooth" if kernel.chance(0.85) else None)
            for n, m in sizes]


def kind(kernel):
    return {"float64": "float64", "singles": "float32"}.get(kernel.kinds) or kernel.pick("float64", "float32", "float32", "int32", "int8")


def start(kernel, op):
    if op in "*/":
        return kernel.pick("1.0", "1", "2.5")
    if kernel.kinds == "singles":
        return kernel.pick("np.float32(0.0)", "np.float32(-0.0)", "np.float32(1.5)", "0.0", "0")
    return kernel.pick("0.0", "0.0", "-0.0", "1.5", "0", "0.1")


def term(kernel, op, elements):
    """An element, or a little more; what is multiplied stays around 1."""
    x, y = kernel.rng.choice(elements), kernel.rng.choice(elements)
    single = kernel.kinds == "singles"
    if op in "*/":
        return f"({x} * {'np.float32(0.001)' if single else '0.001'} + {'np.float32(1.0)' if single else '1.0'})"
    if op in ("max", "min"):
        return kernel.pick(x, f"{x} * {y}", f"({x} - {y}) * {'np.float32(0.0)' if single else '0.0'}")
    return kernel.pick(x, f"{x} * {y}", f"{x} - {y}", f"{x} * {'np.float32(0.3)' if single else '0.3'}", f"{x} * {x}", f"abs({x})")


def contribution(kernel, s, op, elements):
    value = term(kernel, op, elements)
    if op in ("max", "min"):
        return f"{s} = {op}({s}, {value})"
    return kernel.pick(f"{s} {op}= {value}", f"{s} {op}= {value}", f"{s} = {s} {op} {value}")


def flat(kernel):
    """One to four sums over the parallel loop; deep: from an inner loop, several times an iteration."""
    x, y = kernel.array(("n",), kind=kind(kernel)), kernel.array(("n",), kind=kind(kernel))
    variables = kernel.rng.sample(("r", "t", "u", "w"), kernel.pick(1, 2, 2, 2, 3, 4))
    ops = {s: kernel.pick("+", "+", "+", "+", "-", "*", "/", "max") for s in variables}
    kernel.add(*(f"{s} = {start(kernel, op)}" for s, op in ops.items()))
    bounds = kernel.pick("n", "n", "n", "n - 1, -1, -1", "1, n")
    kernel.add(f"for i in prange({bounds}):")
    pad = "    "
    elements = [f"{x.name}[i]", f"{y.name}[i]", f"{y.name}[n - 1 - i]"]
    if kernel.way == "deep":
        kernel.add(f"{pad}for j in range({kernel.pick('2', 'm', '1', 'i % 3')}):")
        pad += "    "
        elements.append(f"({x.name}[i] * (j + 0.5))")
    if kernel.chance(0.2):
        kernel.add(f"{pad}if {y.name}[i] {kernel.pick('<', '>')} 0.3:", f"{pad}    continue")
    for s, op in ops.items():
        line = contribution(kernel, s, op, elements)
        if kernel.chance(0.25):
            kernel.add(f"{pad}if {x.name}[i] {kernel.pick('<', '>')} {kernel.pick('0.5', '-1.0', f'{y.name}[i]')}:", f"{pad}    {line}")
        else:
            kernel.add(pad + line)
    kernel.results += variables


def rows(kernel):
    """Sums of rows by a prange in a prange or in a range loop."""
    x, o = kernel.array(("n", "m"), kind=kind(kernel)), kernel.array(("n",), True, kernel.pick("float64", "float64", kind(kernel)))
    y = kernel.array(("n",), kind=kind(kernel))
    op = kernel.pick("+", "+", "+", "-", "*", "max")
    total = kernel.chance(0.4)
    elements = [f"{x.name}[i, j]", f"{x.name}[i, m - 1 - j]", f"{y.name}[i]", f"{x.name}[i, j]"]
    kernel.add(*(["r = 0.0"] if total else []), f"for i in {kernel.pick('prange', 'prange', 'range')}(n):", f"    s = {start(kernel, op)}",
               f"    for j in prange({kernel.pick('m', 'm', 'm', '1, m', 'm - 1, -1, -1')}):")
    line = contribution(kernel, "s", op, elements)
    kernel.add(*([f"        if {y.name}[i] < {x.name}[i, j]:", f"            {line}"] if kernel.chance(0.2) else [f"        {line}"]))
    kernel.add(f"    {o.name}[i] {kernel.pick('=', '+=')} s", *(["    r += s"] if total else []))
    kernel.results += ["r"] if total else []


def functions(kernel):
    """a.sum() and its kin, of the whole array, of rows, columns and slices, along an axis."""
    x, o = kernel.array(("n", "m"), kind=kernel.pick(kind(kernel), kind(kernel), "int16")), kernel.array(("n",), True, "float64")
    names = []
    for _ in range(kernel.pick(1, 2)):
        names.append(kernel.fresh("r"))
        which = kernel.pick(x.name, x.name, f"{x.name}[0]", f"{x.name}[:, 0]", f"{x.name}[::-1]", f"({x.name} * 0.5)", f"{x.name}.T")
        kernel.add(f"{names[-1]} = {reduced(kernel, which)}")
    kernel.add(f"for i in {kernel.pick('prange', 'range')}(n):")
    row = kernel.pick("{x}[i]", "{x}[i]", "{x}[i, ::-1]", "{x}[i, 1:]", "({x}[i] * {x}[0])", "({x}[i] + 1)", "{x}[i, ::2]").format(x=x.name)
    kernel.add(f"    {o.name}[i] {kernel.pick('=', '+=')} {reduced(kernel, row)}")
    if kernel.chance(0.5):
        name = kernel.fresh("r")
        kernel.add(f"{name} = {x.name}.{kernel.pick('sum', 'prod', 'max', 'min', 'mean')}(axis={kernel.pick('0', '1', '-1')})")
        kernel.add(f"for j in range(len({name})):", f"    {o.name}[j % n] += {name}[j]")
    kernel.results += names


def reduced(kernel, array):
    method = kernel.pick(*REDUCED)
    return f"{array}.{method}" if kernel.chance(0.6) else f"np.{method[:-2]}({array})"
