"""The functions that transformed kernels call (`__o_add`, `__o_load`, ...; see transform.py).

Each asks what its operands are: two ints or floats take the short way, typed scalars go to scalars.py, arrays to
arrays.py, and anything else (str, tuple) means what it means in Python.
"""

import builtins
import operator
import types

import numpy as np

from . import array_accumulators, arrays, random, scalars
from .kinds import kind_of
from .scalars import INT64_MAX, INT64_MIN

PYTHON_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
                    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "<<": operator.lshift,
                    ">>": operator.rshift, "&": operator.and_, "|": operator.or_, "^": operator.xor,
                    "@": operator.matmul}


def binary(op, a, b, quiet):
    if kind_of(a) is not None and kind_of(b) is not None:
        return scalars.binary(op, a, b, quiet)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return arrays.binary(op, a, b)
    return PYTHON_OPERATORS[op](a, b)


def fast(op, function):
    """Plain ints and floats need no table unless the result leaves int64."""

    def operation(a, b, quiet):
        if type(a) is type(b):
            if type(a) is int:
                result = function(a, b)
                if INT64_MIN <= result <= INT64_MAX:
                    return result
            elif type(a) is float:
                return function(a, b)
        return binary(op, a, b, quiet)

    return operation


def slow(op):
    return lambda a, b, quiet: binary(op, a, b, quiet)


def divide(a, b, quiet):
    if type(a) is float and type(b) is float and b != 0.0:
        return a / b
    return binary("/", a, b, quiet)


def augment(op, a, b, quiet):
    if isinstance(a, np.ndarray):
        return arrays.in_place(op, a, b)
    return binary(op, a, b, quiet)


def pow_literal(base, exponent):
    return arrays.pow_literal(base, exponent) if isinstance(base, np.ndarray) else scalars.pow_literal(base, exponent)


def unary(op, a):
    if isinstance(a, np.ndarray):
        return arrays.unary(op, a)
    if kind_of(a) is None:
        return {"-": operator.neg, "+": operator.pos, "~": operator.invert}[op](a)
    return scalars.unary(op, a)


def compare(op, a, b):
    if type(a) is type(b) and type(a) in (int, float):
        return scalars.COMPARISONS[op](a, b)
    if kind_of(a) is not None and kind_of(b) is not None:
        return scalars.compare(op, a, b)
    if (isinstance(a, np.ndarray) or isinstance(b, np.ndarray)) and a is not None and b is not None:
        return arrays.compare(op, a, b)
    return scalars.COMPARISONS[op](a, b)


def load(container, index):
    if isinstance(container, np.ndarray):
        return arrays.load(container, index)
    return container[index]


def store(value, container, index):
    """container[index] = value: operands in the order in which Python evaluates them."""
    arrays.store(container, index, value)


def fold(pick):
    """min and max: `pick` from the left; one operand is something to iterate over."""

    def function(*operands):
        if len(operands) == 1:
            operands = tuple(arrays.iterate(operands[0]))
        best = operands[0]
        for operand in operands[1:]:
            best = pick(best, operand)
        return best

    return function


def sum_of(iterable, start=0):
    total = start
    for element in arrays.iterate(iterable):
        total = binary("+", total, element, False)
    return total



FUNCTIONS = arrays.function_table() | random.function_table() | {
    min: fold(scalars.minimum), max: fold(scalars.maximum), sum: sum_of,
}


def call(function, *operands, **keywords):
    kernel = getattr(function, "typed", None)
    if kernel is not None:
        return kernel(*operands, **keywords)
    try:
        function = FUNCTIONS.get(function, function)
    except TypeError:  # not hashable: not one of ours
        pass
    if isinstance(function, types.FunctionType) and not known(function):
        raise TypeError(f"the kernel calls '{function.__name__}', which is not an njit function")
    return entered(function(*operands, **keywords))


def known(function):
    """Made by a kernel (its globals hold this runtime), by this package, or by NumPy."""
    module = function.__globals__.get("__name__") or ""
    return "__o_call" in function.__globals__ or module.split(".")[0] in ("oracle", "numpy")


def method(owner, attribute, *operands, **keywords):
    if isinstance(owner, np.ndarray) and attribute in arrays.METHODS:
        return arrays.METHODS[attribute](owner, *operands, **keywords)
    return call(getattr(owner, attribute), *operands, **keywords)


def entered(value):
    """A value that comes into a kernel's code: scalars in their one form, inside tuples too."""
    return tuple(map(entered, value)) if type(value) is tuple else scalars.normal(value)


def left(value):
    """A kernel's result as its caller sees it: Python numbers."""
    if isinstance(value, np.generic):
        return value.item()
    return tuple(map(left, value)) if type(value) is tuple else value


def namespace():
    """The names that transformed code needs, with Python's builtins."""
    functions = {
        "add": fast("+", operator.add), "subtract": fast("-", operator.sub), "multiply": fast("*", operator.mul),
        "divide": divide, "floor_divide": slow("//"), "modulo": slow("%"), "power": slow("**"),
        "shift_left": slow("<<"), "shift_right": slow(">>"), "bit_and": slow("&"), "bit_or": slow("|"),
        "bit_xor": slow("^"), "matmul": slow("@"), "augment": augment, "pow_literal": pow_literal, "unary": unary,
        "compare": compare, "load": load, "store": store, "slice": slice, "iterate": arrays.iterate,
        "call": call, "method": method, "reduction_loop": array_accumulators.loop_for, "random_loop": random.RandomLoop,
    }
    return {"__o_" + name: function for name, function in functions.items()} | {"__builtins__": builtins}
