// The math module. Outside njit: libm with CPython's domain and range errors; inside: vm/semantics' functions, which
// never raise. Functions to int raise in both (DESIGN section 2).
#include <cmath>
#include <numeric>

#include "vm/builtins/arguments.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm::native {

namespace {

// A real number, or an array without dimensions; "must be real number, not str".
Value real_number(const Value& value) {
  if (value.is_number()) return value;
  if (value.is(Tag::Array) && value.as<Array>().ndim == 0) {
    const Array& array = value.as<Array>();
    return Value::numpy_scalar(array.dtype, load_scalar(array.dtype, array.data));
  }
  if (value.is(Tag::Array))
    raise(ExceptionKind::TypeError, "only 0-dimensional arrays can be converted to Python scalars");
  raise(ExceptionKind::TypeError, "must be real number, not {}", type_name_of(value));
}

double real_of(const Value& value) { return number_as_double(real_number(value)); }

[[noreturn]] void raise_domain() { throw GuestError(ExceptionKind::ValueError, "math domain error"); }
[[noreturn]] void raise_range() { throw GuestError(ExceptionKind::OverflowError, "math range error"); }

// Whether an infinite result of a finite argument means overflow; elsewhere it is a pole.
constexpr bool can_overflow(MathFunction function) {
  switch (function) {
  case MathFunction::Exp:
  case MathFunction::Exp2:
  case MathFunction::Expm1:
  case MathFunction::Sinh:
  case MathFunction::Cosh:
  case MathFunction::Hypot:
    return true;
  default:
    return false;
  }
}

double checked_result(MathFunction function, double result, double a, double b) {
  if (std::isnan(result) && !std::isnan(a) && !std::isnan(b)) raise_domain();
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
    if (function == MathFunction::Pow ? a != 0 : can_overflow(function)) raise_range();
    raise_domain();
  }
  return result;
}

double libm_result(MathFunction function, double a, double b) {
  const double result = from_bits<double>(apply_libm(function, ScalarKind::Float64, to_bits(a), to_bits(b)));
  return checked_result(function, result, a, b);
}

Value njit_math(MathFunction function, const Value& a, const Value* b) {
  const ScalarKind kind = b ? math_kind(function, a.scalar_kind(), b->scalar_kind()) : math_kind(a.scalar_kind());
  const ScalarBits x = convert_bits(a.bits(), a.scalar_kind(), kind);
  const ScalarBits y = b ? convert_bits(b->bits(), b->scalar_kind(), kind) : 0;
  return Value::njit_scalar(kind, apply_math(function, kind, x, y));
}

Value evaluate(const CallContext& context, MathFunction function, const Value& a_value, const Value* b_value) {
  const Value a = real_number(a_value), b = b_value ? real_number(*b_value) : Value();
  if (context.dialect == Dialect::Njit) return njit_math(function, a, b_value ? &b : nullptr);
  return Value::floating(libm_result(function, number_as_double(a), b_value ? number_as_double(b) : 0.0));
}

std::int64_t checked_gcd(std::int64_t a, std::int64_t b) {
  const auto magnitude = [](std::int64_t v) {
    return v < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v);
  };
  const std::uint64_t result = std::gcd(magnitude(a), magnitude(b));
  if (result >> 63) raise_int_too_large();
  return static_cast<std::int64_t>(result);
}

} // namespace

template <MathFunction function> Value math_function(CallContext& context, const Arguments& arguments) {
  if (arity_of(function) == 1)
    return evaluate(context, function, one_argument(arguments, fmt::format("math.{}", name_of(function))), nullptr);
  check_positional(arguments, name_of(function), 2, 2);
  return evaluate(context, function, arguments.positional[0], &arguments.positional[1]);
}

template <MathFunction function> Value math_to_int(CallContext& context, const Arguments& arguments) {
  const Value number = real_number(one_argument(arguments, fmt::format("math.{}", name_of(function))));
  if (!is_float(number.scalar_kind()))
    return context.dialect == Dialect::Njit ? number_unary(context, UnaryOp::Pos, number)
                                            : to_python_int(context, number);
  const double value = number_as_double(number);
  checked_int64(context, value);
  const CheckedInt result = function == MathFunction::Floor  ? checked_floor(value)
                            : function == MathFunction::Ceil ? checked_ceil(value)
                                                             : checked_trunc(value);
  if (result.status != IntStatus::Ok) raise_beyond_int64(context);
  return Value::integer(result.value);
}

template <FloatTest test> Value math_test(CallContext&, const Arguments& arguments) {
  constexpr std::string_view name = test == FloatTest::IsNan   ? "math.isnan"
                                    : test == FloatTest::IsInf ? "math.isinf"
                                                               : "math.isfinite";
  const double value = real_of(one_argument(arguments, name));
  return Value::boolean(test == FloatTest::IsNan   ? std::isnan(value)
                        : test == FloatTest::IsInf ? std::isinf(value)
                                                   : std::isfinite(value));
}

#define MATH(module, name, function)                                                                                   \
  template Value math_function<MathFunction::function>(CallContext&, const Arguments&);
#include "vm/builtins/builtins.def"
template Value math_to_int<MathFunction::Floor>(CallContext&, const Arguments&);
template Value math_to_int<MathFunction::Ceil>(CallContext&, const Arguments&);
template Value math_to_int<MathFunction::Trunc>(CallContext&, const Arguments&);
template Value math_test<FloatTest::IsNan>(CallContext&, const Arguments&);
template Value math_test<FloatTest::IsInf>(CallContext&, const Arguments&);
template Value math_test<FloatTest::IsFinite>(CallContext&, const Arguments&);

Value math_log(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "log", 1, 2);
  const Value top = evaluate(context, MathFunction::Log, arguments.positional[0], nullptr);
  if (arguments.positional.size() == 1) return top;
  const Value bottom = evaluate(context, MathFunction::Log, arguments.positional[1], nullptr);
  return number_binary(context, BinaryOp::TrueDiv, top, bottom, false);
}

Value math_degrees(CallContext&, const Arguments& arguments) {
  return Value::floating(real_of(one_argument(arguments, "math.degrees")) * (180.0 / M_PI));
}

Value math_radians(CallContext&, const Arguments& arguments) {
  return Value::floating(real_of(one_argument(arguments, "math.radians")) * (M_PI / 180.0));
}

Value math_gcd(CallContext&, const Arguments& arguments) {
  refuse_keywords(arguments, "math.gcd");
  std::int64_t result = 0;
  for (const Value& value : arguments.positional) result = checked_gcd(result, index_of(value));
  return Value::integer(result);
}

Value math_isqrt(CallContext&, const Arguments& arguments) {
  const std::int64_t value = index_of(one_argument(arguments, "math.isqrt"));
  if (value < 0) raise(ExceptionKind::ValueError, "isqrt() argument must be nonnegative");
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(value)));
  while (static_cast<__int128>(root) * root > value) --root;
  while (static_cast<__int128>(root + 1) * (root + 1) <= value) ++root;
  return Value::integer(root);
}

Value math_factorial(CallContext&, const Arguments& arguments) {
  const std::int64_t n = index_of(one_argument(arguments, "math.factorial"));
  if (n < 0) raise(ExceptionKind::ValueError, "factorial() not defined for negative values");
  if (n > 20) raise_int_too_large();
  std::int64_t result = 1;
  for (std::int64_t k = 2; k <= n; ++k) result *= k;
  return Value::integer(result);
}

} // namespace pyvm::native
