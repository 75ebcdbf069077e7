// The promotion tables as rules. Each rule was read off the complete tables of the peers (Numba 0.68.1, NumPy 2.4),
// where almost every cell follows from a size and a signedness; the odd cells are named where they are handled.

#include "vm/semantics/promotion.h"

#include <algorithm>
#include <limits>

namespace pyvm {
namespace {

bool is_bool(ScalarKind kind) { return kind == ScalarKind::Bool; }

ScalarKind wider(ScalarKind a, ScalarKind b) { return size_of(a) >= size_of(b) ? a : b; }

// The smallest signed kind that holds every value of an unsigned one; Float64 stands for "none".
ScalarKind signed_kind_above(ScalarKind unsigned_kind) {
  switch (unsigned_kind) {
  case ScalarKind::UInt8:
    return ScalarKind::Int16;
  case ScalarKind::UInt16:
    return ScalarKind::Int32;
  case ScalarKind::UInt32:
    return ScalarKind::Int64;
  default:
    return ScalarKind::Float64;
  }
}

ScalarKind common_integer_kind(ScalarKind a, ScalarKind b) {
  if (is_bool(a)) return b;
  if (is_bool(b)) return a;
  if (is_signed(a) == is_signed(b)) return wider(a, b);
  ScalarKind signed_side = is_signed(a) ? a : b;
  ScalarKind above = signed_kind_above(is_signed(a) ? b : a);
  return above == ScalarKind::Float64 ? above : wider(signed_side, above);
}

// float32 holds bool and the ints of at most `exact_size` bytes; anything else with float32 is float64.
ScalarKind float_kind_with(ScalarKind a, ScalarKind b, bool (*stays_float32)(ScalarKind)) {
  auto narrow = [stays_float32](ScalarKind kind) { return kind == ScalarKind::Float32 || stays_float32(kind); };
  return narrow(a) && narrow(b) ? ScalarKind::Float32 : ScalarKind::Float64;
}

// Numba's operators take uint16 with float32 to float64. Its min and max, and NumPy, take it to float32.
bool njit_stays_float32(ScalarKind kind) { return size_of(kind) == 1 || kind == ScalarKind::Int16; }
bool numpy_stays_float32(ScalarKind kind) { return size_of(kind) <= 2; }

ScalarKind njit_float_kind(ScalarKind a, ScalarKind b) { return float_kind_with(a, b, njit_stays_float32); }

// Scalars inside njit compute in 64 bits. bool counts as signed.
ScalarKind njit_wide_integer(ScalarKind a) { return is_unsigned_integer(a) ? ScalarKind::UInt64 : ScalarKind::Int64; }
ScalarKind njit_wide_integer(ScalarKind a, ScalarKind b) {
  return is_unsigned_integer(a) && is_unsigned_integer(b) ? ScalarKind::UInt64 : ScalarKind::Int64;
}

Promotion same(ScalarKind kind) { return {kind, kind}; }

Promotion njit_power(ScalarKind a, ScalarKind b) {
  if (is_float(a) && !is_float(b)) return {ScalarKind::Float64, a};
  if (is_bool(a) && b == ScalarKind::Int32) // Numba picks its (float32, int32) overload for this cell alone
    return {ScalarKind::Float64, ScalarKind::Float32};
  if (is_float(a) || is_float(b)) return same(njit_float_kind(a, b));
  return same(njit_wide_integer(a, b));
}

bool takes_no_floats(BinaryOp op) { return is_shift(op) || is_bitwise(op); }

// Operators that have no loop for (bool, bool) but one for (int8, int8).
bool bool_pair_computes_in_int8(BinaryOp op) {
  return op == BinaryOp::FloorDiv || op == BinaryOp::Mod || op == BinaryOp::Pow || is_shift(op);
}

// The element kind of a NumPy operator on two strong kinds of one common kind.
std::optional<Promotion> numpy_by_common_kind(BinaryOp op, ScalarKind common) {
  if (op == BinaryOp::MatMul || (takes_no_floats(op) && is_float(common))) return std::nullopt;
  if (op == BinaryOp::TrueDiv && !is_float(common)) return same(ScalarKind::Float64);
  if (is_bool(common)) {
    if (op == BinaryOp::Sub) return std::nullopt;
    if (bool_pair_computes_in_int8(op)) return same(ScalarKind::Int8);
  }
  return same(common);
}

// NEP 50: a weak scalar takes the strong side's kind unless it is of a higher category (bool < int < float).
ScalarKind weak_common_kind(ScalarKind strong, ScalarKind weak) {
  if (is_float(weak)) return is_float(strong) ? strong : ScalarKind::Float64;
  if (is_bool(weak)) return strong;
  return is_bool(strong) ? ScalarKind::Int64 : strong;
}

ScalarKind numpy_operand(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak) {
  if (a_is_weak) return weak_common_kind(b, a);
  return b_is_weak ? weak_common_kind(a, b) : numpy_common_kind(a, b);
}

} // namespace

std::optional<Promotion> njit_promotion(BinaryOp op, ScalarKind a, ScalarKind b) {
  bool any_float = is_float(a) || is_float(b);
  if (op == BinaryOp::MatMul || (takes_no_floats(op) && any_float)) return std::nullopt;
  if (op == BinaryOp::Pow) return njit_power(a, b);
  if (is_shift(op)) return same(njit_wide_integer(a));
  if (any_float) return same(njit_float_kind(a, b));
  if (op == BinaryOp::TrueDiv) return same(ScalarKind::Float64);
  if (is_bitwise(op) && is_bool(a) && is_bool(b)) return same(ScalarKind::Bool);
  return same(njit_wide_integer(a, b));
}

ScalarKind njit_compare_operand(ScalarKind a, ScalarKind b) {
  return is_float(a) || is_float(b) ? njit_float_kind(a, b) : common_integer_kind(a, b);
}

ScalarKind njit_min_max(ScalarKind a, ScalarKind b) { return numpy_common_kind(a, b); }

std::optional<Promotion> njit_unary(UnaryOp op, ScalarKind a) {
  if (op == UnaryOp::Not) return Promotion{a, ScalarKind::Bool};
  if (is_float(a)) return op == UnaryOp::Invert ? std::nullopt : std::optional(same(a));
  if (is_bool(a)) return same(op == UnaryOp::Invert ? ScalarKind::Bool : ScalarKind::Int64);
  return Promotion{a, njit_wide_integer(a)};
}

ScalarKind njit_float(ScalarKind a) { return is_float(a) ? a : ScalarKind::Float64; }
ScalarKind njit_abs(ScalarKind a) { return is_bool(a) ? ScalarKind::Int8 : a; }

std::optional<Promotion> njit_array_promotion(BinaryOp op, ScalarKind a, ScalarKind b) {
  if (is_float(a) || is_float(b)) {
    auto scalar = njit_promotion(op, a, b);
    if (!scalar) return std::nullopt;
    bool any_double = a == ScalarKind::Float64 || b == ScalarKind::Float64;
    return Promotion{scalar->operand, any_double ? ScalarKind::Float64 : ScalarKind::Float32};
  }
  const std::optional<ScalarKind> kind = njit_ufunc(op, a, b);
  return kind ? std::optional(same(*kind)) : std::nullopt;
}

std::optional<Promotion> njit_array_unary(UnaryOp op, ScalarKind a) {
  if (op == UnaryOp::Not || (op == UnaryOp::Invert && is_float(a))) return std::nullopt;
  return same(is_bool(a) && op != UnaryOp::Invert ? ScalarKind::Int8 : a);
}

ScalarKind njit_ufunc_common(ScalarKind a, ScalarKind b) {
  if (a == ScalarKind::Float64 || b == ScalarKind::Float64) return ScalarKind::Float64;
  return is_float(a) || is_float(b) ? ScalarKind::Float32 : common_integer_kind(a, b);
}

std::optional<ScalarKind> njit_ufunc(BinaryOp op, ScalarKind a, ScalarKind b) {
  if (op == BinaryOp::TrueDiv && !is_float(a) && !is_float(b))
    return size_of(a) <= 2 && size_of(b) <= 2 ? ScalarKind::Float32 : ScalarKind::Float64;
  const ScalarKind common = njit_ufunc_common(a, b);
  if (is_bool(common) && op == BinaryOp::Sub) return ScalarKind::Int8;
  const std::optional<Promotion> promotion = numpy_by_common_kind(op, common);
  return promotion ? std::optional(promotion->result) : std::nullopt;
}

ScalarKind numpy_common_kind(ScalarKind a, ScalarKind b) {
  return is_float(a) || is_float(b) ? float_kind_with(a, b, numpy_stays_float32) : common_integer_kind(a, b);
}

std::optional<Promotion> numpy_promotion(BinaryOp op, ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak) {
  return numpy_by_common_kind(op, numpy_operand(a, a_is_weak, b, b_is_weak));
}

ScalarKind numpy_compare_operand(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak) {
  if (numpy_compare_is_mixed(a, a_is_weak, b, b_is_weak)) return ScalarKind::UInt64;
  bool weak_int = (a_is_weak && is_integer(a)) || (b_is_weak && is_integer(b));
  if (weak_int && !is_float(a) && !is_float(b)) return ScalarKind::Int64;
  return numpy_operand(a, a_is_weak, b, b_is_weak);
}

bool numpy_compare_is_mixed(ScalarKind a, bool, ScalarKind b, bool) {
  auto is_signed_integer = [](ScalarKind kind) { return is_integer(kind) && is_signed(kind); };
  return (a == ScalarKind::UInt64 && is_signed_integer(b)) || (b == ScalarKind::UInt64 && is_signed_integer(a));
}

std::optional<Promotion> numpy_unary(UnaryOp op, ScalarKind a) {
  if (op == UnaryOp::Not) return Promotion{a, ScalarKind::Bool};
  bool refused = op == UnaryOp::Invert ? is_float(a) : is_bool(a);
  return refused ? std::nullopt : std::optional(same(a));
}

ScalarKind numpy_sum_kind(ScalarKind a) { return is_float(a) ? a : njit_wide_integer(a); }

std::optional<ScalarKind> numpy_float_function_kind(ScalarKind a) {
  if (is_float(a)) return a;
  if (size_of(a) == 1) return std::nullopt;
  return size_of(a) == 2 ? ScalarKind::Float32 : ScalarKind::Float64;
}

bool fits(ScalarKind kind, int64_t value) {
  if (is_float(kind)) return true;
  return visit_kind(kind, [value](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_floating_point_v<T>)
      return true;
    else if constexpr (std::is_same_v<T, uint64_t>)
      return value >= 0;
    else
      return value >= int64_t{std::numeric_limits<T>::min()} && value <= int64_t{std::numeric_limits<T>::max()};
  });
}

} // namespace pyvm
