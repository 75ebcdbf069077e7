// The guest's library: operators, subscripts, text, modules. Expected texts and bits are live CPython 3.11's and
// NumPy 2.4's.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "vm/builtins/array_creation.h"
#include "vm/builtins/attributes.h"
#include "vm/builtins/call.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/output.h"
#include "vm/builtins/subscript.h"
#include "vm/builtins/text.h"

using namespace pyvm;

namespace {

struct Guest {
  CallContext context;

  explicit Guest(Dialect dialect = Dialect::Python) { context.dialect = dialect; }

  // "numpy.zeros", "math.sqrt", "len"
  Value get(const std::string& dotted) {
    const std::size_t dot = dotted.rfind('.');
    if (dot == dotted.npos) return get_attribute(context, Value(builtins_module()), dotted);
    return get_attribute(context, Value(import_module(context, dotted.substr(0, dot))), dotted.substr(dot + 1));
  }
  Value call(const std::string& dotted, std::vector<Value> arguments, std::vector<Keyword> keywords = {}) {
    return call_builtin(context, get(dotted), {arguments, keywords});
  }
  Value method(const Value& object, const std::string& name, std::vector<Value> arguments = {},
               std::vector<Keyword> keywords = {}) {
    return call_builtin(context, get_attribute(context, object, name), {arguments, keywords});
  }
  Value attribute(const Value& object, const std::string& name) { return get_attribute(context, object, name); }
  Value item(const Value& object, std::vector<Value> subscripts) { return get_item(context, object, subscripts); }
  void set(const Value& object, std::vector<Value> subscripts, const Value& value) {
    set_item(context, object, subscripts, value);
  }
  Value op(BinaryOp op, const Value& a, const Value& b) { return binary(context, op, a, b); }
  std::string text(const Value& value) { return repr_of(context, value); }

  // numpy.arange(n) as float64 or int64, reshaped.
  Value arange(std::int64_t n, std::vector<std::int64_t> shape = {}) {
    Value array = call("numpy.arange", {Value::integer(n)});
    std::vector<Value> extents;
    for (std::int64_t e : shape) extents.push_back(Value::integer(e));
    return shape.empty() ? array : method(array, "reshape", extents);
  }
  Value floats(std::vector<double> values, const char* dtype = "float64") {
    std::vector<Value> items;
    for (double value : values) items.push_back(Value::floating(value));
    return call("numpy.array", {make_tuple(items)}, {{"dtype", make_str(dtype)}});
  }

  // "TypeError: ..." of what the call raises.
  template <class F> std::string error(F&& f) {
    try {
      f();
    } catch (const GuestError& e) {
      return fmt::format("{}: {}", exception_name(e.kind()), e.message());
    }
    return "nothing was raised";
  }
};

Value integer(std::int64_t v) { return Value::integer(v); }
Value floating(double v) { return Value::floating(v); }
Value slice(Value start, Value stop, Value step = Value::none()) { return Value(make<Slice>(start, stop, step)); }
const Value all = slice(Value::none(), Value::none());
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

} // namespace

