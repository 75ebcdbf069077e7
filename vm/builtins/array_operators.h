// Operators where at least one operand is an array: element by element, with broadcasting, into a new array (a scalar
// when all operands have no dimensions), or in place with NumPy's casting rule 'same_kind'.
#pragma once

#include "vm/builtins/elementwise.h"
#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/operators.h"

namespace pyvm {

Value array_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b);
Value array_compare(CallContext& context, CompareOp op, const Value& a, const Value& b);
Value array_unary(CallContext& context, UnaryOp op, const Array& a);
Value array_abs(CallContext& context, const Array& a);
Value array_power_literal(CallContext& context, const Array& a, std::int64_t n);
// target op= b. The right-hand side is the old array, also where both share memory.
void array_inplace(CallContext& context, BinaryOp op, const Value& target, const Value& b);

// An operand of a ufunc: an array, or a number. Tuples become arrays. `weak` says that it is a Python number.
class UfuncOperand {
public:
  // False when the value is neither.
  static bool accepts(const Value& value) { return value.is(Tag::Array) || value.is_number() || value.is(Tag::Tuple); }
  UfuncOperand(CallContext& context, const Value& value);
  UfuncOperand(const UfuncOperand&) = delete;
  UfuncOperand& operator=(const UfuncOperand&) = delete;

  ScalarKind kind() const { return array_ ? array_->dtype : number_.scalar_kind(); }
  bool is_weak() const { return !array_ && number_.is_python_number(); }
  const Value* weak_number() const { return is_weak() ? &number_ : nullptr; }
  // The number itself; Unbound for arrays with dimensions.
  const Value& number() const { return number_; }
  const Array* array() const { return array_.get(); }
  Operand operand() const { return array_ ? Operand(*array_) : Operand(number_.scalar_kind(), bits_); }
  // An operand that shares elements with what is about to be written becomes a copy.
  void detach_from(const Array& written);

private:
  Ref<Array> array_;
  Value number_;
  ScalarBits bits_ = 0;
};

// out = loop(a), loop(a, b) in a new array of `result` kind; 0 dimensions give a scalar of the dialect.
Value apply_ufunc(CallContext& context, const ElementLoop& loop, ScalarKind result, const Operand& a);
Value apply_ufunc(CallContext& context, const ElementLoop& loop, ScalarKind result, const Operand& a, const Operand& b);
// np.add(a, b) and its kin inside njit, for numbers and arrays. Division by zero raises nothing.
Value njit_ufunc_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b);
// A 0-dimensional array as the dialect's scalar, others as they are.
Value scalar_if_0d(const CallContext& context, const Ref<Array>& array);

// NumPy's casting='same_kind'.
bool can_cast_same_kind(ScalarKind from, ScalarKind to);
void check_writable(const Array& array, const char* text);
// No two elements of the array share memory, as far as strides tell.
bool has_separate_elements(const Array& array);

} // namespace pyvm
