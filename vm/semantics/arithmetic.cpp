// Guest arithmetic by kind over raw bits: unpacks, calls the typed functions of arithmetic.h, packs.

#include "vm/semantics/arithmetic.h"

#include "vm/semantics/conversion.h"
#include "vm/support/assert.h"

namespace pyvm {
namespace {

template <typename T> T apply_float_binary(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Add:
    return add(a, b);
  case BinaryOp::Sub:
    return subtract(a, b);
  case BinaryOp::Mul:
    return multiply(a, b);
  case BinaryOp::TrueDiv:
    return true_divide(a, b);
  case BinaryOp::FloorDiv:
    return floor_divide(a, b);
  case BinaryOp::Mod:
    return modulo(a, b);
  case BinaryOp::Pow:
    return power(a, b);
  default:
    PYVM_UNREACHABLE("operator without a float form");
  }
}

template <typename T> T apply_integer_binary(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Add:
    return add(a, b);
  case BinaryOp::Sub:
    return subtract(a, b);
  case BinaryOp::Mul:
    return multiply(a, b);
  case BinaryOp::FloorDiv:
    return floor_divide(a, b);
  case BinaryOp::Mod:
    return modulo(a, b);
  case BinaryOp::Pow:
    return power(a, b);
  case BinaryOp::LShift:
    return shift_left(a, b);
  case BinaryOp::RShift:
    return shift_right(a, b);
  case BinaryOp::BitAnd:
    return bit_and(a, b);
  case BinaryOp::BitOr:
    return bit_or(a, b);
  case BinaryOp::BitXor:
    return bit_xor(a, b);
  case BinaryOp::TrueDiv:
  case BinaryOp::MatMul:
    break;
  }
  PYVM_UNREACHABLE("operator without an integer form");
}

// Calls f(a, b) with the values of two scalars of one kind and packs what it returns (of the same type).
template <typename F> ScalarBits on_values(ScalarKind kind, ScalarBits a, ScalarBits b, F f) {
  return visit_kind(kind, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return to_bits<T>(f(from_bits<T>(a), from_bits<T>(b)));
  });
}

// What is left when every bit was shifted out.
ScalarBits shifted_out(BinaryOp op, ScalarKind kind, ScalarBits a) {
  bool keeps_sign = op == BinaryOp::RShift && is_signed(kind) && static_cast<int64_t>(a) < 0;
  return keeps_sign ? ~ScalarBits{0} : 0;
}

} // namespace

ScalarBits apply_binary(BinaryOp op, ScalarKind operand, ScalarBits a, ScalarBits b) {
  return on_values(operand, a, b, [op]<typename T>(T x, T y) {
    if constexpr (std::is_floating_point_v<T>)
      return apply_float_binary(op, x, y);
    else
      return apply_integer_binary(op, x, y);
  });
}

ScalarBits apply_numpy_binary(BinaryOp op, ScalarKind operand, ScalarBits a, ScalarBits b) {
  if (is_shift(op) && b >= 8 * size_of(operand)) return shifted_out(op, operand, a);
  if (op == BinaryOp::Pow && is_float(operand)) return apply_libm(MathFunction::Pow, operand, a, b);
  return apply_binary(op, operand, a, b);
}

ScalarBits apply_numpy_power_by_scalar(ScalarKind operand, ScalarBits a, double exponent) {
  if (exponent == 0.5) return apply_math(MathFunction::Sqrt, operand, a);
  if (exponent == 2.0 || exponent == 1.0 || exponent == 0.0 || exponent == -1.0)
    return apply_pow_literal(operand, a, static_cast<int64_t>(exponent));
  return apply_numpy_binary(BinaryOp::Pow, operand, a, convert_bits(to_bits(exponent), ScalarKind::Float64, operand));
}

ScalarBits apply_unary(UnaryOp op, ScalarKind operand, ScalarBits a) {
  if (op == UnaryOp::Not) return !truth_of(operand, a);
  if (op == UnaryOp::Pos) return a;
  return visit_kind(operand, [op, a](auto tag) {
    using T = typename decltype(tag)::type;
    T value = from_bits<T>(a);
    if (op == UnaryOp::Neg) return to_bits<T>(negate(value));
    if constexpr (std::is_floating_point_v<T>)
      PYVM_UNREACHABLE("~ has no float form");
    else
      return to_bits<T>(invert(value));
  });
}

bool apply_compare(CompareOp op, ScalarKind operand, ScalarBits a, ScalarBits b) {
  PYVM_ASSERT_DEBUG(is_value_comparison(op), "identity and membership are no comparisons of scalars");
  return visit_kind(operand, [=](auto tag) {
    using T = typename decltype(tag)::type;
    return compare(op, from_bits<T>(a), from_bits<T>(b));
  });
}

ScalarBits apply_min(ScalarKind kind, ScalarBits s, ScalarBits x) {
  return on_values(kind, s, x, []<typename T>(T left, T right) { return minimum(left, right); });
}

ScalarBits apply_max(ScalarKind kind, ScalarBits s, ScalarBits x) {
  return on_values(kind, s, x, []<typename T>(T left, T right) { return maximum(left, right); });
}

ScalarBits apply_abs(ScalarKind kind, ScalarBits a) {
  return on_values(kind, a, a, []<typename T>(T value, T) { return absolute(value); });
}

ScalarBits apply_pow_literal(ScalarKind kind, ScalarBits a, int64_t n) {
  return on_values(kind, a, a, [n]<typename T>(T value, T) { return pow_literal(value, n); });
}

bool is_zero(ScalarKind kind, ScalarBits bits) { return !truth_of(kind, bits); }

bool compare_mixed(CompareOp op, int64_t a, uint64_t b) {
  if (a < 0) return compare<int64_t>(op, -1, 0);
  return compare<uint64_t>(op, static_cast<uint64_t>(a), b);
}

} // namespace pyvm
