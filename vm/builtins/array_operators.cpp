// Array arithmetic: kinds from the promotion tables, loops from element_loops.cpp, broadcasting from elementwise.cpp.
#include "vm/builtins/array_operators.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "vm/builtins/array_creation.h"
#include "vm/builtins/linear_algebra.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/text.h"
#include "vm/builtins/ufunc_names.h"
#include "vm/object/store_log.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm {

namespace {

std::string dtype_text(const Value& value) {
  if (value.is(Tag::Str)) return fmt::format("dtype('<U{}')", value.as<Str>().text.size());
  if (value.is(Tag::Array)) return fmt::format("dtype('{}')", name_of(value.as<Array>().dtype));
  if (value.is_number()) return fmt::format("dtype('{}')", name_of(value.scalar_kind()));
  return "dtype('O')";
}

[[noreturn]] void raise_no_loop(BinaryOp op, const Value& a, const Value& b) {
  if (a.is(Tag::Str) || b.is(Tag::Str))
    raise(ExceptionKind::UFuncNoLoopError,
          "ufunc '{}' did not contain a loop with signature matching types ({}, {}) -> None", ufunc_name(op),
          dtype_text(a), dtype_text(b));
  raise_unsupported(op, a, b, false);
}

Promotion promotion_of(const CallContext& context, BinaryOp op, const Value& a_value, const UfuncOperand& a,
                       const Value& b_value, const UfuncOperand& b) {
  if (context.dialect == Dialect::Python)
    return checked_numpy_promotion(op, a.kind(), a.weak_number(), b.kind(), b.weak_number());
  const std::optional<Promotion> promotion = njit_array_promotion(op, a.kind(), b.kind());
  if (!promotion) raise_unsupported(op, a_value, b_value, false);
  return *promotion;
}

// An int power needs exponents that are not negative.
void check_exponents(ScalarKind operand, const Operand& exponents) {
  if (!is_integer(operand) || !is_signed(operand) || is_unsigned_integer(exponents.kind) ||
      exponents.kind == ScalarKind::Bool)
    return;
  Array view;
  view.data = const_cast<std::byte*>(exponents.data);
  view.dtype = exponents.kind;
  view.ndim = static_cast<std::uint8_t>(exponents.ndim);
  std::copy_n(exponents.shape, exponents.ndim, view.shape);
  std::copy_n(exponents.strides, exponents.ndim, view.strides);
  for (ElementCursor cursor(view); !cursor.done(); cursor.advance())
    if (static_cast<std::int64_t>(load_scalar(view.dtype, cursor.at())) < 0)
      raise(ExceptionKind::ValueError, "Integers to negative integer powers are not allowed.");
}

// array ** number, which NumPy computes in ways of its own. The square is worth a loop without calls.
void power_by_scalar(const UfuncOperand& a, double exponent, ScalarKind operand, Array& out) {
  if (exponent == 2.0)
    run_elementwise(binary_loop(BinaryOp::Mul, operand, Dialect::Python), a.operand(), a.operand(), out);
  else
    run_elementwise(power_by_scalar_loop(operand, exponent), a.operand(), out);
}

void compute(const CallContext& context, BinaryOp op, ScalarKind operand, const UfuncOperand& a, const UfuncOperand& b,
             Array& out) {
  if (op == BinaryOp::Pow) {
    if (out.size() > 0) check_exponents(operand, b.operand());
    if (context.dialect == Dialect::Python && is_float(operand) && a.array() && b.number().is_number()) {
      power_by_scalar(a, number_as_double(b.number()), operand, out);
      return;
    }
  }
  run_elementwise(binary_loop(op, operand, context.dialect), a.operand(), b.operand(), out);
}

Value all_equal_to(const CallContext& context, const Array& array, bool outcome) {
  const Operand operand(array);
  Ref<Array> out = make_like(ScalarKind::Bool, Shape(array), {&operand});
  const ScalarBits bits = outcome;
  copy_elements(Operand(ScalarKind::Bool, bits), *out);
  return scalar_if_0d(context, out);
}

ElementLoop comparison_of(const CallContext& context, CompareOp op, const UfuncOperand& a, const UfuncOperand& b) {
  if (context.dialect == Dialect::Njit) return compare_loop(op, njit_compare_operand(a.kind(), b.kind()));
  if (numpy_compare_is_mixed(a.kind(), a.is_weak(), b.kind(), b.is_weak()))
    return compare_mixed_loop(op, a.kind() != ScalarKind::UInt64);
  return compare_loop(op, numpy_compare_operand(a.kind(), a.is_weak(), b.kind(), b.is_weak()));
}

void check_output_shape(const Array& target, const UfuncOperand& b) {
  const Operand left(target), right = b.operand();
  if (right.ndim == 0) return;
  Shape shape;
  try {
    shape = broadcast_shapes({&left, &right});
  } catch (const GuestError&) {
    broadcast_shapes({&left, &right, &left}); // NumPy names the output too
  }
  if (!(shape == Shape(target)))
    raise(ExceptionKind::ValueError,
          "non-broadcastable output operand with shape {} doesn't match the broadcast shape {}",
          compact_shape_text(target.dims()), compact_shape_text(shape.dims()));
}

} // namespace

