"""Random expressions over what is in scope. Values are int ('i') or of any numeric kind ('n'), so that a float is never
used as a subscript but where the kernel is meant to fail.

A scope knows the variables that are certainly assigned, the loop variables with the dimension they stay inside, and the
arrays. What an iteration of a parallel loop may touch of an array that is written is the element of its own.
"""

CONSTANTS = ("3", "7.0", "-2", "0.1", "1.5", "10", "1", "0.5", "-1", "0.0", "-0.0", "64")
INT_CONSTANTS = ("3", "7", "-2", "8", "10", "1", "-1", "64", "255", "0")
# What must not be simplified, or only just so: signed zeros, inf, nan, wrapping, floors of negative quotients.
IDENTITIES = ("({a} * 0.0)", "({a} * -0.0)", "({a} + 0.0)", "({a} - 0.0)", "(0.0 - {a})", "(-0.0 - {a})", "(0.0 + {a})", "({a} + -0.0)", "({a} - -0.0)",
              "({a} * 1.0)", "({a} / 1.0)", "({a} * -1.0)", "({a} - {a})", "({a} + {a})", "({a} * 2.0)", "({a} / 2.0)", "({a} / 3.0)", "(0.0 / 2.0 * {a})",
              "min({a}, 0.0)", "min(-0.0, {a})", "max({a}, -0.0)", "max(0.0, {a})", "min({a} * 0.0, -0.0)", "({a} if {a} < 0.0 else 0.0)",
              "({a} if {a} >= -0.0 else -0.0)", "(1.0 if {a} == {a} else 2.0)", "(1.0 if {a} != {a} else 2.0)", "(1.0 if not ({a} < 0.5) else {a})",
              "(-(-{a}))", "(-({a} - 1.0))", "(0.0 if {a} > np.inf else {a})", "math.copysign(1.0, {a} if {a} == {a} else 0.0)", "(1.0 / min(max({a}, -0.0), 0.0) * 1.0)")
INT_IDENTITIES = ("({a} * 0)", "({a} & 0)", "({a} | -1)", "({a} ^ {a})", "({a} - {a})", "({a} + {a})", "({a} // 1)", "({a} % 1)", "({a} // -1)",
                  "({a} % -1)", "({a} * -1)", "(-1 - {a})", "({a} // 8)", "({a} % 8)", "({a} // -8)", "({a} % -8)", "({a} // 7)", "({a} % 7)",
                  "({a} // -3)", "({a} % -3)", "({a} << 64)", "({a} << 63)", "({a} >> 63)", "({a} >> 65)", "({a} << -1)", "(~(~{a}))", "(-(-{a}))",
                  "abs(abs({a}))", "min({a}, {a})", "(({a}) ** 0)", "(({a}) ** 1)", "(({a}) ** 5)", "(({a} << 3) >> 3)", "(({a} >> 3) << 3)", "({a} & 255)",
                  "({a} * 8 // 8)", "(1 if {a} - 1 < {a} else 2)", "(1 if {a} < 0 else 0)")
COMPARISONS = ("<", ">", "<=", ">=", "==", "!=")
EXACT_CALLS = ("math.sqrt", "math.floor", "math.ceil", "np.floor", "np.ceil", "np.trunc", "abs", "np.abs", "np.sqrt")
INEXACT_CALLS = ("math.exp", "math.sin", "math.cos", "math.tanh", "math.log", "np.exp", "np.log1p", "math.erf")
CASTS = ("np.float32", "np.int32", "np.uint8", "np.int64", "np.uint64", "np.int8", "float", "bool")


class Array:
    """dims: the names of the dimensions' lengths in the kernel, or a number."""

    def __init__(self, name, role, kind, dims):
        self.name, self.role, self.kind, self.dims = name, role, kind, dims


class Scope:
    def __init__(self, kernel):
        self.kernel = kernel
        self.known = {}      # variable -> 'i' or 'n'
        self.loops = []      # (loop variable, dimension or None)
        self.own = {}        # dimension -> variable of a parallel loop over it
        self.parallel = []   # variables of the parallel loops around
        self.frozen = set()  # variables from outside the innermost parallel loop: read, not assigned
        self.depth = 0       # of inner loops

    def copy(self):
        other = Scope(self.kernel)
        other.known, other.loops, other.own = dict(self.known), list(self.loops), dict(self.own)
        other.parallel, other.frozen, other.depth = list(self.parallel), set(self.frozen), self.depth
        return other


