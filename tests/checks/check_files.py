"""House rules about files as such: not too long, opened by a comment that says what they are, headers included once."""

import re

from tree import read_lines, run_check, source_files

# The rule says "about 600"; beyond this nobody would call it about.
MOST_LINES = 700


def opens_with_comment(path, lines):
    if any(line.startswith(("//", "/*", "#!", "# ", '"""', 'r"""')) for line in lines[:4]):
        return True
    # What a .cpp file does, its own header may have said.
    return path.endswith(".cpp") and lines[:1] == [f'#include "{path[:-4]}.h"']


def check(top):
    for path in source_files(top, ".h", ".cpp", ".def", ".py"):
        lines = read_lines(top, path)
        if len(lines) > MOST_LINES:
            yield f"{path}: {len(lines)} lines; split it (at most {MOST_LINES}, better under 600)"
        # The Python programs that tests run are what users write: they need no such comment.
        if not path.endswith(".py") or path.startswith("bindings/"):
            if not opens_with_comment(path, lines):
                yield f"{path}:1: does not open with a comment that says what the file does"
        if path.endswith(".h") and not any(re.match(r"#pragma once\b", line) for line in lines[:20]):
            yield f"{path}:1: has no #pragma once"


if __name__ == "__main__":
    run_check(check)
