"""Array expressions, element access and array functions inside a kernel.

NumPy computes; this file decides the kinds (kinds.array_kind), silences what njit never raises, converts what is stored
by the rule of scalars.convert, and sums by DESIGN section 6.
"""

import math
import operator
from functools import partial

import numpy as np

from . import scalars
from .kinds import (FLOATS, array_kind, array_unary_kind, common_kind, is_float, kind_of, math_kind, scalar_kind,
                    sum_kind, ufunc_common_kind, ufunc_kind, ufunc_operator_kind)
from .reductions import ReductionLoop

UFUNCS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "//": np.floor_divide,
          "%": np.remainder, "<<": np.left_shift, ">>": np.right_shift, "&": np.bitwise_and, "|": np.bitwise_or,
          "^": np.bitwise_xor}
OPERATOR_UFUNCS = {"+": ["add"], "-": ["subtract"], "*": ["multiply"], "/": ["divide", "true_divide"],
                   "//": ["floor_divide"], "%": ["remainder", "mod"], "**": ["power"], "<<": ["left_shift"],
                   ">>": ["right_shift"], "&": ["bitwise_and"], "|": ["bitwise_or"], "^": ["bitwise_xor"]}
UNARY_UFUNCS = {"-": ["negative"], "+": ["positive"], "~": ["invert"], "*": ["square"], "abs": ["abs", "absolute"]}


def element_kind(value):
    return value.dtype.name if isinstance(value, np.ndarray) else kind_of(value)


def convert_array(array, kind):
    """A new array of the kind, each element converted as scalars.convert does."""
    here = array.dtype.name
    with np.errstate(all="ignore"):
        if here not in FLOATS or is_float(kind) or kind == "bool":
            return array.astype(kind)
        wide = array.astype(np.float64)
        fits = (wide >= -(2.0**63)) & (wide < 2.0**63)
        whole = np.where(fits, wide, 0.0).astype(np.int64)
        whole = np.where(fits, whole, np.int64(scalars.INT64_MIN)).astype(kind)
        if kind == "uint64":
            big = (wide >= 2.0**63) & (wide < 2.0**64)
            whole = np.where(big, (np.where(big, wide, 2.0**63) - 2.0**63).astype(np.uint64) + np.uint64(2**63), whole)
        return whole


def as_kind(value, kind):
    if isinstance(value, np.ndarray):
        return convert_array(value, kind)
    return np.dtype(kind).type(scalars.convert(value, kind))


def as_array(value):
    """The array itself; of a scalar, an array of its kind without dimensions."""
    return value if isinstance(value, np.ndarray) else np.array(as_kind(value, kind_of(value)))


def binary(op, a, b):
    """`a op b` with an array on at least one side."""
    if op == "@":
        return a @ b
    kind_a, kind_b = element_kind(a), element_kind(b)
    if kind_a is None or kind_b is None:
        raise scalars.Refused(f"njit does not take {op} for {type(a).__name__} and {type(b).__name__}")
    kind = array_kind(op, kind_a, kind_b)
    if kind is None:
        raise scalars.Refused(f"njit does not take {op} for arrays of {kind_a} and {kind_b}")
    # Elements are computed as scalars are, then stored: an int64 and a float32 as float64.
    if kind == "float32" and (is_float(kind_a) or is_float(kind_b)) and op != "**":
        wide = scalar_kind(op, kind_a, kind_b)
        with np.errstate(all="ignore"):
            return UFUNCS[op](as_kind(a, wide), as_kind(b, wide)).astype(kind)
    a, b = as_kind(a, kind), as_kind(b, kind)
    with np.errstate(all="ignore"):
        if op in ("<<", ">>"):
            b = b & np.array(63).astype(kind)
        if op == "**":
            return power(a, b, kind)
        return UFUNCS[op](a, b)


def power(a, b, kind):
    if not is_float(kind):
        return np.power(a, b)
    a, b = np.broadcast_arrays(a, b)
    return elementwise(lambda x, y: np.dtype(kind).type(scalars.float_power(float(x), float(y))), kind, a, b)


def pow_literal(a, exponent):
    kind = array_kind("**", a.dtype.name, "int64")
    result = as_kind(a, kind)
    return elementwise(lambda x: scalars.pow_literal(scalars.normal(x), exponent), kind, result)


def elementwise(function, kind, *operands):
    result = np.empty(operands[0].shape, kind)
    for position in np.ndindex(result.shape):
        result[position] = function(*(x[position] for x in operands))
    return result


def unary(op, a):
    kind = array_unary_kind(op, a.dtype.name)
    if kind is None:
        raise scalars.Refused(f"njit does not take {op} for arrays of {a.dtype.name}")
    return {"-": np.negative, "+": np.positive, "~": np.invert}[op](convert_array(a, kind))


