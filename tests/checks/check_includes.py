"""Finds every #include, and every Meson dependency, that goes against the table in layers.py.

Our own headers are included in quotes, written from the repository's root; headers from outside in angle brackets.
"""

import os
import re

from layers import FREE, LAYERS, OUTSIDE, dependency_name, layer_of
from tree import read_lines, run_check, source_files

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
DEPENDENCY = re.compile(r"\b([a-z0-9]+)_dep\b")
LAYER_OF_DEPENDENCY = {dependency_name(layer): layer for layer in LAYERS}


def wrong_include(top, layer, bracket, header):
    """Why this include of a file in `layer` is wrong, or None."""
    if bracket == "<":
        for start, allowed in OUTSIDE.items():
            if header.startswith(start) and layer not in allowed and layer not in FREE:
                return f"only {' and '.join(allowed or FREE)} may include <{start}>"
        return None
    if not os.path.exists(os.path.join(top, header)):
        return "no such file from the repository's root (headers from outside go in angle brackets)"
    target = layer_of(header)
    if layer in FREE or target == layer:
        return None
    if target not in LAYERS[layer]:
        return f"{layer} may not include {target}"
    return None


def check_cpp_file(top, path):
    layer = layer_of(path)
    if layer is None:
        yield f"{path}: no folder of tests/checks/layers.py holds this file"
        return
    for number, line in enumerate(read_lines(top, path), 1):
        match = INCLUDE.match(line)
        reason = match and wrong_include(top, layer, *match.groups())
        if reason:
            yield f"{path}:{number}: {line.strip()}: {reason}"


def check_meson_file(top, path):
    layer = layer_of(path)
    if layer not in LAYERS:
        return
    for number, line in enumerate(read_lines(top, path), 1):
        for name in DEPENDENCY.findall(line.split("#")[0]):
            target = LAYER_OF_DEPENDENCY.get(name, layer)
            if target != layer and target not in LAYERS[layer]:
                yield f"{path}:{number}: {name}_dep: {layer} may not use {target}"


def check(top):
    for path in source_files(top, ".h", ".cpp", ".def"):
        yield from check_cpp_file(top, path)
    for path in source_files(top, "meson.build"):
        yield from check_meson_file(top, path)


if __name__ == "__main__":
    run_check(check)
