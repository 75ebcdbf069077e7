"""Pickled kernels: by name where the module can be imported again, else by source text.

A kernel of `__main__` or of a closure goes as the text of its file, with the values of the names that it uses; modules among
them go by name. It is compiled again where it arrives.
"""

import builtins
import importlib
import linecache
import sys
import types

from . import _source


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
    state = {
        "text": where.text, "path": where.path, "line": where.line, "ordinal": where.ordinal,
        "name": function.__name__, "qualname": name, "module": module, "code_name": function.__code__.co_name,
        "defaults": function.__defaults__, "kwdefaults": function.__kwdefaults__,
        "values": {n: v for n, v in values.items() if n not in modules}, "modules": modules,
        "cells": [_contents(c, kernel) for c in function.__closure__ or ()],
        "signatures": kernel._signatures, "options": kernel._options,
    }
    return _rebuilt, (state,)


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


def _cell(contents):
    return types.CellType(*contents[1:])


def _rebuilt(state):
    from ._decorators import make_kernel

    path = state["path"]
    if "".join(linecache.getlines(path)) != state["text"]:
        # The file is not here, or not the same: the text gets a name of its own, under which tracebacks find it.
        path = f"<pickled kernel of {path}>"
        linecache.cache[path] = (len(state["text"]), None, state["text"].splitlines(True), path)
    compiled = _source._compiled(state["text"], path)
    code = _source.functions_at(compiled, state["line"], state["code_name"])[state["ordinal"]]
    scope = {"__builtins__": builtins, "__name__": state["module"], **state["values"]}
    scope.update((n, importlib.import_module(m)) for n, m in state["modules"].items())
    cells = tuple(map(_cell, state["cells"]))
    function = types.FunctionType(code, scope, state["name"], state["defaults"], cells)
    function.__kwdefaults__, function.__qualname__ = state["kwdefaults"], state["qualname"]
    kernel = make_kernel(function, state["signatures"], state["options"])
    scope.setdefault(code.co_name, kernel)
    for cell, contents in zip(cells, state["cells"]):
        if contents == (True,):
            cell.cell_contents = kernel
    return kernel
