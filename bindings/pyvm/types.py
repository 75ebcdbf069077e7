"""Numba's type names: `float64`, `int32[:, ::1]`, `float64(float64[:], int64)`, and casts when they are called on a number."""

import numpy as np


class Type:
    """A scalar or array type. `t[:]`, `t[:, :]`, `t[::1]` are arrays of t; `t(a, b)` is a signature when a and b are types."""

    def __init__(self, text, dtype=None):
        self._text = text
        self._dtype = dtype

    @property
    def name(self):
        return self._text

    def __repr__(self):
        return self._text

    def __eq__(self, other):
        return isinstance(other, Type) and other._text == self._text

    def __hash__(self):
        return hash(self._text)

    def __reduce__(self):
        return Type, (self._text, self._dtype)

    def __getitem__(self, index):
        parts = index if isinstance(index, tuple) else (index,)
        for part in parts:
            if not isinstance(part, slice) or part.start is not None or part.stop is not None or part.step not in (None, 1):
                raise KeyError(f"Can only index numba types with slices with no start or stop, got {part}.")
        axes = ["::1" if part.step == 1 else ":" for part in parts]
        return Type(f"{self._text}[{', '.join(axes)}]")

    def __call__(self, *arguments):
        if self._dtype is not None and len(arguments) == 1 and not isinstance(arguments[0], (Type, str)):
            return self._dtype(arguments[0])
        return Signature(f"{self._text}({', '.join(map(text_of, arguments))})")


class Signature:
    """The result of `float64(int32, int32)`."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text


def Array(dtype, ndim, layout):
    """`types.Array(float64, 2, 'C')`, the same as `float64[:, ::1]`."""
    axes = [slice(None)] * ndim
    if layout in "CF" and ndim:
        axes[0 if layout == "F" else -1] = slice(None, None, 1)
    return dtype[tuple(axes)]


def text_of(spec):
    """The text of a type: of a Type, of Python's int, float, bool and None, or a text itself."""
    if isinstance(spec, (str, Type)):
        return str(spec)
    known = {int: "int64", float: "float64", bool: "boolean", None: "none"}
    try:
        return known[spec]
    except (KeyError, TypeError):
        raise TypeError(f"invalid type in signature: expected a type instance, got {spec!r}") from None


float64 = double = f8 = Type("float64", np.float64)
float32 = float_ = f4 = Type("float32", np.float32)
int64 = int_ = long_ = longlong = intp = ssize_t = i8 = Type("int64", np.int64)
int32 = intc = i4 = Type("int32", np.int32)
int16 = short = i2 = Type("int16", np.int16)
int8 = char = i1 = Type("int8", np.int8)
uint64 = uint = ulong = ulonglong = uintp = size_t = u8 = Type("uint64", np.uint64)
uint32 = uintc = u4 = Type("uint32", np.uint32)
uint16 = ushort = u2 = Type("uint16", np.uint16)
uint8 = byte = uchar = u1 = Type("uint8", np.uint8)
boolean = bool_ = b1 = Type("boolean", np.bool_)
void = none = Type("none")
unicode_type = string = Type("unicode_type")

# What `numba` itself offers, and what only `numba.types` does.
__all__ = [name for name, value in list(globals().items()) if isinstance(value, Type) and name not in ("unicode_type", "string")]
all_names = [*__all__, "unicode_type", "string", "Array"]