def compare(op, a, b):
    kind = common_kind(element_kind(a), element_kind(b))
    with np.errstate(all="ignore"):
        return scalars.COMPARISONS[op](as_kind(a, kind), as_kind(b, kind))


def in_place(op, a, b):
    """`a op= b` for an array a: every element is computed from the old values, then stored. As in NumPy, not into a
    kind of less: an int array takes no floats (Numba refuses the same pairs, with an error of its own). That comes before
    the shapes are looked at."""
    kind = array_kind(op, a.dtype.name, element_kind(b)) if op != "@" and element_kind(b) else None
    if kind is not None and not np.can_cast(kind, a.dtype, "same_kind"):
        nothing = np.empty(0, kind)
        {**UFUNCS, "**": np.power}[op](nothing, nothing, out=np.empty(0, a.dtype))  # raises NumPy's error
    if op != "@":
        np.logical_or(np.empty(a.shape, bool), np.empty(np.shape(b), bool), out=np.empty(a.shape, bool)) # raises for the shapes
    store(a, ..., binary(op, a, b))
    return a


# ---- elements -------------------------------------------------------------------------------------------------------


def load(container, index):
    return scalars.normal(container[index])


def store(container, index, value):
    """container[index] = value"""
    if isinstance(container, np.ndarray):
        kind = container.dtype.name
        if isinstance(value, np.ndarray):
            value = convert_array(value, kind)
        elif kind_of(value) is not None:
            value = np.dtype(kind).type(scalars.convert(value, kind))
    container[index] = value


def iterate(iterable):
    return map(scalars.normal, iterable) if isinstance(iterable, np.ndarray) else iterable


# ---- functions and methods ------------------------------------------------------------------------------------------


def by_grid(op, live_in, elements):
    """Section 6 over the elements, as a loop `s op= x` whose body has no call."""
    loop = ReductionLoop(range(len(elements)), variables=1, deep=False)
    for ordinal in loop:
        loop.contribute(0, op, live_in, scalars.normal(elements[ordinal]), False)
    return loop.join(0, live_in) if loop.contributed(0) else live_in


def extreme_of(op, elements):
    """The first NaN; else section 6, from the first element on."""
    for element in elements:
        if element != element:
            return scalars.normal(element)
    return by_grid(op, scalars.normal(elements[0]), elements)


def dot(a, b, out=None):
    """np.dot: each element is 0 and the products, one after the other; with a scalar on either side, a product."""
    if out is not None:
        raise scalars.Refused("np.dot with out is not modelled")
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return scalars.normal(binary("*", as_array(a), as_array(b)))
    inner, across = a.shape[-1], max(b.ndim - 2, 0)
    if inner != b.shape[across]:
        shapes = " and ".join(str(x.shape).replace(" ", "") for x in (a, b))
        raise ValueError(f"shapes {shapes} not aligned: {inner} (dim {a.ndim - 1}) != {b.shape[across]} (dim {across})")
    if a.ndim > 2 or b.ndim > 2:
        raise scalars.Refused("np.dot of more than 2 dimensions is not modelled")
    kind = common_kind(a.dtype.name, b.dtype.name)
    rows = np.atleast_2d(as_kind(a, kind))
    columns = np.atleast_2d(as_kind(b, kind).T)
    if a.ndim == b.ndim == 1:
        return dot_of_vectors(rows[0], columns[0], kind)
    result = np.empty((len(rows), len(columns)), kind)
    for i, j in np.ndindex(result.shape):
        result[i, j] = dot_of_vectors(rows[i], columns[j], kind)
    return result.reshape(a.shape[:-1] + b.shape[1:]) # two dimensions, or one


def dot_of_vectors(a, b, kind):
    result = scalars.convert(0, kind)
    for x, y in zip(a, b):
        result = scalars.ufunc_binary("+", result, scalars.ufunc_binary("*", scalars.normal(x), scalars.normal(y)))
    return result


def clip(a, a_min=None, a_max=None, out=None):
    """np.clip as Numba's loop: max(), then min() of each element, in the array's own kind. Where Numba refuses: a scalar
    `a` is clipped as NumPy does it, and bounds that are arrays of another kind are taken like those of the same."""
    if out is not None:
        raise scalars.Refused("np.clip with out is not modelled")
    if not isinstance(a, np.ndarray):
        for bound, largest in ((a_min, True), (a_max, False)):
            if bound is not None:
                a = EXTREMES[largest](a, bound)
        return a
    if a_min is None and a_max is None:
        raise ValueError("array_clip: must set either max or min")
    bounds, shape = [a_min, a_max], a.shape
    if any(isinstance(bound, np.ndarray) for bound in bounds): # then Numba fills an array like `a` with the other one
        bounds = [full_like(a, x) if kind_of(x) else x for x in bounds]
    for bound in bounds:
        shape = joint_shape(shape, np.shape(bound))
    low, high = (None if x is None else np.broadcast_to(as_array(x), shape) for x in bounds)

    def clipped(x, position):
        if low is not None:
            x = scalars.maximum(x, scalars.normal(low[position]))
        return x if high is None else scalars.minimum(x, scalars.normal(high[position]))

    kind, elements = a.dtype.name, np.broadcast_to(a, shape)
    result = np.empty(shape, kind)
    for position in np.ndindex(shape):
        result[position] = as_kind(clipped(scalars.normal(elements[position]), position), kind)
    return result


