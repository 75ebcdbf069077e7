// int, float and bool outside njit, as CPython 3.11 computes them, with ints of 64 bits.
#include <bit>
#include <cmath>
#include <limits>

#include "vm/builtins/numbers.h"
#include "vm/builtins/python_numbers.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm {

namespace {

[[noreturn]] void raise_zero_division(const char* text) { throw GuestError(ExceptionKind::ZeroDivisionError, text); }

template <bool (*overflows)(std::int64_t, std::int64_t, std::int64_t*)> Value checked(std::int64_t a, std::int64_t b) {
  std::int64_t result;
  if (overflows(a, b, &result)) raise_int_too_large();
  return Value::integer(result);
}

bool add_overflows(std::int64_t a, std::int64_t b, std::int64_t* r) { return __builtin_add_overflow(a, b, r); }
bool subtract_overflows(std::int64_t a, std::int64_t b, std::int64_t* r) { return __builtin_sub_overflow(a, b, r); }
bool multiply_overflows(std::int64_t a, std::int64_t b, std::int64_t* r) { return __builtin_mul_overflow(a, b, r); }

// base ** exponent for exponent >= 0.
Value checked_power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  if (base >= -1 && base <= 1) return Value::integer(int_power(base, exponent));
  if (exponent > 63) raise_int_too_large();
  for (; exponent > 0; --exponent)
    if (__builtin_mul_overflow(result, base, &result)) raise_int_too_large();
  return Value::integer(result);
}

Value checked_shift_left(std::int64_t a, std::int64_t count) {
  if (count < 0) raise(ExceptionKind::ValueError, "negative shift count");
  if (a == 0) return Value::integer(0);
  if (count > 63) raise_int_too_large();
  const std::int64_t shifted = shift_left(a, count);
  if (shift_right(shifted, count) != a) raise_int_too_large();
  return Value::integer(shifted);
}

Value checked_shift_right(std::int64_t a, std::int64_t count) {
  if (count < 0) raise(ExceptionKind::ValueError, "negative shift count");
  return Value::integer(shift_right(a, std::min<std::int64_t>(count, 63)));
}

// CPython rounds the exact quotient once. The quotient is taken with 66 bits or more, and what is left over becomes its
// lowest bit, so that the one rounding to float64 sees it.
double true_quotient(std::int64_t a, std::int64_t b) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  if (a >= -exact && a <= exact && b >= -exact && b <= exact) return static_cast<double>(a) / static_cast<double>(b);
  const bool negative = (a < 0) != (b < 0);
  const std::uint64_t x = a < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(a) : static_cast<std::uint64_t>(a);
  const std::uint64_t y = b < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(b) : static_cast<std::uint64_t>(b);
  if (x == 0) return negative ? -0.0 : 0.0;
  const int shift = 64 + std::countl_zero(x);
  const auto scaled = static_cast<unsigned __int128>(x) << shift; // its top bit is set
  unsigned __int128 quotient = scaled / y;
  // The top 63 bits and a sticky bit: float64 rounds those 64 correctly, once.
  int dropped = 0;
  bool inexact = scaled % y != 0;
  while (quotient >> 62) {
    inexact |= (quotient & 1) != 0;
    quotient >>= 1;
    ++dropped;
  }
  const auto digits = static_cast<std::int64_t>(quotient << 1) | static_cast<std::int64_t>(inexact);
  const double result = std::ldexp(static_cast<double>(digits), dropped - 1 - shift);
  return negative ? -result : result;
}

Value int_binary(BinaryOp op, std::int64_t a, std::int64_t b) {
  switch (op) {
  case BinaryOp::Add:
    return checked<add_overflows>(a, b);
  case BinaryOp::Sub:
    return checked<subtract_overflows>(a, b);
  case BinaryOp::Mul:
    return checked<multiply_overflows>(a, b);
  case BinaryOp::TrueDiv:
    if (b == 0) raise_zero_division("division by zero");
    return Value::floating(true_quotient(a, b));
  case BinaryOp::FloorDiv:
    if (b == 0) raise_zero_division("integer division or modulo by zero");
    if (b == -1 && a == std::numeric_limits<std::int64_t>::min()) raise_int_too_large();
    return Value::integer(floor_divide(a, b));
  case BinaryOp::Mod:
    if (b == 0) raise_zero_division("integer modulo by zero");
    return Value::integer(modulo(a, b));
  case BinaryOp::Pow:
    return b < 0 ? Value::floating(python_float_power(static_cast<double>(a), static_cast<double>(b)))
                 : checked_power(a, b);
  case BinaryOp::LShift:
    return checked_shift_left(a, b);
  case BinaryOp::RShift:
    return checked_shift_right(a, b);
  case BinaryOp::BitAnd:
    return Value::integer(bit_and(a, b));
  case BinaryOp::BitOr:
    return Value::integer(bit_or(a, b));
  case BinaryOp::BitXor:
    return Value::integer(bit_xor(a, b));
  case BinaryOp::MatMul:
    break;
  }
  return Value();
}

