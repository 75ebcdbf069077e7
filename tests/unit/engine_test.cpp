// Signatures and overloads, njit's options, tracebacks, scripts.
#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "bindings/engine/dump.h"
#include "bindings/engine/engine.h"
#include "bindings/engine/script.h"
#include "bindings/engine/signatures.h"
#include "bindings/engine/traceback.h"
#include "vm/builtins/output.h"
#include "vm/object/array.h"

using namespace pyvm;
using namespace pyvm::engine;

namespace {

std::string out, err;
void capture(std::string_view text, bool standard_error) { (standard_error ? err : out) += text; }

int run_text(const std::string& text, std::vector<std::string> arguments = {}) {
  start({});
  set_output_sink(capture);
  out.clear();
  err.clear();
  const std::string path = (std::filesystem::temp_directory_path() / "pyvm_engine_test.py").string();
  std::ofstream(path) << text;
  return run_script(path, std::move(arguments));
}

std::string last_error_line() {
  std::string text = err;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// What a script prints that begins with the imports.
std::string printed(const std::string& text) {
  const int code = run_text("import numpy as np\nfrom numba import njit, jit, prange\n" + text);
  INFO(err);
  REQUIRE(code == 0);
  return out;
}

std::string error_of(const std::string& text) {
  REQUIRE(run_text("import numpy as np\nfrom numba import njit, jit, prange\n" + text) == 1);
  return last_error_line();
}

std::string chosen(const std::vector<std::string>& texts, const Value& argument) {
  std::vector<Signature> signatures;
  for (const std::string& text : texts) signatures.push_back(parse_signature(text));
  try {
    return texts[choose_signature(signatures, {&argument, 1}, "<function f>")];
  } catch (const GuestError& error) {
    return error.message();
  }
}

Value array(ScalarKind kind, std::vector<std::int64_t> shape) { return Value(Array::make(kind, shape, true)); }

} // namespace

TEST_CASE("signatures are read as Numba reads them") {
  const Signature s = parse_signature("float64(int32, float64[:, ::1], boolean)");
  REQUIRE(type_text(*s.result) == "float64");
  REQUIRE(type_text(s.parameters[0]) == "int32");
  REQUIRE(type_text(s.parameters[1]) == "array(float64, 2d, C)");
  REQUIRE(type_text(s.parameters[2]) == "bool");
  REQUIRE(type_text(parse_type("f4[::1, :]")) == "array(float32, 2d, F)");
  REQUIRE(type_text(parse_type(" types.u1 [:] ")) == "array(uint8, 1d, A)");
  REQUIRE(parse_signature("(i8, i8)").parameters.size() == 2);
  REQUIRE_FALSE(parse_signature("(i8,)").result);
  REQUIRE(parse_signature("void()").result->what == SignatureType::What::None);
  for (const char* bad :
       {"float64(float64", "float64", "(float64", "float64)", "float64[:", "float64[](i8)", "f8[:,::1,:](i8)"})
    REQUIRE_THROWS_AS(parse_signature(bad), GuestError);
  REQUIRE_THROWS_WITH(
      [] {
        try {
          parse_signature("foo(f8)");
        } catch (GuestError& e) {
          throw std::runtime_error(e.message());
        }
      }(),
      "name 'foo' is not defined");
}

TEST_CASE("the overload with the cheapest conversions is chosen") {
  const std::vector<std::string> both = {"(float64,)", "(int64,)"};
  REQUIRE(chosen(both, Value::integer(3)) == "(int64,)");
  REQUIRE(chosen(both, Value::floating(3)) == "(float64,)");
  REQUIRE(chosen(both, Value::numpy_scalar(ScalarKind::Int32, 3)) == "(int64,)");
  REQUIRE(chosen(both, Value::boolean(true)) ==
          "Ambiguous overloading for <function f> (bool,):\n(float64,) -> none\n(int64,) -> none");
  REQUIRE(chosen({"(float64,)", "(int32,)"}, Value::integer(3)) == "(float64,)");
  REQUIRE(chosen({"(int64,)"}, Value::floating(3.7)) == "(int64,)");
  REQUIRE(chosen({"(float64[:],)"}, Value::integer(3)) == "No matching definition for argument type(s) int64");
  REQUIRE(chosen({"(float64[:],)"}, array(ScalarKind::Float32, {3})) ==
          "No matching definition for argument type(s) array(float32, 1d, C)");
  REQUIRE(chosen({"(float64[:],)", "(float64[::1],)"}, array(ScalarKind::Float64, {3})) == "(float64[::1],)");
  REQUIRE(chosen({"(float64[:, :],)"}, array(ScalarKind::Float64, {3})).find("No matching definition") == 0);
}

TEST_CASE("njit in all its forms") {
  const std::string f = "def f(x): return x + 1\n";
  REQUIRE(printed("@njit\n" + f + "print(f(1), f(1.5))\n") == "2 2.5\n");
  REQUIRE(printed("@njit()\n" + f + "print(f(1))\n") == "2\n");
  REQUIRE(printed("@jit(nopython=True, cache=True, nogil=True, boundscheck=False, inline='always')\n" + f +
                  "print(f(1))\n") == "2\n");
  REQUIRE(
      printed("@njit(parallel=True, fastmath=True, error_model='numpy')\ndef f(x): return 1 / x\nprint(f(0.0))\n") ==
      "inf\n");
  REQUIRE(printed(f + "g = njit(f)\nprint(g(2), g.py_func(2), g.__name__)\n") == "3 3 f\n");
  REQUIRE(printed("@njit('float64(float64)')\n" + f + "print(f(1), f(True))\n") == "2.0 2.0\n");
  REQUIRE(printed("@njit('int32(int32)')\n" + f + "print(f(2.9), f(2147483647))\n") == "3 -2147483648\n");
  REQUIRE(printed("@njit('void(float64[:])')\ndef f(a): a[0] = 3\na = np.zeros(2)\nf(a)\nprint(a)\n") == "[3. 0.]\n");
  REQUIRE(printed("@njit(('int64', 'float64'))\ndef f(a, b=2): return a, b\nprint(f(1.5, 3), f(7.9))\n") ==
          "(1, 3.0) (7, 2.0)\n");
  REQUIRE(printed("k = 3\n@njit\ndef f(x): return x * k\nprint(f(2))\nk = 100\nprint(f(2))\n") == "6\n6\n");
  REQUIRE(printed("a = np.zeros(2)\n@njit\ndef f(): return a[0]\nprint(f())\na[0] = 5\nprint(f())\n") == "0.0\n0.0\n");
  REQUIRE(printed("def outer(n):\n @njit\n def f(x): return x + n\n return f\nprint(outer(1)(1), outer(2)(1))\n") ==
          "2 3\n");
  REQUIRE(printed("@njit\ndef g(x, k=10): return x + k\n@njit\ndef f(x): return g(x) + g(x, k=1)\nprint(f(1))\n") ==
          "13\n");
}

TEST_CASE("njit refuses what Numba refuses") {
  const std::string f = "def f(x): return x\n";
  REQUIRE(error_of("@njit(foo=1)\n" + f + "f(1)\n")
              .find("KeyError: \"Unrecognized options: {'foo'}. Known options are dict_keys([") == 0);
  REQUIRE(printed("@njit(foo=1)\n" + f) == "");
  REQUIRE(error_of("@njit(error_model='x')\n" + f + "f(1)\n") == "KeyError: 'x'");
  REQUIRE(error_of("@njit(fastmath='x')\n" + f + "f(1)\n") ==
          "ValueError: Expected fastmath option(s) to be either a bool, dict or set");
  REQUIRE(error_of("@njit(parallel=1)\n" + f + "f(1)\n") ==
          "ValueError: Expect parallel option to be either a bool or a dict");
  REQUIRE(error_of("njit(5)\n") == "TypeError: The decorated object is not a function (got type <class 'int'>).");
  REQUIRE(error_of(f + "njit(njit(f))\n").find("TypeError: A jit decorator was called on an already jitted function") ==
          0);
  REQUIRE(error_of("@njit('float64[:](float64[:])')\n" + f + "f(3)\n") ==
          "TypeError: No matching definition for argument type(s) int64");
  run_text("from numba import njit\ndef p(x): return x\n@njit\ndef f(x): return p(x)\nf(1)\n");
  REQUIRE(err.find("numba.core.errors.TypingError: Untyped global name 'p': Cannot determine Numba type of <class "
                   "'function'>") != err.npos);
  REQUIRE(err.find("line 4:\n    def f(x): return p(x)\n                     ^\n") != err.npos);
  run_text("from numba import njit\n@njit\ndef f(x):\n global y\n return x\nf(1)\n");
  REQUIRE(err.find("numba.core.errors.UnsupportedError: 'global' in njit code") != err.npos);
}

TEST_CASE("a traceback looks like CPython's") {
  const std::string path = (std::filesystem::temp_directory_path() / "pyvm_engine_test.py").string();
  REQUIRE(run_text("def f(x):\n    return (1 +\n            x[0])\ndef g(x):\n    return f(x) * 2\ng(3)\n") == 1);
  REQUIRE(err == "Traceback (most recent call last):\n"
                 "  File \"" +
                     path +
                     "\", line 6, in <module>\n    g(3)\n"
                     "  File \"" +
                     path +
                     "\", line 5, in g\n    return f(x) * 2\n           ^^^^\n"
                     "  File \"" +
                     path +
                     "\", line 3, in f\n    x[0])\n    ~^^^\n"
                     "TypeError: 'int' object is not subscriptable\n");
  run_text("def f(n):\n    return f(n + 1)\nf(0)\n");
  REQUIRE(err.find("  [Previous line repeated 996 more times]\n") != err.npos);
  run_text("x = 3\ny = x / (x - 3)\n");
  REQUIRE(err.find("    y = x / (x - 3)\n        ~~^~~~~~~~~\n") != err.npos);
}

TEST_CASE("scripts end with CPython's exit codes") {
  REQUIRE(run_text("'text'\nprint(__name__, __doc__, __file__[-3:])\n") == 0);
  REQUIRE(out == "__main__ text .py\n");
  REQUIRE(run_text("import sys\nsys.exit()\n") == 0);
  REQUIRE(run_text("import sys\nsys.exit(3)\n") == 3);
  REQUIRE(run_text("import sys\nsys.exit(256 + 7)\n") == 7);
  REQUIRE(run_text("import sys\nsys.exit('sorry')\n") == 1);
  REQUIRE(err == "sorry\n");
  REQUIRE(run_text("raise SystemExit\n") == 0);
  REQUIRE(run_text("raise SystemExit(4)\n") == 4);
  REQUIRE(run_text("x = = 3\n") == 1);
  REQUIRE(err.find("SyntaxError: invalid syntax\n") != err.npos);
  REQUIRE(err.find("Traceback") == err.npos);
  REQUIRE(run_text("class A: pass\n") == 1);
  REQUIRE(err.find("UnsupportedError") != err.npos);
  REQUIRE(run_script("/nowhere/x.py", {}) == 2);
  REQUIRE(err.find("pyvm: can't open file '/nowhere/x.py': [Errno 2] No such file or directory\n") != err.npos);
}

TEST_CASE("dump knows its stages") {
  const auto stages = dump_stages();
  REQUIRE(stages.front() == "ast");
  REQUIRE(stages.back() == "all");
}
