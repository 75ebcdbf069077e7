// vm/support: the environment's table, source text and its places, the printing of syntax errors, UTF-8.

#include "vm/support/environment.h"
#include "vm/support/source_location.h"
#include "vm/support/syntax_error.h"
#include "vm/support/utf8.h"

#include <catch2/catch.hpp>

#include <string>

#include <fmt/format.h>

using namespace pyvm;

TEST_CASE("environment: defaults, values, and what is not understood") {
  Environment defaults = read_environment([](const char*) -> const char* { return nullptr; });
  CHECK(defaults.jit);
  CHECK(defaults.isa == IsaCap::Avx512);
  CHECK(defaults.num_threads == 0);
  CHECK_FALSE(defaults.trace);
  CHECK_FALSE(defaults.stress[StressSwitch::Exit].on);

  Environment set = read_environment([](const char* name) -> const char* {
    std::string variable = name;
    return variable == "PYVM_JIT"           ? "0"
           : variable == "PYVM_ISA"         ? "avx2"
           : variable == "PYVM_NUM_THREADS" ? "3"
           : variable == "PYVM_TRACE"       ? ""
                                            : nullptr;
  });
  CHECK_FALSE(set.jit);
  CHECK(set.isa == IsaCap::Avx2);
  CHECK(set.num_threads == 3);
  CHECK_FALSE(set.trace);

  auto bad_threads = [](const char* name) -> const char* {
    return std::string(name) == "PYVM_NUM_THREADS" ? "-1" : nullptr;
  };
  CHECK_THROWS_WITH(read_environment(bad_threads),
                    "PYVM_NUM_THREADS='-1' is not understood; expected a whole number, 0 or more");
  auto value_of_isa = [](const char* name) -> const char* { return std::string(name) == "PYVM_ISA" ? "sse" : nullptr; };
  CHECK_THROWS_AS(read_environment(value_of_isa), EnvironmentError);
  auto huge = [](const char* name) -> const char* {
    return std::string(name) == "PYVM_NUM_THREADS" ? "99999999999999999999" : nullptr;
  };
  CHECK_THROWS_AS(read_environment(huge), EnvironmentError);
  for (const char* share : {"abc", "2", "-1", "nan", "1e3", "0x1", "0.5 "}) {
    static const char* value;
    value = share;
    auto value_of_verify = [](const char* name) { return std::string(name) == "PYVM_VERIFY" ? value : nullptr; };
    CHECK_THROWS_WITH(read_environment(value_of_verify), fmt::format("PYVM_VERIFY='{}' is not understood; expected a "
                                                                     "share from 0 to 1, such as 0.05",
                                                                     share));
  }
  auto value_of_both = [](const char* name) -> const char* {
    const std::string variable = name;
    return variable == "PYVM_VERIFY" ? "0.05" : variable == "PYVM_ISA" ? "avx2" : nullptr;
  };
  CHECK(read_environment(value_of_both).verify.of_one == 0.05);
  CHECK(environment_text(read_environment(value_of_both)) == "PYVM_ISA=avx2 PYVM_VERIFY=0.05");
  CHECK(environment_text(defaults).empty());
  CHECK(environment_help().find("PYVM_NUM_THREADS") != std::string::npos);
}

TEST_CASE("stress switches: numbers, fuel, and what is no setting") {
  const auto set = stress_settings("exit=3,registers,grains=1@5");
  REQUIRE(set);
  CHECK((*set)[StressSwitch::Exit].number == 3);
  CHECK((*set)[StressSwitch::Exit].fuel == std::numeric_limits<std::int64_t>::max());
  CHECK((*set)[StressSwitch::Registers].on);
  CHECK((*set)[StressSwitch::Grains].fuel == 5);
  CHECK_FALSE((*set)[StressSwitch::Steal].on);
  CHECK(stress_settings("passes@0"));
  for (const char* text :
       {"exits=3", "exit", "exit=", "exit=-1", "registers=1", "exit=3@", "exit=3@x", "hot=1@2", " steal"})
    CHECK_FALSE(stress_settings(text));
}

TEST_CASE("source text: lines, slices and line ends") {
  SourceText source("a.py", "one\r\ntwo\rthree\n");
  CHECK(source.text() == "one\ntwo\nthree\n");
  CHECK(source.line_count() == 3);
  CHECK(source.line_text(1) == "one");
  CHECK(source.line_text(3) == "three");
  CHECK(source.line_text(0).empty());
  CHECK(source.line_text(4).empty());
  CHECK(source.slice({1, 1, 2, 2}) == "ne\ntw");
  CHECK(source.slice({7, 0, 8, 0}).empty());
  CHECK(SourceText("a.py", "").line_text(1).empty());
}

