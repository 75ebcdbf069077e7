// Dispatch of operators by kind of value: numbers, arrays, then sequences.
#include "vm/builtins/operators.h"

#include "vm/builtins/array_operators.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/sequence_operators.h"
#include "vm/builtins/text.h"

namespace pyvm {

namespace {

bool is_sequence(const Value& value) { return value.is(Tag::Str) || value.is(Tag::Tuple); }

Value binary_of_others(CallContext& context, BinaryOp op, const Value& a, const Value& b, bool in_place) {
  if (is_sequence(a) || is_sequence(b)) {
    Value result = sequence_binary(context, op, a, b);
    if (!result.is_unbound()) return result;
  }
  raise_unsupported(op, a, b, in_place);
}

std::optional<ScalarKind> kind_of_dtype_like(const Value& value) {
  if (value.is(Tag::DType)) return value.as<DTypeObject>().kind;
  if (value.is(Tag::Type)) return value.as<TypeObject>().scalar;
  if (value.is(Tag::Str)) return kind_from_name(value.as<Str>().text);
  return std::nullopt;
}

// == and != of values that are neither numbers nor arrays.
bool others_equal(CallContext& context, const Value& a, const Value& b) {
  if (identical(a, b)) return true;
  if (a.is(Tag::DType) || b.is(Tag::DType)) {
    const auto x = kind_of_dtype_like(a), y = kind_of_dtype_like(b);
    return x && y && *x == *y;
  }
  if (a.tag() != b.tag()) return false;
  if (a.is(Tag::BoundMethod))
    return a.as<BoundMethod>().method.get() == b.as<BoundMethod>().method.get() &&
           identical(a.as<BoundMethod>().self, b.as<BoundMethod>().self);
  return sequences_equal(context, a, b);
}

bool array_truth(CallContext& context, const Array& array) {
  const std::int64_t n = array.size();
  if (n == 1) return truth_of(array.dtype, load_scalar(array.dtype, array.data));
  if (n == 0 && context.dialect == Dialect::Python)
    throw GuestError(
        ExceptionKind::ValueError,
        "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.");
  throw GuestError(ExceptionKind::ValueError,
                   "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()");
}

} // namespace

bool identical(const Value& a, const Value& b) {
  if (a.tag() != b.tag()) return false;
  return a.is_heap() ? a.object() == b.object() : a.bits() == b.bits();
}

Value binary(CallContext& context, BinaryOp op, const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return number_binary(context, op, a, b, false);
  // "%s" % array formats; with every other operator an array decides.
  if (op == BinaryOp::Mod && a.is(Tag::Str)) return make_str(percent_format(context, a.as<Str>().text, b));
  if (a.is(Tag::Array) || b.is(Tag::Array)) return array_binary(context, op, a, b);
  return binary_of_others(context, op, a, b, false);
}

Value inplace(CallContext& context, BinaryOp op, Value target, const Value& operand) {
  if (target.is_number() && operand.is_number()) return number_binary(context, op, target, operand, true);
  if (target.is(Tag::Array)) {
    array_inplace(context, op, target, operand);
    return target;
  }
  if (operand.is(Tag::Array) || target.is(Tag::Str)) return binary(context, op, target, operand);
  return binary_of_others(context, op, target, operand, true);
}

Value unary(CallContext& context, UnaryOp op, const Value& operand) {
  if (operand.is_number()) return number_unary(context, op, operand);
  if (op == UnaryOp::Not) return Value::boolean(!truth(context, operand));
  if (operand.is(Tag::Array)) return array_unary(context, op, operand.as<Array>());
  raise(ExceptionKind::TypeError, "bad operand type for unary {}: '{}'", symbol_of(op), type_name_of(operand));
}

Value power_literal(CallContext& context, const Value& base, std::int64_t n) {
  if (context.dialect == Dialect::Njit) {
    if (base.is_number()) return number_power_literal(context, base, n);
    if (base.is(Tag::Array)) return array_power_literal(context, base.as<Array>(), n);
  }
  return binary(context, BinaryOp::Pow, base, Value::integer(n));
}

Value compare(CallContext& context, CompareOp op, const Value& a, const Value& b) {
  switch (op) {
  case CompareOp::Is:
    return Value::boolean(identical(a, b));
  case CompareOp::IsNot:
    return Value::boolean(!identical(a, b));
  case CompareOp::In:
    return Value::boolean(contains(context, b, a));
  case CompareOp::NotIn:
    return Value::boolean(!contains(context, b, a));
  default:
    break;
  }
  if (a.is_number() && b.is_number()) {
    const bool result = number_compare(context, op, a, b);
    const bool numpy = context.dialect == Dialect::Python && (a.is_numpy_scalar() || b.is_numpy_scalar());
    return numpy ? Value::numpy_scalar(ScalarKind::Bool, result) : Value::boolean(result);
  }
  // Inside njit an array never equals None, as in Numba; outside NumPy compares its elements with it.
  const bool with_none = context.dialect == Dialect::Njit && (a.is(Tag::None) || b.is(Tag::None));
  if ((a.is(Tag::Array) || b.is(Tag::Array)) && !with_none) return array_compare(context, op, a, b);
  if (op == CompareOp::Eq) return Value::boolean(others_equal(context, a, b));
  if (op == CompareOp::Ne) return Value::boolean(!others_equal(context, a, b));
  return sequence_order(context, op, a, b);
}

bool equal(CallContext& context, const Value& a, const Value& b) {
  if (a.is_heap() && identical(a, b)) return true;
  return truth(context, compare(context, CompareOp::Eq, a, b));
}

bool truth(CallContext& context, const Value& value) {
  if (value.is_number()) return truth_of(value.scalar_kind(), value.bits());
  switch (value.tag()) {
  case Tag::None:
    return false;
  case Tag::Str:
    return !value.as<Str>().text.empty();
  case Tag::Tuple:
    return !value.as<Tuple>().items.empty();
  case Tag::Range: {
    const Range& range = value.as<Range>();
    return range_length(range.start, range.stop, range.step) != 0;
  }
  case Tag::Array:
    return array_truth(context, value.as<Array>());
  default:
    return true;
  }
}

Value absolute_of(CallContext& context, const Value& value) {
  if (value.is_number()) return number_abs(context, value);
  if (value.is(Tag::Array)) return array_abs(context, value.as<Array>());
  raise(ExceptionKind::TypeError, "bad operand type for abs(): '{}'", type_name_of(value));
}

} // namespace pyvm