def joint_shape(a, b):
    """The shape to which both are broadcast, or NumPy's error."""
    return np.logical_or(np.empty(a, bool), np.empty(b, bool)).shape


def where(condition, x, y):
    kind = common_kind(element_kind(x), element_kind(y))
    return np.where(as_kind(condition, "bool"), as_kind(x, kind), as_kind(y, kind))


def along(reduce, array, axis, keepdims, kind):
    """reduce(elements of one result in C order), for all elements or along the axes; NumPy says which shape that has."""
    shape = np.add.reduce(array, axis=axis, keepdims=keepdims).shape # or raises what NumPy raises
    if axis is None:
        result = reduce(array.reshape(-1))
        return np.full(shape, as_kind(result, kind), kind) if keepdims else result
    axes = sorted(a % array.ndim for a in (axis if isinstance(axis, tuple) else (axis,)))
    lines = np.moveaxis(array, axes, range(array.ndim - len(axes), array.ndim))
    lines = lines.reshape(math.prod(shape), -1) if array.size else np.empty((math.prod(shape), 0), array.dtype)
    results = np.empty(len(lines), kind)
    for position, line in enumerate(lines):
        results[position] = as_kind(reduce(line), kind)
    return results.reshape(shape) if shape else scalars.normal(results[0])


def adding(op, identity):
    """a.sum() and a.prod()"""
    def function(array, axis=None, dtype=None, keepdims=False):
        kind = sum_kind(array.dtype.name) if dtype is None else dtype_kind(dtype)
        start = scalars.convert(identity, kind)
        return along(lambda line: by_grid(op, start, line), convert_array(array, kind), axis, keepdims, kind)

    return function


total, product = adding("+", 0), adding("*", 1)


def mean(array, axis=None, dtype=None, keepdims=False):
    """A sum of floats, divided as float64: Numba's sum of float32 by an int."""
    here = array.dtype.name if is_float(array.dtype.name) else "float64"
    sums = total(array, axis, here if dtype is None else dtype, keepdims)
    count = array.size // max(sums.size, 1) if isinstance(sums, np.ndarray) else array.size
    with np.errstate(all="ignore"):
        if isinstance(sums, np.ndarray):
            return sums.astype(np.float64) / np.float64(count)
    return scalars.binary("/", scalars.convert(sums, "float64"), count, True)


def extreme(op):
    def function(array, axis=None, keepdims=False):
        kind = array.dtype.name
        if array.size == 0:
            getattr(np, op)(array, axis=axis) # raises, but where there is no result either
        return along(lambda line: extreme_of(op, line), array, axis, keepdims, kind)

    return function


