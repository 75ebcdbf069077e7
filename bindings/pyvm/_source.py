"""The source text of a function, and the proof that it is the text the function was compiled from.

pyvm compiles source text, not CPython's bytecode. What linecache has for the file is compiled by CPython too, and the code
object found at the function's line must be the function's own: a file that was edited after it was imported, or another
lambda of the same line, is noticed here.
"""

import functools
import linecache
import types
import warnings

from .errors import SourceError

_FUNCTION_FLAGS = 0x1 | 0x2  # CO_OPTIMIZED, CO_NEWLOCALS: a function, not the body of a class


class Located:
    """Where the text of a function is: file number `ordinal` among the functions of that name that begin in `line`."""

    def __init__(self, text, path, line, ordinal):
        self.text, self.path, self.line, self.ordinal = text, path, line, ordinal


def locate(function):
    """A Located. SourceError when there is no text, or when it is not the function's."""
    code = function.__code__
    path, line = code.co_filename, code.co_firstlineno
    linecache.checkcache(path)
    text = "".join(linecache.getlines(path, function.__globals__))
    if not text:
        raise SourceError(
            f"no source text for {function.__qualname__}() (file {path!r}): put the function into a file or a notebook cell; "
            "functions made by exec() or typed at a prompt cannot be compiled"
        )
    found = functions_at(_compiled(text, path), line, code.co_name)
    for ordinal, candidate in enumerate(found):
        if _same_code(candidate, code):
            return Located(text, path, line, ordinal)
    # pytest rewrites `assert` in test files, whose bytecode differs from their text's by design.
    if len(found) == 1 and "@pytest_ar" in function.__globals__:
        return Located(text, path, line, 0)
    what = "is not what runs" if found else "is not there any more"
    raise SourceError(
        f"{path}, line {line}: the text of {function.__qualname__}() {what}: "
        "the file was edited after it was imported; import it again"
    )


def functions_at(code, line, name):
    """Code objects of the functions `name` (a lambda's is <lambda>) that begin in `line`, in the order of the text."""
    return [
        c
        for c in _codes(code)
        if c.co_firstlineno == line and c.co_name == name and c.co_flags & _FUNCTION_FLAGS == _FUNCTION_FLAGS
    ]


def _codes(code):
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


@functools.lru_cache(maxsize=16)
def _compiled(text, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they were shown when the file was imported
        try:
            return compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            problem = f"{path} does not compile any more: the file was edited after it was imported ({error})"
    raise SourceError(problem)


_COMPARED = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount", "co_kwonlyargcount",
             "co_posonlyargcount", "co_flags")


def _same_code(a, b):
    return all(getattr(a, name) == getattr(b, name) for name in _COMPARED) and _same_constant(a.co_consts, b.co_consts)


def _same_constant(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, types.CodeType):
        return a.co_name == b.co_name and _same_code(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(_same_constant, a, b))
    if isinstance(a, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return repr(a) == repr(b)  # tells -0.0 from 0.0
