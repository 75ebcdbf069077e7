"""Nests in which few iterations meet the others: updates of rows by one of their own elements (shortest paths,
elimination), matrices filled from both sides of the diagonal, with bounds at the meeting place, just before or behind it.
nests.Kernel has them as one of its shapes.
"""


def body(kernel):
    kernel.depth = 3
    kernel.kinds = kernel.pick("float64", "float64", "ints")
    kind = "float64" if kernel.kinds == "float64" else "int64"
    a, b = kernel.array(("n", "n"), True, kind).name, kernel.array(("n",), kind=kind).name
    if kernel.chance(0.5):
        eliminate(kernel, a, b)
    else:
        fill(kernel, a, b)


def loop(kernel, index, *ranges):
    return f"for {index} in {kernel.pick(*ranges)}:"


def update(kernel, place, *terms):
    value = f"{kernel.rng.choice(terms)} {kernel.pick('+', '-', '*')} {kernel.rng.choice(terms)}"
    if kernel.kinds == "float64":
        value = f"({value}) * 0.5"
    return kernel.pick(f"{place} = {value}", f"{place} = min({place}, {value})", f"{place} += {value}", f"{place} -= {kernel.rng.choice(terms)}",
                       f"{place} = max({value}, {place})")


def eliminate(kernel, a, b):
    """a[i, j] by a[i, k] and a[k, j], for all k or for one."""
    k = kernel.pick("k", "k", "0", "m", "n // 2", "n - 1")
    pad = "    "
    if k == "k":
        kernel.add(loop(kernel, "k", "range(n)", "range(n)", "range(1, n, 2)", "range(n - 1, -1, -1)"))
    else:
        kernel.add("if m < n:")
    at = k if kernel.chance(0.8) else f"({k} + 1) % n"
    # A prange is taken at its word where nothing can be proved.
    kernel.add(pad + loop(kernel, "i", "range(n)", "range(n)", "prange(n)" if at == k == "k" else "range(n)"))
    if kernel.chance(0.3):
        kernel.add(f"{pad}    if i {kernel.pick('!=', '>', '<')} {k}:", f"{pad}        continue" if kernel.chance(0.2) else f"{pad}        {a}[i, {at}] *= 1")
    kernel.add(f"{pad}    {loop(kernel, 'j', 'range(n)', 'range(n)', 'range(1, n)', f'range({k}, n)', f'range({k} + 1, n)', 'range(n - 1, -1, -1)')}")
    statement = update(kernel, f"{a}[i, j]", f"{a}[i, {at}]", f"{a}[{at}, j]", f"{b}[j]", f"{a}[i, j]")
    if kernel.chance(0.3):
        kernel.add(f"{pad}        if {a}[i, {at}] {kernel.pick('>', '<')} {b}[j]:", f"{pad}            {statement}")
    else:
        kernel.add(f"{pad}        {statement}")


def fill(kernel, a, b):
    """a[i, j] and a[j, i] for the j on one side of i, of about all."""
    apart = kernel.pick("range(i + 1, n)", "range(i + 1, n)", "range(i)", "range(i - 1, -1, -1)")
    inner = kernel.pick(apart, apart, "range(i, n)", "range(max(i - 1, 0), n)", "range(n)")
    kernel.add(loop(kernel, "i", "prange(n)" if inner == apart else "range(n)", "range(n)"), f"    for j in {inner}:",
               f"        {update(kernel, f'{a}[i, j]', f'{b}[i]', f'{b}[j]', f'{a}[i, j]')}",
               f"        {update(kernel, f'{a}[j, i]', f'{a}[i, j]', f'{b}[j]', f'{a}[j, i]')}")