Value float_binary(BinaryOp op, double a, double b) {
  switch (op) {
  case BinaryOp::Add:
    return Value::floating(a + b);
  case BinaryOp::Sub:
    return Value::floating(a - b);
  case BinaryOp::Mul:
    return Value::floating(a * b);
  case BinaryOp::TrueDiv:
    if (b == 0) raise_zero_division("float division by zero");
    return Value::floating(a / b);
  case BinaryOp::FloorDiv:
    if (b == 0) raise_zero_division("float floor division by zero");
    return Value::floating(floor_divide(a, b));
  case BinaryOp::Mod:
    if (b == 0) raise_zero_division("float modulo");
    return Value::floating(modulo(a, b));
  case BinaryOp::Pow:
    return Value::floating(python_float_power(a, b));
  default:
    return Value();
  }
}

// An int with a float, exactly: -1, 0, 1, or 2 when the float is NaN.
int compare_exactly(std::int64_t a, double b) {
  if (std::isnan(b)) return 2;
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const double whole = std::trunc(b);
  const auto whole_int = static_cast<std::int64_t>(whole);
  if (a != whole_int) return a < whole_int ? -1 : 1;
  return b > whole ? -1 : b < whole ? 1 : 0;
}

} // namespace

double python_float_power(double a, double b) {
  if (a == 0 && b < 0) raise_zero_division("0.0 cannot be raised to a negative power");
  if (a < 0 && std::isfinite(a) && std::isfinite(b) && b != std::floor(b))
    raise(ExceptionKind::ValueError,
          "pyvm: a negative number to a fractional power is complex, which is not supported yet");
  const double result = from_bits<double>(apply_libm(MathFunction::Pow, ScalarKind::Float64, to_bits(a), to_bits(b)));
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b))
    throw GuestError(ExceptionKind::OverflowError, "(34, 'Numerical result out of range')");
  return result;
}

Value python_binary(BinaryOp op, const Value& a, const Value& b) {
  if (a.is(Tag::Float) || b.is(Tag::Float)) return float_binary(op, number_as_double(a), number_as_double(b));
  const Value result = int_binary(op, a.as_int(), b.as_int());
  return is_bitwise(op) && a.is(Tag::Bool) && b.is(Tag::Bool) ? Value::boolean(result.as_int() != 0) : result;
}

bool python_compare(CompareOp op, const Value& a, const Value& b) {
  const bool a_is_float = a.is(Tag::Float), b_is_float = b.is(Tag::Float);
  if (a_is_float && b_is_float) return compare(op, a.as_float(), b.as_float());
  if (!a_is_float && !b_is_float) return compare(op, a.as_int(), b.as_int());
  const int order = a_is_float ? compare_exactly(b.as_int(), a.as_float()) : compare_exactly(a.as_int(), b.as_float());
  if (order == 2) return op == CompareOp::Ne;
  return compare(op, a_is_float ? -order : order, 0);
}

Value python_unary(UnaryOp op, const Value& a) {
  const bool is_float = a.is(Tag::Float);
  switch (op) {
  case UnaryOp::Neg:
    if (is_float) return Value::floating(-a.as_float());
    return checked<subtract_overflows>(0, a.as_int());
  case UnaryOp::Pos:
    return is_float ? a : Value::integer(a.as_int());
  case UnaryOp::Invert:
    return is_float ? Value() : Value::integer(invert(a.as_int()));
  case UnaryOp::Not:
    return Value::boolean(!truth_of(a.scalar_kind(), a.bits()));
  }
  return Value();
}

} // namespace pyvm
