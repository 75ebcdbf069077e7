"""Shows that each check can fail: plants one fault at a time into a small clean tree and looks for its finding.

Prints one line in the Test Anything Protocol for each fault. A check that finds something in the clean tree, or
nothing in a faulty one, is a failure.
"""

import os
import sys
import tempfile

import check_files
import check_includes
import check_tables
from layers import LAYERS, dependency_name

CLEAN = {
    "vm/support/a.h": "// A header.\n#pragma once\n#include <string>\n",
    "vm/support/b.def": '// ROW(name, "sentence")\nROW(One, "first")\nROW(Two, "second (2, with a comma)")\n',
    "vm/support/environment.def": '// ROW(field, variable)\nROW(jit, PYVM_JIT)\n',
    "vm/support/environment.cpp": '// Reads.\n#include "vm/support/environment.def"\n',
    "vm/semantics/a.cpp": '// A file.\n#include "vm/support/a.h"\n#include "vm/support/b.def"\n',
    "vm/semantics/meson.build": "x = [support_dep]\n",
    "tests/unit/a.cpp": '// A test.\n#include "vm/semantics/c.h"\n#include <catch2/catch.hpp>\n',
    "vm/semantics/c.h": "// A header.\n#pragma once\n",
}

# What is planted (path, text) and what the finding has to say.
FAULTS = [
    (check_includes, "vm/support/up.cpp", '// .\n#include "vm/semantics/c.h"\n', "vm/support may not include vm/semantics"),
    (check_includes, "scheduler/up.cpp", '// .\n#include "vm/support/a.h"\n', "scheduler may not include vm/support"),
    (check_includes, "tracer/ir/up.h", '// .\n#  include "vm/interp/no.h"\n', "no such file"),
    (check_includes, "vm/object/far.h", "// .\n#include <asmjit/x86.h>\n", "only backend-x64 may include <asmjit/>"),
    (check_includes, "vm/support/test.cpp", "// .\n#include <catch2/catch.hpp>\n", "only tests and bench may include"),
    (check_includes, "vm/other/lost.cpp", "// .\n", "no folder of tests/checks/layers.py"),
    (check_includes, "vm/support/meson.build", "x = [object_dep]\n", "vm/support may not use vm/object"),
    (check_files, "vm/support/long.cpp", "// .\n" * 701, "701 lines"),
    (check_files, "vm/support/mute.cpp", "int a;\nint b;\nint c;\nint d;\nint e;\n", "does not open with a comment"),
    (check_files, "vm/support/twice.h", "// .\n", "has no #pragma once"),
    (check_tables, "vm/support/b.def", '// ROW(name, "")\nROW(A, "x")\nROW(A, "y")\n', "stands in line 2 already"),
    (check_tables, "vm/support/b.def", '// ROW(name, "")\nROW(A, "x")\nROW(B)\n', "has 1 columns, the rows above have 2"),
    (check_tables, "vm/support/b.def", '// A table.\nROW(A, "x")\n', "no comment says what the columns"),
    (check_tables, "vm/support/b.def", "// ROW(name)\n  ROW(A)\n", "has no rows"),
    (check_tables, "vm/support/lost.def", "// ROW(name)\nROW(A)\n", "no file includes this table"),
    (check_tables, "vm/support/c.cpp", '// .\nauto x = getenv("PYVM_JIT");\n', "reads a PYVM_ variable"),
    (check_tables, "tests/python/t.py", 'os.environ["PYVM_JITT"]\n', "PYVM_JITT is not in"),
]


def findings(check, files):
    with tempfile.TemporaryDirectory() as top:
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(top, path)), exist_ok=True)
            with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                file.write(text)
        return list(check.check(top))


def table_faults():
    """The table of layers itself: it must not let two folders use each other, and names must be clear."""
    for layer, allowed in LAYERS.items():
        for other in allowed:
            if layer in LAYERS[other]:
                yield f"{layer} and {other} may include each other"
    if len({dependency_name(layer) for layer in LAYERS}) != len(LAYERS):
        yield "two folders have the same dependency name"


def main():
    results = [("the table of layers has no cycle of two", list(table_faults()) == [])]
    for check in (check_includes, check_files, check_tables):
        results.append((f"{check.__name__} accepts a clean tree", findings(check, CLEAN) == []))
    for check, path, text, expected in FAULTS:
        found = findings(check, {**CLEAN, path: text})
        results.append((f"{check.__name__} finds: {expected}", any(expected in finding for finding in found)))
    for number, (what, good) in enumerate(results, 1):
        print("ok" if good else "not ok", number, "-", what)
    print(f"1..{len(results)}")
    return 0 if all(good for _, good in results) else 1


if __name__ == "__main__":
    sys.exit(main())
