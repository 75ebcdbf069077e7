// The operators of the guest on any values, in the dialect of the context. Errors are CPython 3.11's and NumPy 2's.
#pragma once

#include "vm/object/objects.h"
#include "vm/semantics/operators.h"

namespace pyvm {

Value binary(CallContext& context, BinaryOp op, const Value& a, const Value& b);
// The new value of the target: arrays are changed in place and returned, other targets give a new value.
Value inplace(CallContext& context, BinaryOp op, Value target, const Value& operand);
Value unary(CallContext& context, UnaryOp op, const Value& operand);
// Including is, is not, in, not in. Arrays compare element by element.
Value compare(CallContext& context, CompareOp op, const Value& a, const Value& b);
// base ** n where n is a literal in the source: inside njit by binary powers, outside the plain operator.
Value power_literal(CallContext& context, const Value& base, std::int64_t n);

// bool(value): ValueError for arrays of more than one element.
bool truth(CallContext& context, const Value& value);
// a == b as one truth; what `in` and tuple comparison need. Identical objects are equal.
bool equal(CallContext& context, const Value& a, const Value& b);
bool identical(const Value& a, const Value& b);
Value absolute_of(CallContext& context, const Value& value);

} // namespace pyvm