TEST_CASE("ints outside njit do not wrap") {
  Guest g;
  const std::string too_large = "OverflowError: pyvm: int beyond 64 bits is not supported yet";
  for (auto [op, a, b] : {std::tuple{BinaryOp::Add, largest, std::int64_t{1}},
                          {BinaryOp::Sub, smallest, 1},
                          {BinaryOp::Mul, largest, 2},
                          {BinaryOp::Pow, 2, 63},
                          {BinaryOp::LShift, 1, 63},
                          {BinaryOp::FloorDiv, smallest, -1}})
    CHECK(g.error([&, op = op, a = a, b = b] { g.op(op, integer(a), integer(b)); }) == too_large);
  CHECK(g.text(g.op(BinaryOp::Pow, integer(2), integer(62))) == "4611686018427387904");
  CHECK(g.text(g.op(BinaryOp::Pow, integer(2), integer(-1))) == "0.5");
  CHECK(g.text(g.op(BinaryOp::TrueDiv, integer(9007199254740993), integer(1))) == "9007199254740992.0");
  CHECK(g.text(g.op(BinaryOp::TrueDiv, integer(largest), integer(3))) == "3.0744573456182584e+18");
  CHECK(g.text(g.op(BinaryOp::RShift, integer(-5), integer(70))) == "-1");
  CHECK(g.text(g.op(BinaryOp::Mod, integer(-7), integer(3))) == "2");
  CHECK(g.text(g.op(BinaryOp::BitAnd, Value::boolean(true), Value::boolean(false))) == "False");
  CHECK(g.text(compare(g.context, CompareOp::Gt, integer(9007199254740993), floating(9007199254740992.0))) == "True");
  CHECK(g.error([&] { unary(g.context, UnaryOp::Neg, integer(smallest)); }) == too_large);
}

TEST_CASE("division by zero speaks CPython's words") {
  Guest g;
  auto error = [&](BinaryOp op, const Value& a, const Value& b) { return g.error([&] { g.op(op, a, b); }); };
  CHECK(error(BinaryOp::TrueDiv, integer(1), integer(0)) == "ZeroDivisionError: division by zero");
  CHECK(error(BinaryOp::FloorDiv, integer(1), integer(0)) == "ZeroDivisionError: integer division or modulo by zero");
  CHECK(error(BinaryOp::Mod, integer(1), integer(0)) == "ZeroDivisionError: integer modulo by zero");
  CHECK(error(BinaryOp::TrueDiv, floating(1), integer(0)) == "ZeroDivisionError: float division by zero");
  CHECK(error(BinaryOp::FloorDiv, floating(1), integer(0)) == "ZeroDivisionError: float floor division by zero");
  CHECK(error(BinaryOp::Mod, floating(1), integer(0)) == "ZeroDivisionError: float modulo");
  CHECK(error(BinaryOp::Pow, floating(0), integer(-1)) ==
        "ZeroDivisionError: 0.0 cannot be raised to a negative power");
  CHECK(error(BinaryOp::Pow, floating(10), integer(400)) == "OverflowError: (34, 'Numerical result out of range')");
  const Value one = Value::numpy_scalar(ScalarKind::Float64, to_bits(1.0));
  CHECK(g.text(g.op(BinaryOp::TrueDiv, one, integer(0))) == "np.float64(inf)");
}

TEST_CASE("inside njit ints wrap and zero divisors follow the error model") {
  Guest g(Dialect::Njit);
  CHECK(g.op(BinaryOp::Add, integer(largest), integer(1)).as_int() == smallest);
  CHECK(g.error([&] { g.op(BinaryOp::TrueDiv, integer(1), integer(0)); }) == "ZeroDivisionError: division by zero");
  CHECK(g.error([&] { g.op(BinaryOp::Pow, integer(3), integer(-1)); }) ==
        "ValueError: Integers to negative integer powers are not allowed.");
  g.context.numpy_errors = true;
  CHECK(std::isinf(g.op(BinaryOp::TrueDiv, integer(1), integer(0)).as_float()));
  CHECK(g.op(BinaryOp::FloorDiv, integer(1), integer(0)).as_int() == 0);
  CHECK(power_literal(g.context, floating(1.1), 7).as_float() == [] {
    const double x = 1.1, x2 = x * x, x4 = x2 * x2;
    return x * x2 * x4;
  }());
}

