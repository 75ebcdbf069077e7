"""The scalar kinds and njit's result kinds, as Numba 0.68.1 has them (asked of its typing context, kind by kind).

A kind is named by its NumPy dtype. Inside a kernel a value of kind bool, int64 or float64 is a plain Python bool, int
or float; the other eight kinds are NumPy scalars. `kind_of` answers None for everything that is not a scalar. The rules
are written down on their own, apart from vm/semantics, so that each can find the other's mistakes.
"""

import numpy as np

KINDS = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
FLOATS = ("float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
BITS = {"bool": 1, "float32": 32, "float64": 64} | {k: int(k.lstrip("uint")) for k in SIGNED + UNSIGNED}

KIND_OF_TYPE = {bool: "bool", int: "int64", float: "float64", np.bool_: "bool"}
KIND_OF_TYPE |= {getattr(np, kind): kind for kind in KINDS if kind != "bool"}

# Ints of at most 16 bits (and bool) meet float32 in float32, but for uint16, which goes to float64 with the wide ones.
NARROW_BESIDE_FLOAT32 = ("bool", "int8", "int16", "uint8", "float32")
# Array division of these by each other gives float32.
NARROW_IN_ARRAY_DIVISION = ("bool", "int8", "int16", "uint8", "uint16")


def kind_of(value):
    return KIND_OF_TYPE.get(type(value))


def is_float(kind):
    return kind in FLOATS


def _int_kind(a, b):
    """Two operands that are ints or bools: unsigned only when both are."""
    return "uint64" if a in UNSIGNED and b in UNSIGNED else "int64"


def scalar_kind(op, a, b):
    """The kind of `a op b` on scalars, and the kind both are computed in; None where Numba refuses."""
    if op in ("<<", ">>"):
        if is_float(a) or is_float(b):
            return None
        return "uint64" if a in UNSIGNED else "int64"
    if op in ("&", "|", "^"):
        if is_float(a) or is_float(b):
            return None
        return "bool" if a == b == "bool" else _int_kind(a, b)
    if not is_float(a) and not is_float(b):
        return "float64" if op == "/" else _int_kind(a, b)
    if op == "**" and a == "float32" and b != "float64":
        return "float32"
    if "float64" in (a, b):
        return "float64"
    other = b if a == "float32" else a
    return "float32" if other in NARROW_BESIDE_FLOAT32 else "float64"


def common_kind(a, b):
    """The kind of min(a, b) and max(a, b), and the kind comparisons are computed in."""
    return np.promote_types(a, b).name


def unary_kind(op, a):
    """The kind of -a, +a, ~a on a scalar; None where Numba refuses."""
    if op == "~":
        if is_float(a):
            return None
        if a == "bool":
            return "bool"
    if is_float(a):
        return a
    return "uint64" if a in UNSIGNED else "int64"


def abs_kind(a):
    return "int8" if a == "bool" else a


def array_kind(op, a, b):
    """The element kind of an array expression; a scalar beside an array counts like an array of its kind."""
    if op in ("&", "|", "^", "<<", ">>"):
        common = common_kind(a, b)
        if is_float(common):
            return None
        return "int8" if common == "bool" and op in ("<<", ">>") else common
    if "float64" in (a, b):
        return "float64"
    if "float32" in (a, b):
        return "float32"
    if op == "/":
        return "float32" if a in NARROW_IN_ARRAY_DIVISION and b in NARROW_IN_ARRAY_DIVISION else "float64"
    common = common_kind(a, b)
    return "int8" if common == "bool" and op in ("-", "//", "%", "**") else common


def array_unary_kind(op, a):
    if op == "~":
        return None if is_float(a) else a
    return "int8" if a == "bool" else a


def math_kind(name, a, b=None):
    """The kind in which `math.sqrt(a)`, `math.hypot(a, b)` and their kin compute."""
    if b is None:
        return "float32" if a == "float32" else "float64"
    if not (a in NARROW_BESIDE_FLOAT32 and b in NARROW_BESIDE_FLOAT32):
        return "float64"
    if name == "copysign":
        return "float32"
    if name == "pow" and b not in ("bool", "float32"):
        return "float64"
    return "float32" if "float32" in (a, b) else "float64"


def ufunc_common_kind(a, b):
    """The kind of np.minimum(a, b): float32 takes every int along."""
    if "float64" in (a, b):
        return "float64"
    return "float32" if "float32" in (a, b) else common_kind(a, b)


def ufunc_operator_kind(op, a, b):
    """The kind of np.add(a, b) and its kin, on scalars and on arrays, and the kind they compute in."""
    if op == "/" and not is_float(a) and not is_float(b):
        return "float32" if a in NARROW_IN_ARRAY_DIVISION and b in NARROW_IN_ARRAY_DIVISION else "float64"
    common = ufunc_common_kind(a, b)
    if op in ("&", "|", "^", "<<", ">>") and is_float(common):
        return None
    return "int8" if common == "bool" and op in ("-", "//", "%", "**", "<<", ">>") else common


def ufunc_kind(name, a, b=None):
    """The kind in which np.sqrt, np.hypot and their kin compute, on scalars and on arrays."""
    if b is not None:
        return ufunc_operator_kind("%" if name == "fmod" else "/", a, b)
    if name in ("floor", "ceil", "trunc"):
        return a
    return "float32" if a in NARROW_IN_ARRAY_DIVISION + ("float32",) else "float64"


def sum_kind(a):
    """The kind of a.sum()."""
    if is_float(a):
        return a
    return "uint64" if a in UNSIGNED else "int64"
