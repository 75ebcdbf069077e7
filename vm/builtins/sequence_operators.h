// Operators of str, tuple and range: + * comparison and `in`.
#pragma once

#include "vm/object/objects.h"
#include "vm/semantics/operators.h"

namespace pyvm {

// str + str, tuple + tuple, sequence * int, int * sequence. Unbound where there is no such operator; TypeError with
// CPython's words where one operand is right and the other wrong.
Value sequence_binary(CallContext& context, BinaryOp op, const Value& a, const Value& b);
// a == b for values of one kind that are not numbers or arrays; identity where a class defines no more.
bool sequences_equal(CallContext& context, const Value& a, const Value& b);
// < <= > >= of strings and tuples; TypeError for others.
Value sequence_order(CallContext& context, CompareOp op, const Value& a, const Value& b);
// `item in container`
bool contains(CallContext& context, const Value& container, const Value& item);

} // namespace pyvm