TEST_CASE("source text: a block of a file keeps the file's places") {
  SourceText block("a.py", "def f():\n    return 1\n", 40, 4);
  CHECK(block.line_text(41) == "    return 1");
  CHECK(block.slice({41, 8, 41, 14}) == "return");
}

TEST_CASE("source text: encodings") {
  auto text_of = [](const std::string& bytes) { return SourceText::from_bytes("a.py", bytes)->text(); };
  CHECK(text_of("\xef\xbb\xbfx = 1") == "x = 1");
  CHECK(text_of("#!/bin/x\n# -*- coding: latin-1 -*-\n\xe4") == "#!/bin/x\n# -*- coding: latin-1 -*-\n\xc3\xa4");
  CHECK(text_of("# vim: set fileencoding=UTF_8 :\n\xc3\xa4").ends_with("\xc3\xa4"));
  CHECK(text_of("x = 1\n\n# coding: koi8-r\n").starts_with("x"));
  auto message_of = [&](const std::string& bytes) {
    try {
      text_of(bytes);
    } catch (const SyntaxError& error) {
      return error.message();
    }
    return std::string();
  };
  CHECK(message_of("# coding: koi8-r\n") == "encoding problem: koi8-r");
  CHECK(message_of("\xef\xbb\xbf# coding: latin-1\n") == "encoding problem: latin-1 with BOM");
  CHECK(message_of("x = 1\ny = '\xff'") ==
        "Non-UTF-8 code starting with '\\xff' in file a.py on line 2, but no encoding declared; see "
        "https://peps.python.org/pep-0263/ for details");
}

TEST_CASE("source and carets as CPython prints them") {
  CHECK(source_and_carets("    x = 1 2", 10, 11) == "    x = 1 2\n          ^\n");
  CHECK(source_and_carets("x = (y z)", 5, 8) == "    x = (y z)\n         ^^^\n");
  CHECK(source_and_carets("  x", 1, 2) == "    x\n");
  CHECK(source_and_carets("x", 1, 1) == "    x\n     ^\n");
  CHECK(source_and_carets("\xc3\xa4 = 5 6", 7, 8) == "    \xc3\xa4 = 5 6\n          ^\n");
  CHECK(source_and_carets("", 0, 0) == "    \n    ^\n");
}

TEST_CASE("syntax error: format, offsets, kinds") {
  auto source = std::make_shared<const SourceText>("a.py", "x\n  y = \xc3\xa4 z\n");
  SyntaxError error(SyntaxErrorKind::Syntax, "invalid syntax", source, {2, 9, 2, 10});
  CHECK(error.format() == "  File \"a.py\", line 2\n    y = \xc3\xa4 z\n          ^\nSyntaxError: invalid syntax\n");
  CHECK(error.offset() == 9);
  CHECK(error.end_offset() == 10);
  CHECK(error.line_text() == "  y = \xc3\xa4 z");
  SyntaxError indentation(SyntaxErrorKind::Indentation, "unexpected indent", source, {2, -1, 2, -1});
  CHECK(indentation.format() == "  File \"a.py\", line 2\n    y = \xc3\xa4 z\nIndentationError: unexpected indent\n");
  SyntaxError long_one(SyntaxErrorKind::Unsupported, "no", source, {1, 0, 2, 3});
  CHECK(long_one.format() == "  File \"a.py\", line 1\n    x\n    ^\nUnsupportedError: no\n");
  SyntaxError block(SyntaxErrorKind::Syntax, "no", std::make_shared<const SourceText>("a.py", "a b", 9, 8),
                    {9, 10, 9, 11});
  CHECK(block.format() == "  File \"a.py\", line 9\n    a b\n      ^\nSyntaxError: no\n");
  CHECK(block.offset() == 11);
}

TEST_CASE("UTF-8: encode, decode, validate") {
  for (uint32_t code_point : {0x41u, 0x7fu, 0x80u, 0x7ffu, 0x800u, 0xffffu, 0x10000u, 0x10ffffu}) {
    std::string text;
    append_utf8(text, code_point);
    std::size_t index = 0;
    CHECK(decode_utf8(text, index) == code_point);
    CHECK(index == text.size());
    CHECK(find_invalid_utf8(text) == text.size());
  }
  CHECK(count_code_points("a\xc3\xa4\xf0\x9f\x98\x80") == 3);
  // Stray, truncated, over-long, too large, surrogate.
  for (std::string bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xed\xa0\x80", "\xff"})
    CHECK(find_invalid_utf8("ab" + bad) == 2);
}