def variance(array, axis=None, ddof=0):
    """The mean of the squared distances from the mean."""
    if not is_float(array.dtype.name):
        array = convert_array(array, "float64")
    center = mean(array, axis, keepdims=axis is not None)
    distance = binary("-", array, center)
    squares = total(binary("*", distance, distance), axis)
    count = max(array.size // max(np.size(squares), 1) - ddof, 0)
    if isinstance(squares, np.ndarray):
        return binary("/", squares, count)
    return scalars.binary("/", squares, count, True)


def deviation(array, axis=None, ddof=0):
    squares = variance(array, axis, ddof)
    return np.sqrt(squares) if isinstance(squares, np.ndarray) else scalars.math_function("sqrt", ufunc_kind)(squares)


def dtype_kind(dtype):
    return np.dtype(dtype).name


def astype(array, dtype):
    return convert_array(array, dtype_kind(dtype))


def full(shape, fill_value, dtype=None):
    kind = kind_of(fill_value) if dtype is None else dtype_kind(dtype)
    return np.full(shape, as_kind(fill_value, kind), dtype=kind)


def full_like(array, fill_value, dtype=None):
    return full(array.shape, fill_value, array.dtype if dtype is None else dtype)


METHODS = {"sum": total, "prod": product, "mean": mean, "min": extreme("min"), "max": extreme("max"), "var": variance,
           "std": deviation, "astype": astype, "dot": dot, "clip": clip,
           "any": lambda a: bool(np.any(a)), "all": lambda a: bool(np.all(a))}


def universal(ufunc, scalar_function, result_kind):
    """A ufunc of NumPy on elements: on scalars as it is, on arrays element by element; all of it, then into `out`."""

    def compute(operands):
        if not any(isinstance(x, np.ndarray) for x in operands):
            return scalar_function(*operands)
        kind = result_kind(*map(element_kind, operands))
        if kind is None:
            raise scalars.Refused("njit does not take this function for these arrays")
        # A scalar beside an array keeps its kind, which NumPy would take for a Python number's.
        operands = np.broadcast_arrays(*(as_kind(x, element_kind(x)) for x in operands))
        return elementwise(lambda *xs: scalar_function(*map(scalars.normal, xs)), kind, *operands)

    def function(*operands, out=None):
        operands, out = operands_and_out(ufunc, operands, out)
        result = compute(operands)
        if out is None:
            return result
        check_output(ufunc, operands, element_kind(result), out)
        store(out, ..., result)
        return out

    return function


def operands_and_out(ufunc, operands, out):
    """What a call of the ufunc gives, where the last operand may be `out`; NumPy's errors."""
    least = ufunc.nin
    if not least <= len(operands) <= least + 1:
        given = f"{len(operands)} {'was' if len(operands) == 1 else 'were'}"
        raise TypeError(f"{ufunc.__name__}() takes from {least} to {least + 1} positional arguments but {given} given")
    if len(operands) > least:
        if out is not None:
            raise TypeError("cannot specify 'out' as both a positional and keyword argument")
        operands, out = operands[:least], operands[least]
    if out is not None and not isinstance(out, np.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    return operands, out


def check_output(ufunc, operands, kind, out):
    """Raises what NumPy raises where the ufunc's result, of that kind, does not go into `out`."""
    if not np.can_cast(kind, out.dtype, "same_kind"):
        raise np._core._exceptions._UFuncOutputCastingError(ufunc, "same_kind", np.dtype(kind), out.dtype, ufunc.nin)
    alike = np.add if ufunc.nin == 2 else np.positive # has a loop for these operands
    alike(*(np.empty(np.shape(x), np.int8) for x in operands), out=np.empty(out.shape, np.int8))
    if not out.flags.writeable:
        raise ValueError("output array is read-only")


EXTREMES = {True: universal(np.maximum, partial(scalars.ufunc_extreme, True), ufunc_common_kind),
            False: universal(np.minimum, partial(scalars.ufunc_extreme, False), ufunc_common_kind)}


def over(method):
    return lambda array, *operands, **keywords: METHODS[method](array, *operands, **keywords)


def function_table():
    """What a call inside a kernel means: the real function -> ours."""
    table = {abs: lambda x: np.abs(x) if isinstance(x, np.ndarray) else scalars.absolute(x), np.full: full,
             np.full_like: full_like, int: scalars.cast_int, float: scalars.cast_float, round: scalars.rounded,
             math.floor: scalars.rounding_function(math.floor), math.ceil: scalars.rounding_function(math.ceil),
             math.trunc: scalars.rounding_function(math.trunc), **{getattr(np, name): over(name) for name in METHODS if name != "astype"},
             np.amin: over("min"), np.amax: over("max"),
             operator.index: operator.index}
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"):
        table[getattr(np, kind)] = lambda value, kind=kind: scalars.convert(value, kind)
    table[np.bool_] = lambda value: scalars.convert(value, "bool")
    for name in scalars.NAMES:
        table[getattr(math, name)] = scalars.math_function(name, math_kind)
        numpy_function = getattr(np, scalars.NUMPY_NAMES.get(name, name), None)
        if numpy_function is not None and name != "pow":
            table[numpy_function] = universal(numpy_function, scalars.math_function(name, ufunc_kind),
                                              partial(ufunc_kind, name))
    for name in ("floor", "ceil", "trunc", "rint"):
        table[getattr(np, name)] = universal(getattr(np, name), scalars.float_rounding(name), partial(ufunc_kind, name))
    for op, names in OPERATOR_UFUNCS.items():
        for name in names:
            table[getattr(np, name)] = universal(getattr(np, name), partial(scalars.ufunc_binary, op),
                                                 partial(ufunc_operator_kind, op))
    for op, names in UNARY_UFUNCS.items():
        for name in names:
            kind = lambda a, op=op: "int8" if a == "bool" and op not in ("~", "abs") else a
            table[getattr(np, name)] = universal(getattr(np, name), partial(scalars.ufunc_unary, op), kind)
    table |= {np.where: where, np.maximum: EXTREMES[True], np.minimum: EXTREMES[False]}
    return table
