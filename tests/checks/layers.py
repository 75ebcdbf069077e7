"""Who may include whom: DESIGN section 10 as data. This is the only copy of it that a machine reads.

LAYERS: folder -> the folders whose headers it may include (besides its own). A folder below a listed one belongs to it.
OUTSIDE: header of a library from outside -> the folders that may include it. Other outside headers are free for all.
FREE: folders that may include anything: nothing is built on top of them.
"""

VM = ["vm/support", "vm/semantics", "vm/syntax", "vm/object", "vm/bytecode", "vm/compile", "vm/builtins", "vm/interp"]
TRACER = ["tracer/ir", "tracer/opt", "tracer/nest", "tracer/record", "tracer/trace"]


def _without(folders, *names):
    return [folder for folder in folders if folder not in names]


LAYERS = {
    "scheduler": [],
    "vm/support": [],
    "vm/semantics": ["vm/support"],
    "vm/syntax": ["vm/support"],
    "vm/object": ["vm/support", "vm/semantics"],
    "vm/bytecode": ["vm/support", "vm/semantics", "vm/object"],
    "vm/compile": ["vm/support", "vm/semantics", "vm/syntax", "vm/object", "vm/bytecode"],
    "vm/builtins": ["vm/support", "vm/semantics", "vm/object"],
    "vm/interp": _without(VM, "vm/syntax", "vm/compile", "vm/interp"),
    "tracer/ir": ["vm/support", "vm/semantics", "vm/object"],
    "tracer/opt": ["tracer/ir", "vm/support", "vm/semantics"],
    "tracer/nest": ["tracer/ir", "tracer/opt", "vm/support"],
    "tracer/record": ["tracer/ir", "tracer/opt"] + _without(VM, "vm/syntax", "vm/compile"),
    "tracer/trace": _without(TRACER, "tracer/trace") + ["vm/support", "vm/semantics", "vm/object", "vm/bytecode", "vm/interp"],
    "backend-x64": ["tracer/ir", "vm/support", "vm/semantics", "vm/object"],
    "bindings/engine": VM + TRACER + ["backend-x64", "scheduler"],
    "bindings/cli": VM + ["bindings/engine"],
    "bindings/python": VM + ["bindings/engine"],
}

OUTSIDE = {
    "asmjit/": ["backend-x64"],
    "concurrentqueue/": ["scheduler"],
    "sleef.h": ["vm/semantics", "backend-x64"],
    "CLI/": ["bindings/cli"],
    "Python.h": ["bindings/python"],
    "pybind11/": ["bindings/python"],
    "catch2/": [],
    "benchmark/": [],
}

FREE = ["tests", "bench"]


def layer_of(path):
    """The folder of LAYERS or FREE that a path, relative to the root, belongs to; None if there is none."""
    for layer in [*LAYERS, *FREE]:
        if path.startswith(layer + "/"):
            return layer
    return None


def dependency_name(layer):
    """The name before `_dep` of a layer's Meson variable: vm/object -> object, backend-x64 -> x64."""
    return layer.replace("-", "/").split("/")[-1]
