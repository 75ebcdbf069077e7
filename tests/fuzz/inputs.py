"""What random kernels are called with: texts that a plain script and the batch runner evaluate alike.

An array is a base that PRELUDE's functions fill, and a view of it: reversed, every second element, a column, transposed,
an inner part. Compared after a call are the bases, so that a store beside the view is seen.
"""

import math
import random

KINDS = ("float64", "float32", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool")
FLOATS = ("float64", "float32")

PRELUDE = '''
def floats(kind, n, seed, low, high, edges, rate):
    """n numbers of [low, high); by chance, every rate-th is one of the edges."""
    out = np.zeros(n, kind)
    for i in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        if rate > 0 and (seed // 4096) % rate == 0:
            out[i] = edges[(seed // 65536) % len(edges)]
        else:
            out[i] = low + (high - low) * (seed / 2147483648)
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


def permutation(n, step):
    out = np.zeros(n, np.int64)
    for i in range(n):
        out[i] = (i * step + 1) % n
    return out
'''

FLOAT_EDGES = "(0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e300, -5e-324, 9.3e18, -9.3e18, 3.0, 1e-40)"
FLOAT32_EDGES = "(0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, 1e38, -1e-45, 9.3e18, -9.3e18, 3.0, 16777216.0)"
SIZES = (0, 1, 2, 5, 16, 19, 33, 70, 131)


def int_edges(kind):
    bits = int(kind.lstrip("uint"))
    if kind[0] == "u":
        top = 2 ** min(bits, 63) - 1
        return f"(0, 1, 2, 3, 7, 63, 64, 127, 128, {top}, {top - 1}, {top // 2})"
    top = 2 ** (bits - 1) - 1
    return f"(0, 1, -1, 2, 3, 63, 64, -64, {top}, {-top - 1 if bits < 64 else -top}, {top // 2}, {-top // 2})"


def base(rng, kind, count, style):
    """`count` values. style: smooth, mixed, edges, small (whole numbers near 0)."""
    seed = rng.randrange(1, 10**6)
    rate = {"smooth": 0, "mixed": 7, "edges": 1, "small": 0}[style]
    if kind == "bool":
        return f"(ints('uint8', {count}, {seed}, 0, 2, (0, 1), 0) == 1)"
    if kind in FLOATS:
        edges = FLOAT_EDGES if kind == "float64" else FLOAT32_EDGES
        if style == "small":
            return f"ints('int8', {count}, {seed}, -3, 4, (0, 1), 0).astype(np.{kind})"
        return f"floats('{kind}', {count}, {seed}, -2.0, 2.0, {edges}, {rate})"
    low, high = (0, 20) if kind[0] == "u" else (-10, 11)
    return f"ints('{kind}', {count}, {seed}, {low}, {high}, {int_edges(kind)}, {rate})"


def one_dimension(rng, n):
    """Elements that the base needs, and what is written behind it for a view of length n."""
    return rng.choice([(n, ""), (n, ""), (n, ""), (n, "[::-1]"), (2 * n, "[1::2]"), (3 * n, "[::-3]"),
                       (n + 3, f"[2:{n + 2}]"), (2 * n, f".reshape({n}, 2)[:, 1]")])


def two_dimensions(rng, n, m):
    return rng.choice([
        (n * m, f".reshape({n}, {m})"), (n * m, f".reshape({n}, {m})"), (n * m, f".reshape({m}, {n}).T"),
        (n * m, f".reshape({n}, {m})[::-1]"), (n * m, f".reshape({n}, {m})[:, ::-1]"),
        (n * m * 2, f".reshape({n}, {2 * m})[:, ::2]"), (n * m * 2, f".reshape({2 * n}, {m})[1::2]"),
        ((n + 2) * (m + 2), f".reshape({n + 2}, {m + 2})[1:-1, 1:-1]"),
    ])


def view(rng, rank, n, m):
    if rank == 1:
        return one_dimension(rng, n)
    if rank == 2:
        return two_dimensions(rng, n, m)
    return rng.choice([(n * m * 2, f".reshape({n}, {m}, 2)"), (n * m * 2, f".reshape(2, {m}, {n}).T")])


class Call:
    """One call of a kernel: the statements that make its arguments, the arguments, the bases to compare.

    The same seed gives like data for another n or m, and for `plain` arrays that are no views.
    """

    def __init__(self, parameters, seed, n, m=None, plain=False, style=None):
        rng = random.Random(seed)
        self.parameters, self.seed, self.n, self.plain = parameters, seed, n, plain
        any_m = rng.choice((1, 2, 3, 4, 5, 9))
        any_style = rng.choice(("smooth", "smooth", "mixed", "mixed", "edges", "small"))
        self.m, self.style = m or any_m, style or any_style
        self.setup, self.arguments, self.bases = [], [], []
        for parameter in parameters:
            self.add(random.Random(rng.random()), *parameter)
        if rng.random() < 0.06 and not plain:
            self.share_a_base(rng)

    def again(self, **changes):
        same = {"parameters": self.parameters, "n": self.n, "m": self.m, "plain": self.plain, "style": self.style}
        return Call(**{**same, "seed": self.seed, **changes})

    def add(self, rng, name, role, kind, rank):
        """role: in, out, index, permutation, counts, sum (arrays); int, float, size (numbers)."""
        if role == "int":
            return self.arguments.append(str(rng.choice((0, 1, 2, -1, 3, 7, 2**62))))
        if role == "float":
            return self.arguments.append(rng.choice(("0.5", "-1.25", "0.0", "2.0", "1e308")))
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
            made = f"np.zeros(7, np.{kind})"
        elif role == "sum":
            count, behind = one_dimension(rng, self.m)
            made = base(rng, kind, count, "smooth")
        else:
            count, behind = view(rng, rank, n, self.m)
            if self.plain:
                count, behind = view(FirstChoice(), rank, n, self.m)
            made = base(rng, kind, count, "smooth" if role == "out" else self.style)
        self.setup += [f"b_{name} = {made}", f"{name} = b_{name}{behind}"]
        self.arguments.append(name)
        self.bases.append("b_" + name)

    def share_a_base(self, rng):
        """An array that is read becomes one that is written, or that one reversed."""
        read = [p for p in self.parameters if p[1] == "in" and p[3] == 1]
        written = [p for p in self.parameters if p[1] == "out" and p[3] == 1]
        if read and written:
            a, b = rng.choice(read)[0], rng.choice(written)[0]
            self.setup.append(rng.choice([f"{a} = {b}", f"{a} = {b}[::-1]"]))


class FirstChoice:
    """In place of a random generator."""

    @staticmethod
    def choice(options):
        return options[0]
