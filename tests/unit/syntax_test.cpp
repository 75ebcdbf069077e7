// vm/syntax: trees as CPython's ast.dump prints them, syntax errors as CPython prints them, refusals, and input that is
// only there to do harm. tests/python/test_syntax_peer.py compares far more with the live peer.

#include "vm/support/syntax_error.h"
#include "vm/syntax/dump.h"
#include "vm/syntax/find.h"
#include "vm/syntax/parser.h"
#include "vm/syntax/refuse.h"
#include "vm/syntax/unicode.h"
#include "vm/syntax/visit.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <string>

using namespace pyvm;
using namespace pyvm::syntax;

namespace {

std::shared_ptr<const Module> parse(const std::string& text, int32_t first_line = 1, int32_t column_offset = 0) {
  return parse_module(std::make_shared<const SourceText>("w.py", text, first_line, column_offset));
}

// The expression that is the whole text.
const Expression* expression_of(const std::shared_ptr<const Module>& module) {
  return as<Expr>(module->body.at(0))->value;
}

std::string dump_of(const std::string& text) { return dump(*expression_of(parse(text))); }

ConstantValue constant(const std::string& text) {
  auto module = parse(text);
  return as<Constant>(expression_of(module))->value;
}

// What the error prints, without `File "w.py", line `; empty if there is none.
std::string error_of(const std::string& text, bool refuse = false) {
  try {
    auto module = parse(text);
    if (refuse) refuse_unsupported(*module, module->source);
  } catch (const SyntaxError& error) {
    std::string format = error.format(), head = "  File \"w.py\", line ";
    return format.starts_with(head) ? format.substr(head.size()) : format;
  }
  return "";
}

std::string message_of(const std::string& text, bool refuse = false) {
  std::string format = error_of(text, refuse);
  if (format.empty()) return "";
  std::size_t start = format.rfind('\n', format.size() - 2) + 1;
  return format.substr(start, format.size() - start - 1);
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

// Programs and what CPython 3.11 prints for them, without the File line's beginning.
const char* const wrong_programs = R"text(
x = (1
y = 2
---
1
    x = (1
        ^
SyntaxError: '(' was never closed
===
foo(1, 2]
---
1
    foo(1, 2]
            ^
SyntaxError: closing parenthesis ']' does not match opening parenthesis '('
===
x = )
---
1
    x = )
        ^
SyntaxError: unmatched ')'
===
if x = 3:
    pass
---
1
    if x = 3:
       ^^^^^
SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?
===
1 = x
---
1
    1 = x
    ^
SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='?
===
for x in y
  pass
---
1
    for x in y
              ^
SyntaxError: expected ':'
===
if x:
y
---
2
    y
    ^
IndentationError: expected an indented block after 'if' statement on line 1
===
def f():
    if x:
    y
---
3
    y
    ^
IndentationError: expected an indented block after 'if' statement on line 2
===
  x = 1
---
1
    x = 1
IndentationError: unexpected indent
===
if 1:
	x
        y
---
3
    y
TabError: inconsistent use of tabs and spaces in indentation
===
x = 'abc
---
1
    x = 'abc
        ^
SyntaxError: unterminated string literal (detected at line 1)
===
x = """abc
def
---
1
    x = """abc
        ^
SyntaxError: unterminated triple-quoted string literal (detected at line 2)
===
x = 5 5
---
1
    x = 5 5
          ^
SyntaxError: invalid syntax
===
foo(a b)
---
1
    foo(a b)
        ^^^
SyntaxError: invalid syntax. Perhaps you forgot a comma?
===
print 'hello'
---
1
    print 'hello'
    ^^^^^^^^^^^^^
SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
===
x = (a if b)
---
1
    x = (a if b)
         ^^^^^^
SyntaxError: expected 'else' after 'if' expression
===
return 1
---
1
    return 1
    ^^^^^^^^
SyntaxError: 'return' outside function
===
def f():
    break
---
2
    break
    ^^^^^
SyntaxError: 'break' outside loop
===
f(a=1, b)
---
1
    f(a=1, b)
            ^
SyntaxError: positional argument follows keyword argument
===
f(a=1, a=2)
---
1
    f(a=1, a=2)
           ^^^
SyntaxError: keyword argument repeated: a
===
f(a.b=1)
---
1
    f(a.b=1)
      ^^^^
SyntaxError: expression cannot contain assignment, perhaps you meant "=="?
===
def f(a, a): pass
---
1
    def f(a, a): pass
             ^
SyntaxError: duplicate argument 'a' in function definition
===
def f()
    pass
---
1
    def f()
           ^
SyntaxError: expected ':'
===
x, y: int
---
1
    x, y: int
    ^
SyntaxError: only single target (not tuple) can be annotated
===
(x.y := 5)
---
1
    (x.y := 5)
     ^^^
SyntaxError: cannot use assignment expressions with attribute
===
{1: 2, 3}
---
1
    {1: 2, 3}
           ^
SyntaxError: ':' expected after dictionary key
===
[a, b for a in c]
---
1
    [a, b for a in c]
     ^^^^
SyntaxError: did you forget parentheses around the comprehension target?
===
x = 09
---
1
    x = 09
        ^
SyntaxError: leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers
===
x = 12abc
---
1
    x = 12abc
         ^
SyntaxError: invalid decimal literal
===
x = \ y
---
1
    x = \ y
         ^
SyntaxError: unexpected character after line continuation character
===
x = €
---
1
    x = €
        ^
SyntaxError: invalid character '€' (U+20AC)
===
try:
  pass
x = 1
---
3
    x = 1
    ^
SyntaxError: expected 'except' or 'finally' block
===
from x import a,
---
1
    from x import a,
                    ^
SyntaxError: trailing comma not allowed without surrounding parentheses
===
*a, *b = x
---
1
    *a, *b = x
    ^^^^^^
SyntaxError: multiple starred expressions in assignment
===
yield 1
---
1
    yield 1
    ^^^^^^^
SyntaxError: 'yield' outside function
===
match x:
  case 1 as _: pass
---
2
    case 1 as _: pass
              ^
SyntaxError: cannot use '_' as a target
===
x = f(
    1,
    2
y = 3
---
1
    x = f(
         ^
SyntaxError: '(' was never closed
)text";

} // namespace

TEST_CASE("syntax errors are CPython's") {
  std::string all = wrong_programs;
  all = all.substr(1, all.size() - 2);
  int count = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t middle = all.find("\n---\n", begin), end = std::min(all.find("\n===\n", begin), all.size());
    std::string program = all.substr(begin, middle + 1 - begin);
    CAPTURE(program);
    CHECK(error_of(program) == all.substr(middle + 5, end - middle - 5) + "\n");
    begin = end + 5;
    ++count;
  }
  CHECK(count == 37);
}

TEST_CASE("trees have CPython's form") {
  CHECK(dump_of("a + b * -c ** 2") == R"(BinOp(
  left=Name(id='a', ctx=Load()),
  op=Add(),
  right=BinOp(
    left=Name(id='b', ctx=Load()),
    op=Mult(),
    right=UnaryOp(
      op=USub(),
      operand=BinOp(
        left=Name(id='c', ctx=Load()),
        op=Pow(),
        right=Constant(value=2))))))");
  CHECK(dump_of("a < b is not c") == R"(Compare(
  left=Name(id='a', ctx=Load()),
  ops=[
    Lt(),
    IsNot()],
  comparators=[
    Name(id='b', ctx=Load()),
    Name(id='c', ctx=Load())]))");
  CHECK(dump(*parse("def f(a, /, b=1, *, c): pass")->body[0]) == R"(FunctionDef(
  name='f',
  args=arguments(
    posonlyargs=[
      arg(arg='a')],
    args=[
      arg(arg='b')],
    kwonlyargs=[
      arg(arg='c')],
    kw_defaults=[
      None],
    defaults=[
      Constant(value=1)]),
  body=[
    Pass()],
  decorator_list=[]))");
  CHECK(dump_of("f'a{b!r:>{c}}{d=}'") == R"(JoinedStr(
  values=[
    Constant(value='a'),
    FormattedValue(
      value=Name(id='b', ctx=Load()),
      conversion=114,
      format_spec=JoinedStr(
        values=[
          Constant(value='>'),
          FormattedValue(
            value=Name(id='c', ctx=Load()),
            conversion=-1)])),
    Constant(value='d='),
    FormattedValue(
      value=Name(id='d', ctx=Load()),
      conversion=114)]))");
  CHECK(dump(*parse("x: int")->body[0], true).find("end_col_offset=6") != std::string::npos);
}

