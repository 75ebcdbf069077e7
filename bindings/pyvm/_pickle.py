"""Pickled kernels: by name where the module can be imported again, else by source text.

A kernel of `__main__` or of a closure goes as the text of its file, with the values of the names that it uses; modules among
them go by name. It is compiled again where it arrives.
"""

import builtins
import importlib
import linecache
import sys
import types
import uuid
import weakref

from . import _source


# Kernels that were pickled here or have arrived here, by their number: a pickle of one that is here is that kernel.
_known = weakref.WeakValueDictionary()


def reduced(kernel):
    """What __reduce__ returns."""
    function = kernel.py_func
    module, name = function.__module__, function.__qualname__
    if module != "__main__" and _member(sys.modules.get(module), name) is kernel:
        return _by_name, (module, name)
    where = kernel._located
    names = _names(function.__code__)
    values = {n: v for n, v in function.__globals__.items() if n in names and v is not kernel}
    modules = {n: v.__name__ for n, v in values.items() if isinstance(v, types.ModuleType)}
    if not hasattr(kernel, "_number"):
        kernel._number = uuid.uuid4().hex
        _known[kernel._number] = kernel
    made_of = {
        "number": kernel._number, "text": where.text, "path": where.path, "line": where.line, "ordinal": where.ordinal,
        "name": function.__name__, "qualname": name, "module": module, "code_name": function.__code__.co_name,
        "defaults": function.__defaults__, "kwdefaults": function.__kwdefaults__,
        "signatures": kernel._signatures, "options": kernel._options,
    }
    # Names come after the kernel itself: what they stand for may be kernels that name this one.
    named = {
        "values": {n: v for n, v in values.items() if n not in modules}, "modules": modules,
        "cells": [_contents(c, kernel) for c in function.__closure__ or ()],
    }
    return _rebuilt, (made_of,), named, None, None, _give_names


def _member(module, qualified_name):
    for part in qualified_name.split("."):
        module = getattr(module, part, None)
    return module


def _by_name(module, qualified_name):
    return _member(importlib.import_module(module), qualified_name)


def _names(code):
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


# A cell as a tuple: nothing in it, the kernel itself (it calls itself), or its value.
def _contents(cell, kernel):
    try:
        value = cell.cell_contents
    except ValueError:
        return ()
    return (True,) if value is kernel else (False, value)


def _rebuilt(made_of):
    """The kernel, whose names mean nothing yet."""
    from ._decorators import make_kernel

    if (known := _known.get(made_of["number"])) is not None:
        return known
    path = made_of["path"]
    if "".join(linecache.getlines(path)) != made_of["text"]:
        # The file is not here, or not the same: the text gets a name of its own, under which tracebacks find it.
        path = f"<pickled kernel of {path}>"
        linecache.cache[path] = (len(made_of["text"]), None, made_of["text"].splitlines(True), path)
    compiled = _source._compiled(made_of["text"], path)
    code = _source.functions_at(compiled, made_of["line"], made_of["code_name"])[made_of["ordinal"]]
    scope = {"__builtins__": builtins, "__name__": made_of["module"]}
    cells = tuple(types.CellType() for _ in code.co_freevars)
    function = types.FunctionType(code, scope, made_of["name"], made_of["defaults"], cells)
    function.__kwdefaults__, function.__qualname__ = made_of["kwdefaults"], made_of["qualname"]
    kernel = make_kernel(function, made_of["signatures"], made_of["options"])
    kernel._number, kernel._nameless = made_of["number"], True
    _known[made_of["number"]] = kernel
    return kernel


def _give_names(kernel, named):
    """Gives a rebuilt kernel what its names stand for; one that was here has them."""
    if not kernel.__dict__.pop("_nameless", False):
        return
    function = kernel.py_func
    scope = function.__globals__
    scope.update(named["values"])
    scope.update((n, importlib.import_module(m)) for n, m in named["modules"].items())
    scope.setdefault(function.__code__.co_name, kernel)
    for cell, contents in zip(function.__closure__ or (), named["cells"]):
        if contents:
            cell.cell_contents = kernel if contents[0] else contents[1]
