"""Arithmetic on typed scalars with njit's results (DESIGN section 2): conversions, operators, casts, math functions.

Values are as kinds.py says: bool, int (int64) and float (float64) of Python, NumPy scalars for the other kinds. Every
function takes and gives such values. `quiet` is the division rule of the place in the source: True gives NumPy's inf,
nan and 0 for a zero divisor, False raises ZeroDivisionError.
"""

import math
import operator

import numpy as np

from .kinds import (BITS, SIGNED, abs_kind, common_kind, is_float, kind_of, math_kind, scalar_kind, ufunc_common_kind,
                    ufunc_kind, ufunc_operator_kind, unary_kind)

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


class Refused(TypeError):
    """An operator or function that njit does not take for these kinds."""


# ---- conversions ----------------------------------------------------------------------------------------------------


def wrap(value, kind):
    """A Python int of any size as an int of the kind, low bits kept."""
    bits = BITS[kind]
    value &= (1 << bits) - 1
    if kind in SIGNED and value >> (bits - 1):
        value -= 1 << bits
    return value if kind == "int64" else getattr(np, kind)(value)


def float32(value):
    with np.errstate(all="ignore"):
        return np.float32(value)


def float_to_int(value, kind):
    """C's truncation as x86 does it: what int64 cannot hold is int64 min; uint64 also takes [2^63, 2^64)."""
    if math.isfinite(value):
        whole = math.trunc(value)
        if INT64_MIN <= whole <= INT64_MAX or (kind == "uint64" and 0 <= whole < 2**64):
            return wrap(whole, kind)
    return wrap(INT64_MIN, kind)


def convert(value, kind):
    here = kind_of(value)
    if here == kind:
        return normal(value)
    if kind == "bool":
        return bool(value != 0)
    if is_float(here):
        return {"float64": float, "float32": float32}.get(kind, lambda v: float_to_int(float(v), kind))(value)
    whole = int(value)
    if kind == "float64":
        return float(whole)
    return float32_of_int(whole) if kind == "float32" else wrap(whole, kind)


def float32_of_int(whole):
    """One rounding, not two: a double keeps the sticky bit when the int is cut to 26 bits and an odd last bit."""
    extra = max(abs(whole).bit_length() - 26, 0)
    cut = abs(whole) >> extra
    if extra and abs(whole) & ((1 << extra) - 1):
        cut |= 1
    return float32(math.copysign(math.ldexp(cut, extra), whole)) if whole else np.float32(0)


def normal(value):
    """The one representation of a scalar that NumPy or the caller hands over; other objects come back as they are."""
    kind = kind_of(value)
    if kind == "int64":
        value = int(value)
        if not INT64_MIN <= value <= INT64_MAX:
            raise OverflowError("int too big to convert")
        return value
    if kind == "float64":
        return float(value)
    return bool(value) if kind == "bool" else value


def common(a, b, kind):
    return convert(a, kind), convert(b, kind)


# ---- division -------------------------------------------------------------------------------------------------------


def float_divmod(a, b, floor_text, mod_text, quiet):
    """CPython's and NumPy's algorithm on two floats of one kind; only the two results differ in which is used."""
    if b == 0:
        if not quiet:
            raise ZeroDivisionError(floor_text or mod_text)
        return divide_quietly(a, b), type(a)(math.nan)
    kind = type(a)
    remainder = kind(fmod(float(a), float(b)))
    quotient = divide_quietly(a - remainder, b)
    if remainder != 0:
        if (b < 0) != (remainder < 0):
            remainder += b
            quotient -= kind(1)
    else:
        remainder = kind(math.copysign(0.0, b))
    if quotient == 0:
        return kind(math.copysign(0.0, divide_quietly(a, b))), remainder
    floored = kind(np.floor(quotient))
    if quotient - floored > 0.5:
        floored += kind(1)
    return floored, remainder


def fmod(a, b):
    return math.nan if math.isinf(a) or math.isnan(a) or math.isnan(b) else math.fmod(a, b)


def divide_quietly(a, b):
    if b != 0:
        return a / b
    with np.errstate(all="ignore"):
        return type(a)(np.float64(a) / np.float64(b))


def int_floor_divide(a, b, quiet):
    if b == 0:
        if quiet:
            return 0
        raise ZeroDivisionError("integer division or modulo by zero")
    return a // b


def int_modulo(a, b, quiet):
    if b == 0:
        if quiet:
            return 0
        raise ZeroDivisionError("integer modulo by zero")
    return a % b


# ---- powers ---------------------------------------------------------------------------------------------------------


def int_power(a, b, kind):
    if b < 0:
        raise ValueError("Integers to negative integer powers are not allowed.")
    return wrap(pow(a, b, 1 << 64), kind)


def float_power(a, b):
    """C99's pow."""
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = b == math.floor(b) and b % 2 == 1
        return -math.inf if a < 0 and odd else math.inf
    except ValueError:
        if a == 0:
            odd = b == math.floor(b) and b % 2 == 1
            return math.copysign(math.inf, a) if odd else math.inf
        return math.nan