TEST_CASE("visitors see every node, parents first, in source order") {
  auto module = parse("def f(a, b=1):\n  for i in range(a):\n    b += i if c else -i\n  return b, [x for x in d]\n");
  std::string names;
  for_each_node(*module, [&](const Node& node) {
    CHECK(std::string(ast_name(node.kind)) != "");
    if (const Name* name = cast_if<Name>(&node)) names += name->id + " ";
  });
  CHECK(names == "i range a b c i i b x x d ");
  CHECK(std::string(spelling(CompareOperator::NotIn)) == "not in");
  CHECK(std::string(ast_name(BinaryOperator::MatMul)) == "MatMult");
}

TEST_CASE("numbers") {
  CHECK(constant("0xFF_ff").integer == 65535);
  CHECK(constant("0b101").integer == 5);
  CHECK(constant("1_000").integer == 1000);
  CHECK(constant("9223372036854775807").integer == INT64_MAX);
  ConstantValue large = constant("0x8000_0000_0000_0000");
  CHECK(large.kind == ConstantKind::LargeInt);
  CHECK(large.text == "0x8000000000000000");
  CHECK(dump_of("0x8000_0000_0000_0000") == "Constant(value=9223372036854775808)");
  CHECK(constant("1_0.5e-1_0").number == 10.5e-10);
  CHECK(constant("5.").number == 5.0);
  CHECK(constant(".5").number == 0.5);
  CHECK(std::isinf(constant("1e999").number));
  CHECK(constant("1e-999").number == 0.0);
  CHECK(constant("5e-324").number == 5e-324);
  CHECK(constant("2.5j").kind == ConstantKind::Complex);
  CHECK(dump_of("1if 1else 2").starts_with("IfExp"));
  CHECK(message_of(repeated("9", 5000)).starts_with("SyntaxError: Exceeds the limit (4300 digits)"));
}

