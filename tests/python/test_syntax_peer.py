"""The parser beside the live peer: trees as CPython's ast.dump prints them, and syntax errors as CPython prints them.
`pyvm-syntax-tree` (tests/unit/syntax_tree.cpp) is the other side.

syntax_errors.txt holds wrong programs with a line #### between them; CPython 3.11 runs each, and message, source line and
carets must be the same. Known differences, left out there: the place of a bad escape (ours is the literal, 3.11's what
follows it), carets below lines with characters beyond ASCII (3.11 counts bytes), and f-strings (ours are 3.12's)."""

import ast
import pathlib
import subprocess
import sys
import sysconfig

import pytest

HERE = pathlib.Path(__file__).resolve().parent
VERSION = sys.version_info[:2]

TREES = """
x = 1, 2
x, *y = y, x = a.b[1:2, ..., ::3], {**a, 'b': 1}, {1, 2}, [], ()
x: int = 3; (y): "str"; a.b: c = d, e
a += b; a @= b; a **= -b ** +c; a //= ~b << 2 >> 1 & 3 | 4 ^ 5 % 6
a < b <= c != d is not e is f not in g in h
not a and b or c and not d if e else f if g else h
(a := 1) + (lambda x, /, y=1, *z, w, v=2, **k: x)(*a, b, c=1, **d)
f(x for x in y if x if not x for z in x)
[x for x, in y], {x: y for x in z}, {x async for x in y} if 0 else 0
0x1F, 0o17, 0b11, 1_000, 1e3, .5, 5., 1e-400, 1e400, 0xFFFFFFFFFFFFFFFFFF, 9223372036854775808, 9223372036854775807
'a' "b" r'\\n' '\\n\\x41\\u00e9\\U0001F600\\101\\q' u'u' '''a
b''', b'\\x00a' b"c\\xff", 1j, 2.5J, True, False, None, ...
def f(a, b: int = 1, /, c=2, *args: str, d, e=5, **kw) -> None: "doc"; return
def g():
    nonlocal_ = 1
    def h():
        nonlocal nonlocal_
        global y
        yield
        x = yield a, b
        yield from x
        return *a, b
    async def k():
        async with a as b, c: await d
        async for x in y: pass
        else: pass
@a.b(c)
@d
class C(A, metaclass=B, *c, **d): x = 1
for i, (j, k) in x, y:
    if a: break
    elif b: continue
    elif c: pass
    else: assert d, e
else: del a, (b, c), d[0], e.f
while 1: raise a from b
try: raise
except A as b: pass
except (C, D): pass
except: pass
else: pass
finally: pass
try: pass
except* A: pass
with (a as b, c as (d, e),): pass
with (a, b): pass
with (a): pass
with (a) as b, c: pass
import a.b.c as d, e
from . import a
from ...b.c import (d as e, f,)
from a import *
match = case = type = _ = 1
match(a); match[a]; match.a; type(a); print(match, case)
match a, *b:
    case 1 | -2 | 3+4j | 'a' 'b' | None | True: pass
    case [a, *_] | (b, *c) | (d,) | [] | (): pass
    case {1: a, 'b': c.d, **rest} if a: pass
    case {} | a.b.c | A() | A(1, b=2) | A(1,): pass
    case (a | b) as c, d: pass
    case _: pass
if a: pass; b
ﬁ = µ = 𝐱 = é = 'NFKC'
x = (yield_) ; y = a if b else lambda: c
f'', f'a{b}c', f'{a!r:>{w}.{p}}' 'x' f"{a = }{b=!s}{c=:3}", f'{{}}{a}}}', rf'\\{a}\\n', f'{ {1: 2}[1] }', f'{a:%H:%M}'
x = a if b else c,
x[a, b:c, *d], x[a:=1], x[:], x[::], x[()]
"""
# Python 3.12's grammar and places.
NEW_TREES = """
type A[T: int, *Ts, **P] = B
def f[T](a): pass
class C[T: (int, str)]: pass
f'{'a'}', f"{f"{f'{1}'}"}", f'{
    a
}', f'{a:{b:{c}}}'
"""


def find_tool():
    folders = [pathlib.Path(entry).parent for entry in sys.path if entry.endswith("bindings")]
    folders.append(HERE.parents[1] / "build")
    for folder in folders:
        if (program := folder / "vm" / "syntax" / "pyvm-syntax-tree").exists():
            return program
    pytest.fail("pyvm-syntax-tree is not built: ./dev build")


def parse(path, *options):
    return subprocess.run([find_tool(), *options, path], capture_output=True, text=True, errors="surrogatepass")


def peer_dump(source, attributes):
    tree = ast.parse(source)
    for node in ast.walk(tree):
        is_definition = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if is_definition and getattr(node, "type_params", None) == []:
            del node.type_params
        if isinstance(node, ast.JoinedStr):  # Some releases of 3.12 put an empty piece behind a nested specification.
            node.values = [value for value in node.values if getattr(value, "value", None) != ""]
    options = {"show_empty": True} if VERSION >= (3, 13) else {}
    return ast.dump(tree, indent=2, include_attributes=attributes, **options)


def check_tree(path, attributes):
    process = parse(path, *(["--attributes"] if attributes else []))
    assert process.returncode == 0, process.stderr
    ours, theirs = process.stdout.splitlines(), peer_dump(path.read_bytes(), attributes).splitlines()
    for number, (our_line, their_line) in enumerate(zip(ours, theirs)):
        assert our_line == their_line, "\n".join(theirs[max(0, number - 8) : number])
    assert len(ours) == len(theirs)


@pytest.mark.parametrize("attributes", [False, True])
def test_trees(tmp_path, attributes):
    without_fstrings = "\n".join(line for line in TREES.splitlines() if not line.startswith("f'"))
    (tmp_path / "trees.py").write_text(without_fstrings if attributes and VERSION < (3, 12) else TREES)
    check_tree(tmp_path / "trees.py", attributes)


@pytest.mark.skipif(VERSION < (3, 12), reason="needs Python 3.12's grammar")
@pytest.mark.parametrize("attributes", [False, True])
def test_new_trees(tmp_path, attributes):
    (tmp_path / "trees.py").write_text(NEW_TREES)
    check_tree(tmp_path / "trees.py", attributes)


@pytest.mark.skipif(VERSION > (3, 12), reason="the library may use a newer grammar")
def test_standard_library():
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    modules = sorted(library.glob("[a-t]*.py"))[::3] + sorted((library / "asyncio").glob("*.py"))
    assert len(modules) > 50
    for path in modules:
        if b"\\N{" not in path.read_bytes():
            check_tree(path, False)


def wrong_programs():
    return (HERE / "syntax_errors.txt").read_text().removesuffix("\n").split("\n####\n")


@pytest.mark.skipif(VERSION != (3, 11), reason="the wording is CPython 3.11's")
def test_errors(tmp_path):
    path = tmp_path / "wrong.py"
    different = []
    for program in wrong_programs():
        path.write_text(program)
        theirs = subprocess.run([sys.executable, path], capture_output=True, text=True, stdin=subprocess.DEVNULL).stderr
        ours = parse(path).stderr
        if ours.rstrip() != theirs.rstrip():
            different.append(f"{program}\n--- CPython\n{theirs}--- pyvm\n{ours}")
    assert not different, "\n\n".join(different)


def test_every_prefix_of_a_program_is_a_tree_or_an_error(tmp_path):
    path = tmp_path / "prefix.py"
    text = TREES + NEW_TREES
    for end in range(0, len(text), 37):
        path.write_text(text[:end])
        assert parse(path).returncode in (0, 1)
