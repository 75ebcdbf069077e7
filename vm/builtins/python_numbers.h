// What numbers.cpp takes from python_numbers.cpp: CPython's int, float and bool. Results are Unbound where CPython has
// no such operator.
#pragma once

#include "vm/object/objects.h"
#include "vm/semantics/operators.h"

namespace pyvm {

Value python_binary(BinaryOp op, const Value& a, const Value& b);
Value python_unary(UnaryOp op, const Value& a);
bool python_compare(CompareOp op, const Value& a, const Value& b);
// float ** float: ZeroDivisionError, OverflowError, and a ValueError for what would be complex.
double python_float_power(double a, double b);

} // namespace pyvm
