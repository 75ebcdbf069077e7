// Operators on scalars, in both dialects. Python's own numbers outside njit follow CPython 3.11 (an int that leaves 64
// bits is an OverflowError), NumPy's scalars NEP 50, and inside njit the table of vm/semantics decides. The arithmetic
// itself is vm/semantics'; here it is decided in which kind to compute and what raises.
#pragma once

#include <cstdint>
#include <optional>

#include "vm/object/objects.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/operators.h"
#include "vm/semantics/promotion.h"

namespace pyvm {

// The scalar as the dialect shows it: np.float64(x) outside njit, x inside.
inline Value dialect_scalar(const CallContext& context, ScalarKind kind, ScalarBits bits) {
  return context.dialect == Dialect::Njit ? Value::njit_scalar(kind, bits) : Value::numpy_scalar(kind, bits);
}

// "unsupported operand type(s) for +: 'int' and 'str'"
[[noreturn]] void raise_unsupported(BinaryOp op, const Value& a, const Value& b, bool in_place);
// "'<' not supported between instances of 'int' and 'str'"
[[noreturn]] void raise_not_comparable(CompareOp op, const Value& a, const Value& b);
// "ufunc 'sqrt' not supported for the input types, ..."
[[noreturn]] void raise_no_ufunc_types(std::string_view ufunc);
// What NumPy says where it has no loop of `op` for the kind: -, + and ~ of bools and floats.
[[noreturn]] void raise_numpy_refusal(UnaryOp op, ScalarKind kind);
[[noreturn]] void raise_int_too_large();

// Both operands are numbers.
Value number_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b, bool in_place);
Value number_unary(CallContext& context, UnaryOp op, const Value& a);
bool number_compare(const CallContext& context, CompareOp op, const Value& a, const Value& b);
Value number_abs(const CallContext& context, const Value& a);
// a ** n for a literal n (DESIGN section 2: inside njit by binary powers).
Value number_power_literal(CallContext& context, const Value& a, std::int64_t n);

// How NumPy computes `a op b` for these operands; TypeError for what it refuses, OverflowError for a Python int that
// does not fit. `value` gives the number of a weak (Python) side.
Promotion checked_numpy_promotion(BinaryOp op, ScalarKind a, const Value* weak_a, ScalarKind b, const Value* weak_b);
// int(x) and float(x) of a number. ValueError for NaN, OverflowError for inf and beyond int64.
Value to_python_int(CallContext& context, const Value& number);
std::int64_t checked_int64(const CallContext& context, double value);
// Of a value that has no int64: for good inside njit, so far outside.
[[noreturn]] void raise_beyond_int64(const CallContext& context);
inline double number_as_double(const Value& number) { return as_double(number.scalar_kind(), number.bits()); }

} // namespace pyvm
