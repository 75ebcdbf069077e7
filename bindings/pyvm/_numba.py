"""The modules that `import numba` finds under `python -m pyvm`: names of pyvm, and nothing that pyvm has not."""

import sys
import types

# What scripts see in numba.__version__: the version whose results and messages pyvm follows.
_VERSION = "0.68.1"


def install():
    """Put modules named numba, numba.types, numba.core and their like into sys.modules."""
    import pyvm
    from pyvm import config, errors, types as numba_types

    numba = _module("numba", {name: getattr(pyvm, name) for name in pyvm.__all__}, package=True)
    numba.types = _module("numba.types", {name: getattr(numba_types, name) for name in numba_types.all_names})
    numba.core = _module("numba.core", {"types": numba.types, "errors": errors, "config": config}, package=True)
    numba.errors, numba.config, numba.__version__ = errors, config, _VERSION
    numba.version_info = tuple(map(int, _VERSION.split(".")))
    sys.modules.update({
        "numba": numba, "numba.types": numba.types, "numba.errors": errors, "numba.config": config, "numba.core": numba.core,
        "numba.core.types": numba.types, "numba.core.errors": errors, "numba.core.config": config,
    })


def _module(name, members, package=False):
    module = types.ModuleType(name, "pyvm in Numba's place")
    module.__dict__.update(members)
    if package:
        module.__path__ = []

    def missing(attribute):
        raise AttributeError(f"pyvm, which stands for numba here, has no {name}.{attribute}")

    module.__getattr__ = missing
    return module
