"""The vocabularies: every .def file is one table, and nobody keeps a second list.

A row is MACRO(name, ...) at the start of a line. In each table a macro's rows have different names and the same number
of columns, a comment tells what the columns are, and some file includes the table.
PYVM_ environment variables are read in one file, and no other is spoken of than those of vm/support/environment.def.
"""

import os
import re

from layers import FREE
from tree import read_lines, run_check, source_files

ROW = re.compile(r"^([A-Z][A-Z0-9_]*)\(")
ENVIRONMENT = "vm/support/environment"


def columns(text, start):
    """The arguments of the macro call whose `(` is at text[start - 1], split at commas outside brackets and strings."""
    found, depth, position, begin = [], 1, start, start
    while depth > 0 and position < len(text):
        character = text[position]
        if character in "\"'":
            position += 1
            while position < len(text) and text[position] != character:
                position += 2 if text[position] == "\\" else 1
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(character, 0)
        if depth == 0 or (depth == 1 and character == ","):
            found.append(text[begin:position].strip())
            begin = position + 1
        position += 1
    return found


def rows(lines):
    """(line number, macro, columns) of each row."""
    text = "\n".join(re.sub(r"^\s*(//|#).*", "", line) for line in lines)
    offset = 0
    for number, line in enumerate(text.split("\n"), 1):
        match = ROW.match(line)
        if match:
            yield number, match.group(1), columns(text, offset + match.end())
        offset += len(line) + 1


def key_width(comments, macro):
    """How many columns name a row: those up to the one that the comment calls `name`; the first where it names none."""
    described = re.search(rf"{macro}\(([^()]*)\)", comments)
    described = [column.strip() for column in described.group(1).split(",")] if described else []
    return described.index("name") + 1 if "name" in described else 1


def check_table(top, path):
    lines = read_lines(top, path)
    comments = "\n".join(line for line in lines if line.lstrip().startswith("//"))
    names, widths = {}, {}
    for number, macro, cells in rows(lines):
        name = ", ".join(cells[: key_width(comments, macro)])
        if (macro, name) in names:
            yield f"{path}:{number}: {macro}({name}) stands in line {names[macro, name]} already"
        names.setdefault((macro, name), number)
        if len(cells) != widths.setdefault(macro, len(cells)):
            yield f"{path}:{number}: {macro}({name}) has {len(cells)} columns, the rows above have {widths[macro]}"
    if not names:
        yield f"{path}: has no rows (MACRO(name, ...) at the start of a line)"
    for macro in widths:
        if f"{macro}(" not in comments:
            yield f"{path}: no comment says what the columns of {macro}(...) are"


def check_included(top, tables):
    included = set()
    for path in source_files(top, ".h", ".cpp", ".def"):
        for line in read_lines(top, path):
            match = re.match(r'\s*#\s*include\s*"([^"]+\.def)"', line)
            if match:
                included.add(match.group(1))
    for path in tables:
        if path not in included:
            yield f"{path}: no file includes this table"


def check_environment(top):
    if not os.path.exists(os.path.join(top, ENVIRONMENT + ".def")):
        return
    known = {cells[1] for _, _, cells in rows(read_lines(top, ENVIRONMENT + ".def"))}
    for path in source_files(top, ".h", ".cpp", ".py"):
        text = "\n".join(read_lines(top, path))
        if not path.startswith((ENVIRONMENT, *FREE)) and re.search(r"\bgetenv\(\s*\"PYVM_", text):
            yield f"{path}: reads a PYVM_ variable; only {ENVIRONMENT}.cpp may"
        if path.endswith(".py") and not path.startswith("tests/checks/"):
            for variable in sorted(set(re.findall(r"\bPYVM_[A-Z_]*[A-Z]\b", text)) - known):
                yield f"{path}: {variable} is not in {ENVIRONMENT}.def"


def check(top):
    tables = source_files(top, ".def")
    for path in tables:
        yield from check_table(top, path)
    yield from check_included(top, tables)
    yield from check_environment(top)


if __name__ == "__main__":
    run_check(check)