def pow_literal(base, exponent):
    """`base ** 7` with the literal in the source: x*x2*x4, low bit first; one over that for a negative exponent."""
    kind = kind_of(base)
    if kind is None:
        return base**exponent
    if not is_float(kind):
        return int_power(int(base), exponent, scalar_kind("**", kind, "int64"))
    base = normal(base)
    one = type(base)(1)
    result, square, rest = None, base, abs(exponent)
    with np.errstate(all="ignore"):
        while rest:
            if rest & 1:
                result = square if result is None else result * square
            rest >>= 1
            if rest:
                square = square * square
        result = one if result is None else result
        return divide_quietly(one, result) if exponent < 0 else result


# ---- operators ------------------------------------------------------------------------------------------------------


def shift_left(a, b, kind):
    return wrap(int(a) << (int(b) & 63), kind)


def shift_right(a, b, kind):
    return wrap(int(a) >> (int(b) & 63), kind)


def on_ints(op, a, b, kind, quiet):
    """Two Python ints that stand for values of int64 or uint64."""
    match op:
        case "+":
            return wrap(a + b, kind)
        case "-":
            return wrap(a - b, kind)
        case "*":
            return wrap(a * b, kind)
        case "//":
            return wrap(int_floor_divide(a, b, quiet), kind)
        case "%":
            return wrap(int_modulo(a, b, quiet), kind)
        case "**":
            return int_power(a, b, kind)
        case "&":
            return wrap(a & b, kind)
        case "|":
            return wrap(a | b, kind)
        case "^":
            return wrap(a ^ b, kind)


def on_floats(op, a, b, quiet):
    """Two floats of one kind, Python's or np.float32."""
    with np.errstate(all="ignore"):
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                if b == 0 and not quiet:
                    raise ZeroDivisionError("float division by zero")
                return divide_quietly(a, b)
            case "//":
                return float_divmod(a, b, "float floor division by zero", None, quiet)[0]
            case "%":
                return float_divmod(a, b, None, "float modulo", quiet)[1]
            case "**":
                return type(a)(float_power(float(a), float(b)))


def on_bools(op, a, b):
    return {"&": a and b, "|": a or b, "^": a != b}[op]


def binary(op, a, b, quiet):
    """`a op b` on two scalars."""
    kind_a, kind_b = kind_of(a), kind_of(b)
    kind = scalar_kind(op, kind_a, kind_b)
    if kind is None:
        raise Refused(f"njit does not take {op} for {kind_a} and {kind_b}")
    if op == "<<":
        return shift_left(a, b, kind)
    if op == ">>":
        return shift_right(convert(a, kind), b, kind)
    if kind == "bool":
        return on_bools(op, bool(a), bool(b))
    if op == "/" and not is_float(kind_a) and not is_float(kind_b) and b == 0 and not quiet:
        raise ZeroDivisionError("division by zero")
    if op == "**" and kind == "float32" and not is_float(kind_b):
        return float32(float_power(float(a), float(int(b))))
    a, b = common(a, b, kind)
    if is_float(kind):
        return on_floats(op, a, b, quiet)
    return on_ints(op, int(a), int(b), kind, quiet)


def unary(op, a):
    """-a, +a, ~a: an int is negated at its own width and then widened, as Numba does."""
    kind_a = kind_of(a)
    kind = unary_kind(op, kind_a)
    if kind is None:
        raise Refused(f"njit does not take {op} for {kind_a}")
    if kind == "bool":
        return not a
    if is_float(kind):
        return -normal(a) if op == "-" else normal(a)
    value = {"-": -int(a), "+": int(a), "~": ~int(a)}[op]
    return convert(wrap(value, "int64" if kind_a == "bool" else kind_a), kind)


def ufunc_binary(op, a, b):
    """np.add(a, b) and its kin on two scalars: nothing raises but a negative power of an int."""
    kind = ufunc_operator_kind(op, kind_of(a), kind_of(b))
    if kind is None:
        raise Refused(f"njit does not take the function of {op} for {kind_of(a)} and {kind_of(b)}")
    a, b = convert(a, kind), convert(b, kind)
    if op == "<<":
        return shift_left(a, b, kind)
    if op == ">>":
        return shift_right(a, b, kind)
    if kind == "bool":
        return on_bools({"+": "|", "*": "&"}.get(op, op), a, b)
    return on_floats(op, a, b, True) if is_float(kind) else on_ints(op, int(a), int(b), kind, True)


