#pragma once
// What each computing op of the IR means for one lane: the bridge from ir_ops.def to vm/semantics, which holds the
// arithmetic. Constant folding and the evaluator call it; compiled code must give the same bits.

#include <span>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// True for ops whose result in a lane depends on nothing but the operands in that lane.
bool computes_by_lane(Op op);

// One lane of `instruction` (an op for which computes_by_lane holds). `operand` is the base of its operand 0 - of
// operand 1 for select -, `result` the base of its result.
ScalarBits compute(const Instruction& instruction, Base operand, Base result, std::span<const ScalarBits> values);

} // namespace pyvm::ir
