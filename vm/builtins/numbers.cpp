// Operators on scalars: chooses between CPython's numbers, NumPy's scalars and njit's table.
#include "vm/builtins/numbers.h"

#include <cmath>
#include <limits>

#include "vm/builtins/python_numbers.h"
#include "vm/builtins/ufunc_names.h"
#include "vm/semantics/arithmetic.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

[[noreturn]] void raise_numpy_refusal(BinaryOp op, ScalarKind a, ScalarKind b) {
  if (op == BinaryOp::Sub && a == ScalarKind::Bool && b == ScalarKind::Bool)
    throw GuestError(
        ExceptionKind::TypeError,
        "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the "
        "logical_xor function instead.");
  if (op == BinaryOp::MatMul)
    throw GuestError(ExceptionKind::ValueError,
                     "matmul: Input operand 0 does not have enough dimensions (has 0, gufunc core with signature "
                     "(n?,k),(k,m?)->(n?,m?) requires 1)");
  raise_no_ufunc_types(ufunc_name(op));
}

ScalarBits converted(const Value& value, ScalarKind to) { return convert_bits(value.bits(), value.scalar_kind(), to); }

Value numpy_scalar_binary(BinaryOp op, const Value& a, const Value& b) {
  const Promotion promotion = checked_numpy_promotion(op, a.scalar_kind(), a.is_python_number() ? &a : nullptr,
                                                      b.scalar_kind(), b.is_python_number() ? &b : nullptr);
  const ScalarBits x = converted(a, promotion.operand), y = converted(b, promotion.operand);
  if (op == BinaryOp::Pow && is_integer(promotion.operand) && is_signed(promotion.operand) &&
      static_cast<std::int64_t>(y) < 0)
    raise(ExceptionKind::ValueError, "Integers to negative integer powers are not allowed.");
  const ScalarBits result = apply_numpy_binary(op, promotion.operand, x, y);
  return Value::numpy_scalar(promotion.result, convert_bits(result, promotion.operand, promotion.result));
}

bool numpy_scalar_compare(CompareOp op, const Value& a, const Value& b) {
  const bool weak_a = a.is_python_number(), weak_b = b.is_python_number();
  const ScalarKind ka = a.scalar_kind(), kb = b.scalar_kind();
  if (numpy_compare_is_mixed(ka, weak_a, kb, weak_b)) {
    if (ka == ScalarKind::UInt64) return compare_mixed(row_of(op).exchanged, b.as_int(), a.bits());
    return compare_mixed(op, a.as_int(), b.bits());
  }
  const ScalarKind operand = numpy_compare_operand(ka, weak_a, kb, weak_b);
  return apply_compare(op, operand, converted(a, operand), converted(b, operand));
}

// CPython's words, which for `/` depend on what the operands were.
const char* zero_division_text(BinaryOp op, ScalarKind operand, bool has_float) {
  if (op == BinaryOp::TrueDiv) return has_float ? "float division by zero" : "division by zero";
  if (op == BinaryOp::FloorDiv)
    return is_float(operand) ? "float floor division by zero" : "integer division or modulo by zero";
  return is_float(operand) ? "float modulo" : "integer modulo by zero";
}

Value njit_binary(const CallContext& context, BinaryOp op, const Value& a, const Value& b, bool in_place) {
  const std::optional<Promotion> promotion = njit_promotion(op, a.scalar_kind(), b.scalar_kind());
  if (!promotion) raise_unsupported(op, a, b, in_place);
  const ScalarBits x = converted(a, promotion->operand), y = converted(b, promotion->operand);
  const bool divides = op == BinaryOp::TrueDiv || op == BinaryOp::FloorDiv || op == BinaryOp::Mod;
  if (divides && !context.numpy_errors && is_zero(promotion->operand, y))
    throw GuestError(
        ExceptionKind::ZeroDivisionError,
        zero_division_text(op, promotion->operand, is_float(a.scalar_kind()) || is_float(b.scalar_kind())));
  if (op == BinaryOp::Pow && is_integer(promotion->operand) && is_signed(promotion->operand) &&
      static_cast<std::int64_t>(y) < 0)
    raise(ExceptionKind::ValueError, "Integers to negative integer powers are not allowed.");
  const ScalarBits result = apply_binary(op, promotion->operand, x, y);
  return Value::njit_scalar(promotion->result, convert_bits(result, promotion->operand, promotion->result));
}

Value apply_promoted_unary(const CallContext& context, UnaryOp op, const Value& a, std::optional<Promotion> promotion) {
  if (!promotion) {
    if (context.dialect == Dialect::Python) raise_numpy_refusal(op, a.scalar_kind());
    raise(ExceptionKind::TypeError, "bad operand type for unary {}: '{}'", symbol_of(op), type_name_of(a));
  }
  const ScalarBits result = apply_unary(op, promotion->operand, converted(a, promotion->operand));
  return dialect_scalar(context, promotion->result, convert_bits(result, promotion->operand, promotion->result));
}

} // namespace

void raise_unsupported(BinaryOp op, const Value& a, const Value& b, bool in_place) {
  const std::string symbol = in_place              ? std::string(symbol_of(op)) + "="
                             : op == BinaryOp::Pow ? "** or pow()"
                                                   : std::string(symbol_of(op));
  raise(ExceptionKind::TypeError, "unsupported operand type(s) for {}: '{}' and '{}'", symbol, type_name_of(a),
        type_name_of(b));
}

void raise_not_comparable(CompareOp op, const Value& a, const Value& b) {
  raise(ExceptionKind::TypeError, "'{}' not supported between instances of '{}' and '{}'", symbol_of(op),
        type_name_of(a), type_name_of(b));
}