bool has_separate_elements(const Array& array) {
  std::vector<std::pair<std::int64_t, std::int64_t>> dimensions; // stride, length
  if (array.size() == 0) return true;
  for (int d = 0; d < array.ndim; ++d)
    if (array.shape[d] > 1) dimensions.emplace_back(std::abs(array.strides[d]), array.shape[d]);
  std::sort(dimensions.begin(), dimensions.end());
  std::int64_t filled = array.item_size();
  for (const auto& [stride, length] : dimensions) {
    if (stride < filled) return false;
    filled += (length - 1) * stride;
  }
  return true;
}

UfuncOperand::UfuncOperand(CallContext& context, const Value& value) {
  if (value.is_number()) {
    number_ = value;
    bits_ = value.bits();
  } else {
    array_ = to_array(context, value, std::nullopt);
  }
}

void UfuncOperand::detach_from(const Array& written) {
  if (array_ && may_overlap(*array_, written) && !same_elements(*array_, written)) array_ = copy_of(*array_);
}

bool can_cast_same_kind(ScalarKind from, ScalarKind to) {
  auto rank = [](ScalarKind kind) {
    return kind == ScalarKind::Bool ? 0 : is_float(kind) ? 3 : is_unsigned_integer(kind) ? 1 : 2;
  };
  return rank(from) <= rank(to);
}

void check_writable(const Array& array, const char* text) {
  if (!array.writable) throw GuestError(ExceptionKind::ValueError, text);
}

Value scalar_if_0d(const CallContext& context, const Ref<Array>& array) {
  if (array->ndim != 0) return Value(array);
  return dialect_scalar(context, array->dtype, load_scalar(array->dtype, array->data));
}

Value apply_ufunc(CallContext& context, const ElementLoop& loop, ScalarKind result, const Operand& a) {
  Ref<Array> out = make_like(result, broadcast_shapes({&a}), {&a});
  run_elementwise(loop, a, *out);
  return scalar_if_0d(context, out);
}

Value apply_ufunc(CallContext& context, const ElementLoop& loop, ScalarKind result, const Operand& a,
                  const Operand& b) {
  Ref<Array> out = make_like(result, broadcast_shapes({&a, &b}), {&a, &b});
  run_elementwise(loop, a, b, *out);
  return scalar_if_0d(context, out);
}

Value array_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b) {
  if (op == BinaryOp::MatMul) return matrix_product(context, a, b);
  if (!UfuncOperand::accepts(a) || !UfuncOperand::accepts(b)) raise_no_loop(op, a, b);
  const UfuncOperand x(context, a), y(context, b);
  const Promotion promotion = promotion_of(context, op, a, x, b, y);
  const Operand left = x.operand(), right = y.operand();
  Ref<Array> out = make_like(promotion.result, broadcast_shapes({&left, &right}), {&left, &right});
  compute(context, op, promotion.operand, x, y, *out);
  return scalar_if_0d(context, out);
}