class Expressions:
    """Needs self.rng, self.on (the features this kernel has), self.divisions and self.whole_divisions (the operators that
    it has), self.arrays, self.scalars, self.helpers, self.defaults
    (of those: do they have one), self.constants and self.read_back (names of arrays)."""

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, probability):
        return self.rng.random() < probability

    # ---- elements

    def subscript(self, scope, dim, depth):
        """An int inside [-dim, dim)."""
        inside = [v for v, d in scope.loops if d == dim]
        others = [v for v, d in scope.loops]
        roll = self.rng.random()
        if "bounds" in self.on and roll < 0.06 and inside:
            return self.pick(f"{inside[-1]} + 1", f"{inside[-1]} - {dim} - 1", f"{dim}", f"{inside[-1]} * 2")
        if inside and roll < 0.62:
            return self.rng.choice(inside)
        if inside and roll < 0.82:
            v = self.rng.choice(inside)
            return self.pick(f"-{v}", f"{dim} - 1 - {v}", f"{v} // 2", f"{v} - {dim}", f"max({v} - 1, 0)", f"{v} - 1")
        indices = [a for a in self.arrays if a.role in ("index", "permutation")]
        if roll < 0.90 and dim == "n" and indices and inside:
            return f"{self.rng.choice(indices).name}[{self.rng.choice(inside)}]"
        if isinstance(dim, int):
            return str(self.rng.randrange(dim))
        if others and roll < 0.95:
            return f"{self.rng.choice(others)} % {dim}"
        return f"({self.integer(scope, depth + 2)}) % {dim}"

    def element(self, scope, array, depth):
        """An element of an array that only is read, or the iteration's own."""
        parts = []
        for dim in array.dims:
            own = scope.own.get(dim)
            if array.role == "out" and own:
                parts.append(own)
            else:
                parts.append(self.subscript(scope, dim, depth))
        if len(parts) == 2 and self.chance(0.1):
            return f"{array.name}[{parts[0]}][{parts[1]}]"
        return f"{array.name}[{', '.join(parts)}]"

    def may_touch(self, scope, array):
        """Does every parallel loop around have a dimension of the array of its own?"""
        own = [scope.own.get(dim) for dim in array.dims]
        return all(v in own for v in scope.parallel) and len([d for d in array.dims if d in scope.own]) >= len(scope.parallel)

    def readable(self, scope):
        return [a for a in self.arrays
                if a.role == "in" or (a.role == "out" and a.name in self.read_back and self.may_touch(scope, a))]

    # ---- values

    def leaf(self, scope):
        """Without the feature `mixed` all numbers are float64: what has unlike kinds on two paths is not compiled."""
        text, is_float64 = self.any_leaf(scope)
        return text if is_float64 or "mixed" in self.on else f"({text} * {self.pick('0.5', '1.0', '-0.25')})"

    def any_leaf(self, scope):
        roll = self.rng.random()
        if scope.known and roll < 0.40:
            v = self.rng.choice(sorted(scope.known))
            return v, scope.known[v] == "n"
        arrays = self.readable(scope)
        if arrays and roll < 0.75:
            array = self.rng.choice(arrays)
            return self.element(scope, array, 2), array.kind == "float64"
        if scope.loops and roll < 0.85:
            return self.rng.choice(scope.loops)[0], False
        if self.scalars and roll < 0.92:
            name, role = self.rng.choice(self.scalars)
            return name, role == "float"
        if self.constants and roll < 0.96:
            return self.pick(f"{self.name}_C", f"{self.name}_T[{self.subscript(scope, 7, 3)}]"), False
        text = self.pick("1.5", "3", "0.25", "-2", "0.5", "1", "0", "-0.0", "7", "2.0", "True", "1e10", "2**40", "-1.5", "0.1")
        return text, "." in text or "e1" in text

    def draw(self, scope):
        roll = self.rng.random()
        if roll < 0.5:
            return self.pick("np.random.rand()", "np.random.random()", "np.random.random_sample()")
        if roll < 0.7:
            bounds = self.pick("", "-1.5", "2, 7.5", "5.0, 0", *(f"-3.0, {v}" for v, _ in scope.loops))
            return f"np.random.uniform({bounds})"
        if "inexact" in self.on and roll < 0.85:
            return self.pick("np.random.standard_normal()", "np.random.normal(1.0, 0.5)", "np.random.normal()")
        return f"({self.draw_integer()} * 0.5)"

    def draw_integer(self):
        return f"np.random.randint({self.pick('6', '-3, 9', '2**40', '0, 1', '-5, 2**33', '256')})"

    def number(self, scope, depth=0):
        if "random" in self.on and depth < 2 and self.chance(0.2):
            return self.draw(scope)
        roll = self.rng.random()
        if depth > 2 or roll < 0.28:
            return self.leaf(scope)
        a = self.number(scope, depth + 1)
        if roll < 0.31:
            return self.rng.choice([t for t in IDENTITIES if "/" not in t or "/" in self.divisions or t.count("/") == 1]).format(a=a)
        if roll < 0.37: # what folding and dividing by constants see
            op = self.pick("+", "-", "*", *self.divisions, *self.divisions)
            return f"({a} {op} {self.rng.choice(CONSTANTS)})"
        if roll < 0.74:
            op = self.pick("+", "-", "*", "+", "-", "*", *self.divisions)
            return f"({a} {op} {self.number(scope, depth + 1)})"
        if roll < 0.79:
            return f"{self.pick('min', 'max')}({a}, {self.number(scope, depth + 1)})"
        if roll < 0.85:
            return f"({a} if {self.condition(scope, depth + 1)} else {self.number(scope, depth + 1)})"
        if roll < 0.88 and self.helpers:
            return self.helper_call(self.rng.choice(self.helpers), a, self.number(scope, depth + 1))
        if roll < 0.91 and "casts" in self.on:
            return f"{self.rng.choice(CASTS)}({a})" if "mixed" in self.on else f"float(np.float32({a}))"
        if roll < 0.94 and "math" in self.on:
            if "inexact" in self.on and self.chance(0.5):
                return f"{self.rng.choice(INEXACT_CALLS)}({a})"
            call = self.rng.choice(EXACT_CALLS)
            whole = call in ("math.floor", "math.ceil") # these raise for what is no int64
            text = f"{call}(min(max({a}, -1e6), 1e6))" if whole and "raises" not in self.on else f"{call}({a})"
            return f"({text} * 1.0)" if whole and "mixed" not in self.on else text
        if roll < 0.96:
            text = self.integer(scope, depth + 1)
            return text if "mixed" in self.on else f"({text} * 0.5)"
        if "mixed" in self.on and self.chance(0.2):
            return f"({self.condition(scope, depth + 1)})"
        return self.pick(f"(-{a})", f"abs({a})", f"({a}) ** 2", f"({a}) ** 3", f"(+{a})")

    def helper_call(self, helper, a, b):
        ways = [f"{helper}({a}, {b})"] * 4 + [f"{helper}({a}, q={b})", f"{helper}(q={b}, p={a})"]
        return self.rng.choice(ways + [f"{helper}({a})"] * 2 if self.defaults[helper] else ways)

    def integer(self, scope, depth=0):
        if "random" in self.on and depth < 2 and self.chance(0.15):
            return self.draw_integer()
        roll = self.rng.random()
        ints = [v for v, kind in scope.known.items() if kind == "i"]
        if depth > 2 or roll < 0.30:
            if ints and roll < 0.15:
                return self.rng.choice(ints)
            arrays = [a for a in self.readable(scope) if "int" in a.kind]
            if arrays and roll < 0.22:
                return self.element(scope, self.rng.choice(arrays), 3)
            if scope.loops and roll < 0.27:
                return self.rng.choice(scope.loops)[0]
            return self.pick("0", "1", "2", "3", "-1", "5", "n", "64", "9223372036854775807", "-9223372036854775807", "255")
        a = self.integer(scope, depth + 1)
        if roll < 0.33:
            return self.rng.choice(INT_IDENTITIES).format(a=a)
        if roll < 0.38:
            op = self.pick("*", *self.whole_divisions, "&", "<<", ">>", "-")
            return f"({a} {op} {self.rng.choice(INT_CONSTANTS)})"
        if roll < 0.65:
            op = self.pick("+", "-", "*", *self.whole_divisions)
            return f"({a} {op} {self.integer(scope, depth + 1)})"
        if roll < 0.80:
            return f"({a} {self.pick('&', '|', '^', '<<', '>>')} {self.integer(scope, depth + 1)})"
        if roll < 0.86:
            return f"({a} if {self.condition(scope, depth + 1)} else {self.integer(scope, depth + 1)})"
        if roll < 0.92:
            return f"{self.pick('min', 'max')}({a}, {self.integer(scope, depth + 1)})"
        if roll < 0.95 and "raises" in self.on:
            return f"int({self.number(scope, depth + 1)})"
        return self.pick(f"(-{a})", f"(~{a})", f"abs({a})", f"np.int64({a})", f"({a}) ** 2", f"({a}) ** 3")

    def condition(self, scope, depth=0):
        roll = self.rng.random()
        a = self.number(scope, depth + 1)
        text = f"{a} {self.rng.choice(COMPARISONS)} {self.number(scope, depth + 1)}"
        if roll < 0.60:
            return text
        if roll < 0.66:
            return f"{self.number(scope, 3)} {self.pick('<', '<=')} {a} {self.pick('<', '<=', '!=')} {self.number(scope, 3)}"
        if roll < 0.90 and depth < 3:
            return f"{text} {self.pick('and', 'or')} {self.pick('', 'not ')}{self.condition(scope, depth + 2)}"
        if roll < 0.94:
            return f"not ({text})"
        if roll < 0.97:
            return a
        return f"math.isnan({a})" if "math" in self.on else text