TEST_CASE("strings") {
  CHECK(constant(R"('a' "b" r'\n')").text == "ab\\n");
  CHECK(constant("'\\n\\x41\\u00e9\\101\\q\\\nx'").text == "\nA\xc3\xa9"
                                                           "A\\qx");
  CHECK(constant("'''a\r\nb'''").text == "a\nb");
  CHECK(constant(R"('\U0001F600')").text == "\xf0\x9f\x98\x80");
  CHECK(constant(R"(b'\xff\n')").text == "\xff\n");
  CHECK(constant(R"('\N{BULLET}')").kind == ConstantKind::NamedEscape);
  CHECK(message_of(R"('\x1')") == "SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes in position "
                                  "0-2: truncated \\xXX escape");
  CHECK(message_of("b'a' 'b'") == "SyntaxError: cannot mix bytes and nonbytes literals");
  CHECK(dump_of("f\"{x[\"a\"]}{f\"{y}\"}\"").find("Subscript") != std::string::npos);
  CHECK(message_of("f'{a b}'") == "SyntaxError: invalid syntax. Perhaps you forgot a comma?");
  CHECK(message_of("f'{}'") == "SyntaxError: f-string: valid expression required before '}'");
  CHECK(message_of("f'{a!x}'") == "SyntaxError: f-string: invalid conversion character 'x': expected 's', 'r', or 'a'");
}

TEST_CASE("identifiers are normalised") {
  CHECK(normalize_identifier("abc") == "abc");
  CHECK(normalize_identifier("\xc2\xb5") == "\xce\xbc");                                 // The micro sign is a mu.
  CHECK(normalize_identifier("e\xcc\x81") == "\xc3\xa9");                                // e and an acute accent.
  CHECK(normalize_identifier("\xef\xac\x81") == "fi");                                   // A ligature.
  CHECK(normalize_identifier("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8") == "\xea\xb0\x81"); // Three letters of Hangul.
  CHECK(as<Name>(expression_of(parse("\xf0\x9d\x90\xb1")))->id == "x");                  // A mathematical bold x.
  CHECK_FALSE(is_identifier_start('1'));
  CHECK(is_identifier_continue('1'));
  CHECK_FALSE(is_identifier_start(0x20ac));
  CHECK_FALSE(is_printable(0xa0));
}

TEST_CASE("indentation, joined lines, comments") {
  CHECK(error_of("if 1:\n\n  # a\n\tx\n\ty\n# b\nelse: z; w;\n").empty());
  CHECK(error_of("x = (1, # a\n\n   2)\ny = 1 + \\\n  2\n").empty());
  CHECK(error_of("if 1:\n  x\n  # c").empty());
  CHECK(error_of("\f\n   \n# only blank lines").empty());
  CHECK(parse("")->body.empty());
  CHECK(message_of(std::string("x\0y", 3)) == "SyntaxError: source code cannot contain null bytes");
}

TEST_CASE("match, case and type are names where they are not keywords") {
  CHECK(error_of("match = case = type = 1\nmatch(x)\nmatch[x]: int\nprint(match, type)\n").empty());
  CHECK(parse("match x, *y:\n  case [1, *_]: pass\n")->body[0]->kind == NodeKind::Match);
  CHECK(parse("type X[T] = int")->body[0]->kind == NodeKind::TypeAlias);
}

