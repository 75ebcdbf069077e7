"""What random kernels are called with: texts that a plain script and the batch runner evaluate alike.

An array is a base that PRELUDE's functions fill, and a view of it: reversed, every second element, a column, transposed,
an inner part, any two of these at once. Compared after a call are the bases, so that a store beside the view is seen.
"""

import math
import random

KINDS = ("float64", "float32", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool")
FLOATS = ("float64", "float32")

PRELUDE = '''
def floats(kind, n, seed, low, high, edges, rate):
    """n numbers of [low, high], of 53 bits each, so that sums are rounded; by chance, every rate-th is one of the edges."""
    out = np.zeros(n, kind)
    for i in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        if rate > 0 and (seed // 4096) % rate == 0:
            out[i] = edges[(seed // 65536) % len(edges)]
        else:
            out[i] = low + (high - low) * (seed / 2147483647)
    return out


def ints(kind, n, seed, low, high, edges, rate):
    """The same for ints."""
    out = np.zeros(n, kind)
    for i in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        if rate > 0 and (seed // 4096) % rate == 0:
            out[i] = edges[(seed // 65536) % len(edges)]
        else:
            out[i] = low + (seed // 1024) % (high - low)
    return out


def runs(a, length):
    """Each `length` elements are the first of them: neighbours answer conditions alike."""
    for i in range(len(a)):
        a[i] = a[i - i % length]
    return a


def permutation(n, step):
    out = np.zeros(n, np.int64)
    for i in range(n):
        out[i] = (i * step + 1) % n
    return out
'''

FLOAT_EDGES = "(0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e300, -5e-324, 9.3e18, -9.3e18, 3.0, 1e-40)"
FLOAT32_EDGES = "(0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e38, -1e-45, 9.3e18, -9.3e18, 3.0, 16777216.0)"
ZEROS = "(0.0, -0.0, 0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan)"
SIZES = (0, 1, 2, 5, 8, 15, 16, 19, 33, 64, 70, 131)


FAR = (2**63 - 4, -2**63 + 3, 2**62, -2**62, 2**33, 0, 0, 20)


def int_text(value):
    """What `pyvm run` reads as an int of 64 bits."""
    return str(value) if value > -(2**63) else f"{value + 1} - 1"


def int_edges(kind):
    bits = int(kind.lstrip("uint"))
    if kind[0] == "u":
        top = 2 ** min(bits, 63) - 1
        return f"(0, 1, 2, 3, 7, 63, 64, 127, 128, {top}, {top - 1}, {top // 2})"
    top = 2 ** (bits - 1) - 1
    return f"(0, 1, -1, 2, 3, 63, 64, -64, {top}, {int_text(-top - 1)}, {top // 2}, {-top // 2})"


def base(rng, kind, count, style):
    """`count` values. style: smooth, mixed, edges, zeros (of both signs, inf, nan), small (whole numbers near 0), runs."""
    if style == "runs":
        return f"runs({base(rng, kind, count, 'smooth')}, {rng.choice((16, 40, 100))})"
    seed = rng.randrange(1, 10**6)
    rate = {"smooth": 0, "mixed": rng.choice((3, 7)), "edges": 1, "zeros": 1, "small": 0}[style]
    if kind == "bool":
        return f"(ints('uint8', {count}, {seed}, 0, 2, (0, 1), 0) == 1)"
    if kind in FLOATS:
        edges = ZEROS if style == "zeros" else FLOAT_EDGES if kind == "float64" else FLOAT32_EDGES
        if style == "small":
            return f"ints('int8', {count}, {seed}, -3, 4, (0, 1), 0).astype(np.{kind})"
        return f"floats('{kind}', {count}, {seed}, -2.0, 2.0, {edges}, {rate})"
    low, high = (0, 20) if kind[0] == "u" else (-10, 11)
    return f"ints('{kind}', {count}, {seed}, {low}, {high}, {int_edges(kind)}, {rate})"


def one_dimension(rng, n):
    """Elements that the base needs, and what is written behind it for a view of length n."""
    return rng.choice([(n, ""), (n, ""), (n, ""), (n, "[::-1]"), (2 * n, "[1::2]"), (3 * n, "[::-3]"),
                       (n + 3, f"[2:{n + 2}]"), (2 * n, f".reshape({n}, 2)[:, 1]")])


def view(rng, lengths):
    """The same for an array of these lengths."""
    if len(lengths) == 1:
        return one_dimension(rng, lengths[0])
    widths, parts = list(lengths), [":"] * len(lengths)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        axis = rng.randrange(len(lengths))
        widths[axis], parts[axis] = rng.choice([(lengths[axis], "::-1"), (2 * lengths[axis], "::2"), (2 * lengths[axis], "1::2"),
                                                (2 * lengths[axis], "::-2"), (lengths[axis] + 2, "1:-1")])
    turned = rng.random() < 0.2
    text = in_shape(widths[::-1]) + ".T" if turned else in_shape(widths)
    return math.prod(widths), text + (f"[{', '.join(parts)}]" if any(p != ":" for p in parts) else "")


def in_shape(lengths):
    return f".reshape({', '.join(map(str, lengths))})" if len(lengths) > 1 else ""


class Call:
    """One call of a kernel: the statements that make its arguments, the arguments, the bases to compare.

    `serial`: the kernel has no parallel loop, so that arrays may share memory (what iterations of a parallel one do to each
    other's elements is not defined). The same seed gives like data for another n or m, and for `plain` arrays
    that are no views.
    """

    def __init__(self, parameters, seed, n, m=None, plain=False, style=None, serial=False):
        rng = random.Random(seed)
        self.parameters, self.seed, self.n, self.plain, self.serial = parameters, seed, n, plain, serial
        any_m = rng.choice((1, 2, 3, 4, 5, 9))
        any_style = rng.choice(("smooth", "smooth", "mixed", "mixed", "edges", "zeros", "small", "runs"))
        self.m, self.style = any_m if m is None else m, style or any_style
        self.setup, self.arguments, self.bases = [], [], []
        for parameter in parameters:
            self.add(random.Random(rng.random()), *parameter)
        if serial and rng.random() < 0.3 and not plain:
            self.share_a_base(rng)

    def again(self, **changes):
        same = {"parameters": self.parameters, "n": self.n, "m": self.m, "plain": self.plain, "style": self.style,
                "serial": self.serial}
        return Call(**{**same, "seed": self.seed, **changes})

    def lengths(self, dims):
        return [{"n": self.n, "m": self.m}.get(dim, dim) for dim in dims]

    def add(self, rng, name, role, kind, dims):
        """role: in, out, index, permutation, counts, sum (arrays of the lengths `dims`); int, float, size, far (numbers)."""
        if role == "int":
            return self.arguments.append(str(rng.choice((0, 1, 2, -1, 3, 7, 2**62))))
        if role == "float":
            return self.arguments.append(rng.choice(("0.5", "-1.25", "0.0", "2.0", "1e308")))
        if role == "far":
            return self.arguments.append(int_text(rng.choice(FAR) + rng.randint(-3, 3)))
        if role == "size":
            return self.arguments.append(str(self.m))
        n, behind = self.n, ""
        if role == "index":
            count, behind = one_dimension(rng, n)
            low = -n if rng.random() < 0.3 else 0
            made = f"ints('{kind}', {count}, {rng.randrange(1, 10**6)}, {low}, {max(n, 1)}, (0,), 0)"
        elif role == "permutation":
            made = f"permutation({n}, {rng.choice([s for s in range(1, n + 2) if math.gcd(s, n) == 1])})"
        elif role == "counts":
            made, behind = base(rng, kind, math.prod(dims), rng.choice(("small", "smooth"))), in_shape(dims)
        elif role == "sum":
            count, behind = one_dimension(rng, self.m)
            made = base(rng, kind, count, "smooth")
        else:
            lengths = self.lengths(dims)
            count, behind = (math.prod(lengths), in_shape(lengths)) if self.plain else view(rng, lengths)
            made = base(rng, kind, count, "smooth" if role == "out" else self.style)
        self.setup += [f"b_{name} = {made}", f"{name} = b_{name}{behind}"]
        self.arguments.append(name)
        self.bases.append("b_" + name)

    def share_a_base(self, rng):
        """An array that is read becomes one that is written, or that one turned round, or each a window of the same base."""
        pairs = [(a, b) for a in self.parameters for b in self.parameters if a[1] == "in" and b[1] == "out" and a[3] == b[3]]
        if not pairs:
            return
        (a, _, _, dims), (b, _, kind, _) = rng.choice(pairs)
        if rng.random() < 0.3:
            return self.setup.append(rng.choice([f"{a} = {b}", f"{a} = {b}[::-1]"]))
        widths = [length + 2 for length in self.lengths(dims)]
        self.setup.append(f"b_shared = ({base(rng, kind, math.prod(widths), self.style)}){in_shape(widths)}")
        for name in (a, b):
            low = [rng.randrange(3) for _ in widths]
            self.setup.append(f"{name} = b_shared[{', '.join(f'{k}:{k + w - 2}' for k, w in zip(low, widths))}]")
        self.bases.append("b_shared")