TEST_CASE("NumPy's scalars promote as NEP 50 says") {
  Guest g;
  auto scalar = [](ScalarKind kind, auto value) { return Value::numpy_scalar(kind, to_bits(value)); };
  const Value u8 = scalar(ScalarKind::UInt8, std::uint8_t{200}), f32 = scalar(ScalarKind::Float32, 1.0f);
  CHECK(g.text(g.op(BinaryOp::Add, u8, u8)) == "np.uint8(144)");
  CHECK(g.text(g.op(BinaryOp::Add, u8, floating(0.5))) == "np.float64(200.5)");
  CHECK(g.text(g.op(BinaryOp::Add, f32, floating(0.5))) == "np.float32(1.5)");
  CHECK(g.error([&] { g.op(BinaryOp::Add, u8, integer(300)); }) ==
        "OverflowError: Python integer 300 out of bounds for uint8");
  CHECK(g.text(compare(g.context, CompareOp::Lt, u8, integer(300))) == "np.True_");
  CHECK(g.text(g.op(BinaryOp::LShift, scalar(ScalarKind::Int64, std::int64_t{1}), integer(-1))) == "np.int64(0)");
}

TEST_CASE("unsupported operands are named as CPython names them") {
  Guest g;
  const Value text = make_str("a"), tuple = make_tuple({integer(1)});
  auto error = [&](BinaryOp op, const Value& a, const Value& b) { return g.error([&] { g.op(op, a, b); }); };
  CHECK(error(BinaryOp::Add, integer(1), text) == "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
  CHECK(error(BinaryOp::Add, text, integer(1)) == "TypeError: can only concatenate str (not \"int\") to str");
  CHECK(error(BinaryOp::Mul, text, floating(1.5)) == "TypeError: can't multiply sequence by non-int of type 'float'");
  CHECK(error(BinaryOp::Pow, text, integer(2)) ==
        "TypeError: unsupported operand type(s) for ** or pow(): 'str' and 'int'");
  CHECK(g.error([&] { inplace(g.context, BinaryOp::Sub, tuple, integer(2)); }) ==
        "TypeError: unsupported operand type(s) for -=: 'tuple' and 'int'");
  CHECK(g.error([&] { compare(g.context, CompareOp::Lt, integer(1), text); }) ==
        "TypeError: '<' not supported between instances of 'int' and 'str'");
  CHECK(g.error([&] { compare(g.context, CompareOp::In, integer(1), integer(2)); }) ==
        "TypeError: argument of type 'int' is not iterable");
}

TEST_CASE("arrays broadcast and keep NumPy's kinds") {
  Guest g;
  const Value a = g.arange(6, {2, 3}), row = g.floats({0.5, 1.5, 2.5});
  CHECK(g.text(g.op(BinaryOp::Mul, a, row)) == "array([[ 0. ,  1.5,  5. ],\n       [ 1.5,  6. , 12.5]])");
  CHECK(g.text(g.op(BinaryOp::FloorDiv, a, integer(0))) == "array([[0, 0, 0],\n       [0, 0, 0]])");
  CHECK(g.text(compare(g.context, CompareOp::Ge, a, integer(3))) ==
        "array([[False, False, False],\n       [ True,  True,  True]])");
  CHECK(g.error([&] {
    g.op(BinaryOp::Add, a, g.floats({1, 2}));
  }) == "ValueError: operands could not be broadcast together with shapes (2,3) (2,) ");
  CHECK(g.error([&] { truth(g.context, a); }) ==
        "ValueError: The truth value of an array with more than one element is "
        "ambiguous. Use a.any() or a.all()");
  CHECK(g.text(g.op(BinaryOp::MatMul, a, g.attribute(a, "T"))) == "array([[ 5, 14],\n       [14, 50]])");
}

TEST_CASE("in-place operators change the array, cast same_kind, and read the old right-hand side") {
  Guest g;
  const Value a = g.floats({0, 1, 2, 3, 4, 5});
  inplace(g.context, BinaryOp::Add, g.item(a, {slice(integer(1), Value::none())}),
          g.item(a, {slice(Value::none(), integer(-1))}));
  CHECK(g.text(a) == "array([0., 1., 3., 5., 7., 9.])");
  const Value ints = g.arange(3);
  CHECK(g.error([&] { inplace(g.context, BinaryOp::Add, ints, floating(1.5)); }) ==
        "numpy._core._exceptions._UFuncOutputCastingError: Cannot cast ufunc 'add' output from dtype('float64') to "
        "dtype('int64') with casting rule 'same_kind'");
  CHECK(g.error([&] {
    inplace(g.context, BinaryOp::Add, ints, g.arange(6, {2, 3}));
  }) == "ValueError: non-broadcastable output operand with shape (3,) doesn't match the broadcast shape (2,3)");
  ints.as<Array>().writable = false;
  CHECK(g.error([&] { inplace(g.context, BinaryOp::Add, ints, integer(1)); }) ==
        "ValueError: output array is read-only");
  CHECK(g.error([&] { g.set(ints, {integer(0)}, integer(1)); }) == "ValueError: assignment destination is read-only");
}

TEST_CASE("subscripts give elements and views") {
  Guest g;
  const Value a = g.arange(12, {3, 4});
  CHECK(g.text(g.item(a, {integer(-1), integer(2)})) == "np.int64(10)");
  CHECK(g.text(g.item(a, {integer(1)})) == "array([4, 5, 6, 7])");
  CHECK(g.text(g.item(a, {make_tuple({integer(1), integer(2)})})) == "np.int64(6)");
  CHECK(g.text(g.item(a, {Value::ellipsis(), integer(1)})) == "array([1, 5, 9])");
  CHECK(g.text(g.item(
            a, {slice(Value::none(), Value::none(), integer(2)), slice(Value::none(), Value::none(), integer(-1))})) ==
        "array([[ 3,  2,  1,  0],\n       [11, 10,  9,  8]])");
  CHECK(g.text(g.attribute(g.item(a, {all, Value::none(), integer(1)}), "shape")) == "(3, 1)");
  CHECK(g.text(g.item(a, {compare(g.context, CompareOp::Gt, a, integer(9))})) == "array([10, 11])");
  CHECK(g.text(g.item(a, {g.arange(2)})) == "array([[0, 1, 2, 3],\n       [4, 5, 6, 7]])");
  auto error = [&](const Value& object, std::vector<Value> subscripts) {
    return g.error([&] { g.item(object, subscripts); });
  };
  CHECK(error(a, {integer(1), integer(4)}) == "IndexError: index 4 is out of bounds for axis 1 with size 4");
  CHECK(error(a, {integer(0), integer(0), integer(0)}) ==
        "IndexError: too many indices for array: array is 2-dimensional, but 3 were indexed");
  CHECK(error(a, {floating(1)}) ==
        "IndexError: only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and "
        "integer or boolean arrays are valid indices");
  CHECK(error(make_tuple({integer(1)}), {integer(5)}) == "IndexError: tuple index out of range");
  CHECK(error(make_str("abc"), {make_str("a")}) == "TypeError: string indices must be integers, not 'str'");
  CHECK(error(integer(3), {integer(0)}) == "TypeError: 'int' object is not subscriptable");
  CHECK(g.text(g.item(make_str("h\u00e9llo"), {slice(Value::none(), Value::none(), integer(-1))})) == "'oll\u00e9h'");
  CHECK(g.text(g.item(Value(make<Range>(0, 10, 3)), {slice(Value::none(), Value::none(), integer(-1))})) ==
        "range(9, -3, -3)");
}

TEST_CASE("stores convert as the dialect says") {
  Guest g, njit(Dialect::Njit);
  const Value bytes = g.call("numpy.zeros", {integer(2), make_str("uint8")}), ints = g.arange(3);
  CHECK(g.error([&] { g.set(bytes, {integer(0)}, integer(300)); }) ==
        "OverflowError: Python integer 300 out of bounds for uint8");
  CHECK(g.error([&] { g.set(ints, {integer(0)}, floating(NAN)); }) ==
        "ValueError: cannot convert float NaN to integer");
  CHECK(g.error([&] {
    g.set(ints, {all}, g.floats({1, 2}));
  }) == "ValueError: could not broadcast input array from shape (2,) into shape (3,)");
  njit.set(bytes, {integer(0)}, integer(300));
  njit.set(ints, {integer(0)}, floating(NAN));
  CHECK(g.text(bytes) == "array([44,  0], dtype=uint8)");
  CHECK(g.text(g.item(ints, {integer(0)})) == "np.int64(-9223372036854775808)");
  CHECK(njit.text(njit.item(ints, {integer(1)})) == "1");
  const Value line = g.floats({0, 1, 2, 3});
  g.set(line, {slice(integer(1), Value::none())}, g.item(line, {slice(Value::none(), integer(-1))}));
  CHECK(g.text(line) == "array([0., 0., 1., 2.])");
  g.set(line, {compare(g.context, CompareOp::Eq, line, integer(0))}, integer(9));
  CHECK(g.text(line) == "array([9., 9., 1., 2.])");
}

TEST_CASE("unpacking counts") {
  Guest g;
  Value out[3];
  const Value pair = make_tuple({integer(1), integer(2)});
  CHECK(g.error([&] { unpack(g.context, pair, 3, out); }) ==
        "ValueError: not enough values to unpack (expected 3, got 2)");
  CHECK(g.error([&] { unpack(g.context, pair, 1, out); }) == "ValueError: too many values to unpack (expected 1)");
  CHECK(g.error([&] { unpack(g.context, integer(3), 2, out); }) == "TypeError: cannot unpack non-iterable int object");
  unpack(g.context, g.arange(2), 2, out);
  CHECK(g.text(out[1]) == "np.int64(1)");
}

TEST_CASE("arrays print as NumPy's") {
  Guest g;
  CHECK(g.text(g.floats({1, -2.5, 1e-4 / 2})) == "array([ 1.0e+00, -2.5e+00,  5.0e-05])");
  CHECK(g.text(g.floats({0.1, NAN, INFINITY})) == "array([0.1, nan, inf])");
  CHECK(g.text(g.floats({62.999989, 1e30}, "float32")) == "array([6.299999e+01, 1.000000e+30], dtype=float32)");
  CHECK(str_of(g.context, g.floats({1.0 / 3, 2})) == "[0.33333333 2.        ]");
  CHECK(g.text(g.call("numpy.zeros", {make_tuple({integer(0), integer(3)})})) ==
        "array([], shape=(0, 3), dtype=float64)");
  CHECK(str_of(g.context, g.arange(2000)) == "[   0    1    2 ... 1997 1998 1999]");
  CHECK(g.text(g.arange(30)) == "array([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16,\n"
                                "       17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
  CHECK(g.text(g.call("numpy.float32", {floating(0.1)})) == "np.float32(0.1)");
  CHECK(g.text(make_tuple({make_str("it's"), floating(1e16), Value::none()})) == "(\"it's\", 1e+16, None)");
}

TEST_CASE("text formats") {
  Guest g;
  const Value values = make_tuple({integer(3), floating(1.5), make_str("a"), integer(255)});
  CHECK(percent_format(g.context, "%d %5.2f %-3s| %#x", values) == "3  1.50 a  | 0xff");
  CHECK(g.error([&] { percent_format(g.context, "%d %d", integer(1)); }) ==
        "TypeError: not enough arguments for format string");
  CHECK(g.text(g.method(make_str("{1:>4}|{0!r}"), "format", {make_str("x"), integer(5)})) == "\"   5|'x'\"");
  CHECK(format_value(g.context, floating(3.14159), ".3f") == "3.142");
  CHECK(g.error([&] { format_value(g.context, Value::none(), "d"); }) ==
        "TypeError: unsupported format string passed to NoneType.__format__");
}

TEST_CASE("wrong arguments are refused in CPython's and NumPy's words") {
  Guest g;
  auto error = [&](const char* function, std::vector<Value> arguments, std::vector<Keyword> keywords = {}) {
    return g.error([&] { g.call(function, arguments, keywords); });
  };
  CHECK(error("len", {integer(1), integer(2)}) == "TypeError: len() takes exactly one argument (2 given)");
  CHECK(error("len", {integer(1)}) == "TypeError: object of type 'int' has no len()");
  CHECK(error("range", {}) == "TypeError: range expected at least 1 argument, got 0");
  CHECK(error("range", {floating(1)}) == "TypeError: 'float' object cannot be interpreted as an integer");
  CHECK(error("print", {}, {{"foo", integer(1)}}) == "TypeError: 'foo' is an invalid keyword argument for print()");
  CHECK(error("numpy.full", {}) ==
        "TypeError: full() missing 2 required positional arguments: 'shape' and 'fill_value'");
  CHECK(error("numpy.zeros", {integer(3)}, {{"foo", integer(1)}}) ==
        "TypeError: zeros() got an unexpected keyword argument 'foo'");
  CHECK(error("numpy.zeros", {integer(3), make_str("foo")}) == "TypeError: data type 'foo' not understood");
  CHECK(error("math.sqrt", {floating(-1)}) == "ValueError: math domain error");
  CHECK(error("math.exp", {integer(1000)}) == "OverflowError: math range error");
  CHECK(error("int", {make_str("abc")}) == "ValueError: invalid literal for int() with base 10: 'abc'");
  CHECK(error("int", {floating(INFINITY)}) == "OverflowError: cannot convert float infinity to integer");
  CHECK(g.error([&] { g.attribute(integer(1), "foo"); }) == "AttributeError: 'int' object has no attribute 'foo'");
  CHECK(g.error([&] { g.get("numpy.foo"); }) == "AttributeError: module 'numpy' has no attribute 'foo'");
  CHECK(g.error([&] { import_module(g.context, "scipy"); }) == "ModuleNotFoundError: No module named 'scipy'");
  CHECK(g.error([&] { call_builtin(g.context, integer(1), {}); }) == "TypeError: 'int' object is not callable");
}

TEST_CASE("math never raises inside njit") {
  Guest g(Dialect::Njit);
  CHECK(std::isnan(g.call("math.sqrt", {floating(-1)}).as_float()));
  CHECK(std::isinf(g.call("math.log", {integer(0)}).as_float()));
  CHECK(g.call("math.floor", {floating(-1.5)}).as_int() == -2);
  CHECK(g.error([&] { g.call("math.floor", {floating(NAN)}); }) == "ValueError: cannot convert float NaN to integer");
  CHECK(g.call("max", {integer(1), floating(2.5)}).as_float() == 2.5);
  CHECK(g.call("numpy.sqrt", {integer(4)}).tag() == Tag::Float);
}

TEST_CASE("numpy.random draws NumPy's legacy stream") {
  Guest g;
  auto seed = [&](Value value) { g.call("numpy.random.seed", {value}); };
  seed(integer(42));
  CHECK(g.call("numpy.random.rand", {}).as_float() == 0.3745401188473625);
  CHECK(g.call("numpy.random.random", {}).as_float() == 0.9507143064099162);
  seed(integer(0));
  CHECK(g.call("numpy.random.randn", {}).as_float() == 1.764052345967664);
  CHECK(g.call("numpy.random.randn", {}).as_float() == 0.4001572083672233);
  seed(make_tuple({integer(1), integer(2), integer(3)}));
  CHECK(g.call("numpy.random.rand", {}).as_float() == 0.6098612722867289);
  const Value state = g.call("numpy.random.RandomState", {integer(7)});
  CHECK(g.text(g.method(state, "randint", {integer(0), integer(100), integer(5)})) == "array([47, 68, 25, 67, 83])");
  CHECK(g.error([&] { seed(integer(-1)); }) == "ValueError: Seed must be between 0 and 2**32 - 1");
}

TEST_CASE("sums take NumPy's pairwise order outside njit and the grid inside") {
  Guest g, njit(Dialect::Njit);
  g.call("numpy.random.seed", {integer(3)});
  const Value a = g.call("numpy.random.rand", {integer(10000)});
  const double sum = g.method(a, "sum").as_float(), grid = njit.method(a, "sum").as_float();
  // Section 6, written out: blocks of 4096, lane t mod 32, halving, pairs of blocks.
  const auto* values = reinterpret_cast<const double*>(a.as<Array>().data);
  std::vector<double> blocks;
  for (int begin = 0; begin < 10000; begin += 4096) {
    double lanes[32];
    std::fill_n(lanes, 32, -0.0);
    for (int t = begin; t < std::min(begin + 4096, 10000); ++t) lanes[(t - begin) % 32] += values[t];
    for (int width = 16; width > 0; width /= 2)
      for (int lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
    blocks.push_back(lanes[0]);
  }
  CHECK(grid == 0.0 + ((blocks[0] + blocks[1]) + blocks[2]));
  CHECK(std::fabs(sum - grid) < 1e-8);
  CHECK(njit.method(a, "sum").is(Tag::Float));
  CHECK(g.method(a, "sum").is(Tag::NpFloat64));
  const Value m = g.arange(6, {2, 3});
  CHECK(g.text(g.method(m, "sum", {}, {{"axis", integer(0)}})) == "array([3, 5, 7])");
  CHECK(g.text(g.method(m, "mean", {integer(1)}, {{"keepdims", Value::boolean(true)}})) ==
        "array([[1.],\n       [4.]])");
  CHECK(g.text(g.method(m, "argmax")) == "np.int64(5)");
  CHECK(g.error([&] { g.method(m, "sum", {integer(2)}); }) ==
        "numpy.exceptions.AxisError: axis 2 is out of bounds for array of dimension 2");
  CHECK(g.error([&] { g.call("numpy.min", {g.call("numpy.zeros", {integer(0)})}); }) ==
        "ValueError: zero-size array to reduction operation minimum which has no identity");
}

TEST_CASE("print writes to the sink") {
  static std::string written;
  written.clear();
  set_output_sink([](std::string_view text, bool) { written += text; });
  Guest g;
  g.call("print", {integer(1), make_str("a"), floating(2)}, {{"sep", make_str("-")}, {"end", make_str("!")}});
  g.call("print", {make_str("e")}, {{"file", g.get("sys.stderr")}});
  CHECK(written == "1-a-2.0!e\n");
}

TEST_CASE("library objects are immortal, so that any thread may use them") {
  Guest g;
  for (const char* name : {"numpy.sqrt", "numpy.float32", "math.floor", "len", "int", "ValueError", "numpy.random.rand",
                           "numba.prange", "sys.argv", "numpy.__version__"}) {
    INFO(name);
    CHECK(g.get(name).object()->is_immortal());
  }
}

TEST_CASE("what is lent is never counted") {
  Guest g;
  const Value array = g.arange(6, {2, 3}), tuple = make_tuple({array, make_str("a")});
  const std::uint32_t arrays = array.object()->references(), tuples = tuple.object()->references();
  {
    const Value lent = array.lent(), lent_tuple = tuple.lent();
    Value out[2];
    unpack(g.context, lent_tuple, 2, out);
    const Value kept[] = {g.item(lent, {integer(1)}),
                          g.attribute(lent, "T"),
                          g.op(BinaryOp::Add, lent, lent),
                          g.call("numpy.asarray", {lent}),
                          g.method(lent, "sum"),
                          g.method(lent, "reshape", {integer(6)}),
                          g.item(lent_tuple, {integer(0)}),
                          g.op(BinaryOp::Add, lent_tuple, lent_tuple),
                          g.call("tuple", {lent_tuple}),
                          g.call("enumerate", {lent_tuple}),
                          out[0]};
    CHECK(array.object()->references() == arrays);
    CHECK(tuple.object()->references() == tuples);
    CHECK(kept[6].is_lent());
  }
  CHECK(array.object()->references() == arrays);
  CHECK(tuple.object()->references() == tuples);
}
