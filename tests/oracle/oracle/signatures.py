"""Explicit signatures: "float64(int32, float64[:])", numba-style types, and lists of either.

Scalars are converted to the kinds named, results too; the overload is the first whose kinds are met exactly, else the
first to whose kinds all arguments can be converted. Array types are taken as they are.
"""

import re

import numpy as np

from . import scalars
from .kinds import KINDS, kind_of

NAMES = {kind: kind for kind in KINDS}
NAMES |= {"boolean": "bool", "b1": "bool", "bool_": "bool", "intp": "int64", "f4": "float32", "f8": "float64",
          "double": "float64", "void": "void"}
for _size in (1, 2, 4, 8):
    NAMES |= {f"i{_size}": f"int{_size * 8}", f"u{_size}": f"uint{_size * 8}"}


class Type:
    def __init__(self, kind, ndim=0):
        self.kind, self.ndim = kind, ndim

    def __getitem__(self, index):
        return Type(self.kind, len(index) if isinstance(index, tuple) else 1)

    def __call__(self, *operands):
        if all(isinstance(x, Type) for x in operands):
            return Signature(self, operands)
        return scalars.convert(scalars.normal(operands[0]), self.kind)

    def exact(self, value):
        if self.ndim:
            return isinstance(value, np.ndarray) and value.dtype.name == self.kind and value.ndim == self.ndim
        return kind_of(value) == self.kind

    def takes(self, value):
        return self.exact(value) if self.ndim else kind_of(value) is not None

    def convert(self, value):
        return value if self.ndim or kind_of(value) is None else scalars.convert(value, self.kind)



class Signature:
    def __init__(self, result, parameters):
        self.result, self.parameters = result, parameters

    def convert(self, operands):
        return [t.convert(x) for t, x in zip(self.parameters, operands)]

    def convert_result(self, value):
        return value if self.result is None or self.result.kind == "void" else self.result.convert(value)

    def matches(self, operands, test):
        return len(operands) == len(self.parameters) and all(test(t, x) for t, x in zip(self.parameters, operands))


def parse_type(text):
    found = re.fullmatch(r"\s*(?:\w+\.)?(\w+)\s*(\[[^\]]*\])?\s*", text)
    if not found or found[1] not in NAMES:
        raise TypeError(f"the oracle does not know the type '{text}'")
    return Type(NAMES[found[1]], found[2].count(":") if found[2] else 0)


def parse(signature):
    if isinstance(signature, Signature):
        return signature
    if isinstance(signature, tuple):
        return Signature(None, signature)
    result, inside = re.fullmatch(r"\s*([\w.\[\]:, ]*?)\s*\((.*)\)\s*", signature).groups()
    parameters = re.findall(r"[\w.]+\s*(?:\[[^\]]*\])?", inside)
    return Signature(parse_type(result) if result else None, [parse_type(p) for p in parameters])


def parse_all(signature):
    if signature is None:
        return []
    return [parse(s) for s in (signature if isinstance(signature, list) else [signature])]


def choose(known, operands, name):
    for test in (Type.exact, Type.takes):
        for signature in known:
            if signature.matches(operands, test):
                return signature
    raise TypeError(f"No matching definition for argument type(s) of '{name}'")