void raise_no_ufunc_types(std::string_view ufunc) {
  raise(
      ExceptionKind::TypeError,
      "ufunc '{}' not supported for the input types, and the inputs could not be safely coerced to any supported types "
      "according to the casting rule ''safe''",
      ufunc);
}

void raise_numpy_refusal(UnaryOp op, ScalarKind kind) {
  if (kind == ScalarKind::Bool && op == UnaryOp::Neg)
    throw GuestError(ExceptionKind::TypeError,
                     "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the "
                     "logical_not function instead.");
  if (kind == ScalarKind::Bool && op == UnaryOp::Pos)
    throw GuestError(ExceptionKind::UFuncNoLoopError,
                     "ufunc 'positive' did not contain a loop with signature matching types <class "
                     "'numpy.dtypes.BoolDType'> -> None");
  raise_no_ufunc_types(ufunc_name(op));
}

void raise_int_too_large() {
  throw GuestError(ExceptionKind::OverflowError, "pyvm: int beyond 64 bits is not supported yet");
}

Promotion checked_numpy_promotion(BinaryOp op, ScalarKind a, const Value* weak_a, ScalarKind b, const Value* weak_b) {
  const std::optional<Promotion> promotion = numpy_promotion(op, a, weak_a != nullptr, b, weak_b != nullptr);
  if (!promotion) raise_numpy_refusal(op, a, b);
  for (const Value* weak : {weak_a, weak_b})
    if (weak && weak->is(Tag::Int) && is_integer(promotion->operand) && !fits(promotion->operand, weak->as_int()))
      raise(ExceptionKind::OverflowError, "Python integer {} out of bounds for {}", weak->as_int(),
            name_of(promotion->operand));
  return *promotion;
}

Value number_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b, bool in_place) {
  if (context.dialect == Dialect::Njit) return njit_binary(context, op, a, b, in_place);
  if (!a.is_python_number() || !b.is_python_number()) return numpy_scalar_binary(op, a, b);
  Value result = python_binary(op, a, b);
  if (result.is_unbound()) raise_unsupported(op, a, b, in_place);
  return result;
}

bool number_compare(const CallContext& context, CompareOp op, const Value& a, const Value& b) {
  if (context.dialect == Dialect::Njit) {
    const ScalarKind operand = njit_compare_operand(a.scalar_kind(), b.scalar_kind());
    return apply_compare(op, operand, converted(a, operand), converted(b, operand));
  }
  return a.is_python_number() && b.is_python_number() ? python_compare(op, a, b) : numpy_scalar_compare(op, a, b);
}

Value number_unary(CallContext& context, UnaryOp op, const Value& a) {
  if (op == UnaryOp::Not) return Value::boolean(!truth_of(a.scalar_kind(), a.bits()));
  if (context.dialect == Dialect::Njit) return apply_promoted_unary(context, op, a, njit_unary(op, a.scalar_kind()));
  if (!a.is_python_number()) return apply_promoted_unary(context, op, a, numpy_unary(op, a.scalar_kind()));
  Value result = python_unary(op, a);
  if (result.is_unbound())
    raise(ExceptionKind::TypeError, "bad operand type for unary {}: '{}'", symbol_of(op), type_name_of(a));
  return result;
}

Value number_abs(const CallContext& context, const Value& a) {
  if (context.dialect == Dialect::Njit) {
    const ScalarKind kind = njit_abs(a.scalar_kind());
    return Value::njit_scalar(kind, apply_abs(kind, converted(a, kind)));
  }
  if (!a.is_python_number()) return Value::numpy_scalar(a.scalar_kind(), apply_abs(a.scalar_kind(), a.bits()));
  if (a.is(Tag::Float)) return Value::floating(absolute(a.as_float()));
  if (a.as_int() == std::numeric_limits<std::int64_t>::min()) raise_int_too_large();
  return Value::integer(absolute(a.as_int()));
}

Value number_power_literal(CallContext& context, const Value& a, std::int64_t n) {
  if (context.dialect == Dialect::Python) return number_binary(context, BinaryOp::Pow, a, Value::integer(n), false);
  const ScalarKind kind = a.scalar_kind();
  const ScalarKind operand = is_float(kind) ? kind : njit_promotion(BinaryOp::Pow, kind, ScalarKind::Int64)->result;
  if (is_integer(operand) && n < 0)
    raise(ExceptionKind::ValueError, "Integers to negative integer powers are not allowed.");
  return Value::njit_scalar(operand, apply_pow_literal(operand, converted(a, operand), n));
}

void raise_beyond_int64(const CallContext& context) {
  if (context.dialect == Dialect::Python) raise_int_too_large();
  throw GuestError(ExceptionKind::OverflowError, "int too big to convert");
}

std::int64_t checked_int64(const CallContext& context, double value) {
  const CheckedInt result = checked_trunc(value);
  if (result.status == IntStatus::NotANumber) raise(ExceptionKind::ValueError, "cannot convert float NaN to integer");
  if (std::isinf(value)) raise(ExceptionKind::OverflowError, "cannot convert float infinity to integer");
  if (result.status == IntStatus::Overflow) raise_beyond_int64(context);
  return result.value;
}

Value to_python_int(CallContext& context, const Value& number) {
  if (is_float(number.scalar_kind())) return Value::integer(checked_int64(context, number_as_double(number)));
  if (number.is(Tag::NpUInt64) && number.as_int() < 0 && context.dialect == Dialect::Python) raise_int_too_large();
  return Value::integer(number.as_int());
}

} // namespace pyvm