TEST_CASE("what pyvm does not run is refused by name") {
  CHECK(
      error_of("x = 1\nclass A:\n    pass\n", true) ==
      "2\n    class A:\n    ^^^^^^^^\nUnsupportedError: a class is not supported; use functions, tuples and arrays\n");
  for (std::string text : {"try: pass\nfinally: pass", "with a: pass", "async def f(): pass", "def f(): yield",
                           "x = [1]", "x = {1: 2}", "x = {1}", "x = [i for i in y]", "f(i for i in x)", "f(*a)",
                           "f(**a)", "x = 1j", "x = b'a'", "x = '\\N{BULLET}'", "def f(*a): pass", "lambda **a: 1",
                           "a, *b = c", "match x:\n  case 1: pass", "type X = int"}) {
    CAPTURE(text);
    CHECK(message_of(text, true).starts_with("UnsupportedError: "));
  }
  for (std::string text : {"def f(a: [int], b: {1} = 2) -> [int]: pass", "x: [int] = 1", "del x", "x = f'{a!r}'",
                           "@f(a=1)\ndef g(a, /, b=1, *, c): pass"})
    CHECK(error_of(text, true) == "");
  // A function alone: its decorators and defaults have been evaluated by somebody else.
  auto module = parse("@f([1])\ndef g(a=[2]):\n    return a\n");
  CHECK_NOTHROW(refuse_unsupported(*module->body[0], module->source));
  CHECK_THROWS_AS(refuse_unsupported(*module, module->source), SyntaxError);
}

TEST_CASE("places in a block of a file are the file's") {
  auto module = parse("@njit\ndef f(x):\n    return x + 1\n", 100, 4);
  CHECK(module->body[0]->location == Location{101, 4, 102, 20});
  CHECK(functions_at_line(*module, 100).size() == 1);
  CHECK(functions_at_line(*module, 101).size() == 1);
  CHECK(functions_at_line(*module, 102).empty());
  CHECK(module->source->slice(module->body[0]->location).starts_with("def f"));
  auto lambdas = parse("a = lambda: 1; b = (lambda x: x,\n lambda: 2)");
  CHECK(functions_at_line(*lambdas, 1).size() == 2);
  try {
    parse("x = 1\ny = 2 3\n", 100, 4);
    FAIL("no error");
  } catch (const SyntaxError& error) {
    CHECK(error.format() == "  File \"w.py\", line 101\n    y = 2 3\n          ^\nSyntaxError: invalid syntax\n");
    CHECK(error.offset() == 11);
  }
}

TEST_CASE("deep nesting is an error, not a crash") {
  CHECK(message_of(repeated("(", 10000)) == "SyntaxError: too many nested parentheses");
  CHECK(error_of(repeated("(", 199) + "1" + repeated(")", 199)).empty());
  const std::string deep = "SyntaxError: this code is nested too deeply";
  for (std::string piece : {"-", "not ", "lambda: ", "1 if 1 else ", "2 ** ", "1 + ", "a."}) {
    CAPTURE(piece);
    CHECK(message_of(repeated(piece, 10000) + "a") == deep);
    CHECK(message_of(repeated(piece, 300) + "a") == "");
  }
  CHECK(message_of("a" + repeated("[0]", 10000)) == deep);
  CHECK(message_of("if 1: pass\n" + repeated("elif 1: pass\n", 10000)) == deep);
  CHECK(message_of(repeated("f'{", 1000)) == "SyntaxError: too many nested f-strings");
  std::string blocks;
  for (int i = 0; i < 120; ++i) blocks += std::string(static_cast<std::size_t>(i), ' ') + "if 1:\n";
  CHECK(message_of(blocks) == "IndentationError: too many levels of indentation");
}

TEST_CASE("any bytes give a tree or an error") {
  const std::string text =
      "@f(a)\ndef g(x, *, y=1) -> int:\n  '''d\xc3\xa4'''\n  for i, in f'{x!r:>{y}}': x[i:1] += (y := 0x1F)\n"
      "  else:\n    return not (a if b else {1: lambda: 2.5e3})\nmatch x:\n  case {1: [a, *_]}: pass\n";
  for (std::size_t end = 0; end <= text.size(); ++end) error_of(text.substr(0, end));
  constexpr std::string_view pieces = "(){}[]'\"\\\n\t :=,*f0x1.!@#\xff";
  uint32_t random = 1;
  auto next = [&random] { return (random = random * 1664525 + 1013904223) >> 8; };
  int trees = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string changed = text;
    for (uint32_t changes = 1 + next() % 3; changes > 0 && !changed.empty(); --changes) {
      std::size_t at = next() % changed.size();
      if (next() % 2 == 0)
        changed[at] = pieces[next() % pieces.size()];
      else
        changed.erase(at, 1 + next() % 5);
    }
    try {
      auto module = parse_module(SourceText::from_bytes("w.py", changed));
      trees += !dump(*module).empty();
    } catch (const SyntaxError& error) {
      if (error.format().empty()) FAIL("an error without text");
    }
  }
  CHECK(trees > 1000);
}