Value njit_ufunc_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b) {
  const UfuncOperand x(context, a), y(context, b);
  const std::optional<ScalarKind> kind = njit_ufunc(op, x.kind(), y.kind());
  if (!kind) raise_unsupported(op, a, b, false);
  const Operand left = x.operand(), right = y.operand();
  Ref<Array> out = make_like(*kind, broadcast_shapes({&left, &right}), {&left, &right});
  compute(context, op, *kind, x, y, *out);
  return scalar_if_0d(context, out);
}

void array_inplace(CallContext& context, BinaryOp op, const Value& target_value, const Value& b) {
  if (op == BinaryOp::MatMul) {
    raise(ExceptionKind::TypeError,
          "In-place matrix multiplication is not (yet) supported. Use 'a = a @ b' instead of 'a @= b'.");
  }
  if (!UfuncOperand::accepts(b)) raise_no_loop(op, target_value, b);
  Array& target = target_value.as<Array>();
  const UfuncOperand x(context, target_value);
  UfuncOperand y(context, b);
  const Promotion promotion = promotion_of(context, op, target_value, x, b, y);
  if (!can_cast_same_kind(promotion.result, target.dtype))
    raise(ExceptionKind::UFuncOutputCastingError,
          "Cannot cast ufunc '{}' output from dtype('{}') to dtype('{}') with casting rule 'same_kind'", ufunc_name(op),
          name_of(promotion.result), name_of(target.dtype));
  check_output_shape(target, y);
  check_writable(target, "output array is read-only");
  y.detach_from(target);
  if (context.store_log) context.store_log->note_all(target);
  if (has_separate_elements(target)) {
    compute(context, op, promotion.operand, x, y, target);
    return;
  }
  // All of the right side is computed before anything is stored.
  const Ref<Array> result = Array::make(target.dtype, target.dims(), false);
  compute(context, op, promotion.operand, x, y, *result);
  copy_elements(Operand(*result), target);
}

Value array_compare(CallContext& context, CompareOp op, const Value& a, const Value& b) {
  const Array& some_array = a.is(Tag::Array) ? a.as<Array>() : b.as<Array>();
  if (!UfuncOperand::accepts(a) || !UfuncOperand::accepts(b)) {
    if (op == CompareOp::Eq || op == CompareOp::Ne) return all_equal_to(context, some_array, op == CompareOp::Ne);
    raise_not_comparable(op, a, b);
  }
  const UfuncOperand x(context, a), y(context, b);
  return apply_ufunc(context, comparison_of(context, op, x, y), ScalarKind::Bool, x.operand(), y.operand());
}

Value array_unary(CallContext& context, UnaryOp op, const Array& a) {
  const std::optional<Promotion> promotion =
      context.dialect == Dialect::Njit ? njit_array_unary(op, a.dtype) : numpy_unary(op, a.dtype);
  if (!promotion) raise_numpy_refusal(op, a.dtype);
  return apply_ufunc(context, unary_loop(op, promotion->operand), promotion->result, Operand(a));
}

Value array_abs(CallContext& context, const Array& a) {
  return apply_ufunc(context, abs_loop(a.dtype), a.dtype, Operand(a));
}

Value array_power_literal(CallContext& context, const Array& a, std::int64_t n) {
  const ScalarKind operand =
      is_float(a.dtype) ? a.dtype : njit_array_promotion(BinaryOp::Pow, a.dtype, ScalarKind::Int64)->result;
  if (is_integer(operand) && n < 0)
    raise(ExceptionKind::ValueError, "Integers to negative integer powers are not allowed.");
  return apply_ufunc(context, power_literal_loop(operand, n), operand, Operand(a));
}

} // namespace pyvm