def ufunc_unary(op, a):
    """np.negative(a), np.positive(a), np.invert(a), np.square(a) as "*", np.abs(a) as "abs": small ints stay small."""
    kind = kind_of(a)
    if kind == "bool":
        if op in ("~", "abs"):
            return not a if op == "~" else a
        kind = "int8"
    if is_float(kind):
        if op == "~":
            raise Refused(f"njit does not take invert for {kind}")
        a = normal(a)
        with np.errstate(all="ignore"):
            return {"-": lambda: -a, "+": lambda: a, "*": lambda: a * a, "abs": lambda: abs(a)}[op]()
    a = int(a)
    return wrap({"-": -a, "+": a, "~": ~a, "*": a * a, "abs": abs(a)}[op], kind)


def ufunc_extreme(largest, a, b):
    """np.maximum and np.minimum: NaN wins."""
    kind = ufunc_common_kind(kind_of(a), kind_of(b))
    a, b = convert(a, kind), convert(b, kind)
    if a != a:
        return a
    return a if (a > b if largest else a < b) else b


COMPARISONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
               "!=": operator.ne}


def compare(op, a, b):
    a, b = common(a, b, common_kind(kind_of(a), kind_of(b)))
    return bool(COMPARISONS[op](a, b))


def maximum(s, x):
    """max(s, x): x > s ? x : s, in their common kind."""
    s, x = common(s, x, common_kind(kind_of(s), kind_of(x)))
    return x if x > s else s


def minimum(s, x):
    s, x = common(s, x, common_kind(kind_of(s), kind_of(x)))
    return x if x < s else s


def absolute(a):
    kind = kind_of(a)
    return abs(a) if is_float(kind) else wrap(abs(int(a)), abs_kind(kind))


# ---- casts and math -------------------------------------------------------------------------------------------------


def whole_number(value, rounding):
    """int(x), math.floor(x) and so on of a float, as int64: ValueError for nan, OverflowError beyond int64."""
    value = float(value)
    if math.isnan(value):
        raise ValueError("cannot convert float NaN to integer")
    if math.isinf(value):
        raise OverflowError("cannot convert float infinity to integer")
    whole = rounding(value)
    if not INT64_MIN <= whole <= INT64_MAX:
        raise OverflowError("int too big to convert")
    return whole


def cast_int(value=0):
    kind = kind_of(value)
    if kind is None:
        return normal(int(value))
    if is_float(kind):
        return whole_number(value, math.trunc)
    return int(value) if kind == "bool" else normal(value)


def cast_float(value=0.0):
    return convert(value, math_kind("float", kind_of(value))) if kind_of(value) else float(value)


def rounded(value, digits=None):
    kind = kind_of(value)
    if digits is None:
        return whole_number(value, round) if is_float(kind) else convert(value, "int64")
    return type(value)(round(float(value), int(digits))) if is_float(kind) else round(value, digits)


def rounding_function(rounding):
    """math.floor, math.ceil, math.trunc: an int from a float."""

    def function(value):
        kind = kind_of(value)
        return whole_number(value, rounding) if is_float(kind) else unary("+", value)

    return function


POLES = {  # where C99 gives an infinity and Python a ValueError
    ("log", 0.0): -math.inf,
    ("log2", 0.0): -math.inf,
    ("log10", 0.0): -math.inf,
    ("log1p", -1.0): -math.inf,
    ("atanh", 1.0): math.inf,
    ("atanh", -1.0): -math.inf,
}
ODD_OVERFLOW = ("sinh",)


def c99(name):
    """The libm function of that name on doubles, never raising."""
    python = getattr(math, name)

    def function(*operands):
        try:
            return python(*operands)
        except OverflowError:
            return math.copysign(math.inf, operands[0]) if name in ODD_OVERFLOW else math.inf
        except ValueError:
            return POLES.get((name, operands[0]), math.nan)

    return function


def int_fmod(a, b):
    """np.fmod of ints, C's %: the sign of the dividend; 0 by zero."""
    if b == 0:
        return 0
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def math_function(name, of_kind):
    """The kernel's view of a math function; of_kind maps its name and its operands' kinds to the kind computed in."""
    compute = float_power if name == "pow" else c99(name)

    def function(*operands):
        kinds = [kind_of(x) for x in operands]
        if None in kinds:
            raise Refused(f"njit does not take {name} of {', '.join(type(x).__name__ for x in operands)}")
        kind = of_kind(name, *kinds)
        if not is_float(kind):
            return wrap(int_fmod(*(int(convert(x, kind)) for x in operands)), kind)
        result = compute(*(float(convert(x, kind)) for x in operands))
        return result if kind == "float64" else float32(result)

    return function


NAMES = (
    "sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "cbrt erf erfc fabs copysign fmod pow atan2 hypot"
).split()
NUMPY_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
               "atanh": "arctanh", "pow": "power", "atan2": "arctan2"}


def float_rounding(name):
    """np.floor and its kin: a float from a float; but for rint, an int from an int."""
    python = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc, "rint": round}[name]

    def function(value):
        value = convert(value, ufunc_kind(name, kind_of(value)))
        if not is_float(kind_of(value)) or not math.isfinite(value):
            return value
        return type(value)(math.copysign(python(float(value)), value))

    return function
