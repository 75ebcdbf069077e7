#pragma once
// Whether a loop has a first iteration.

#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// True for a `loop`, for a `for` over the whole grain (never empty), and for one with constant bounds that are apart.
// `made`: which instruction defines each value (ir::definitions); values beyond its end count as unknown.
bool runs_at_least_once(const ir::Region& region, const std::vector<ir::InstructionId>& made,
                        const ir::Instruction& loop);

// The value of lo < hi of a `for`, written at the end of `code`.
ir::ValueId trips_condition(ir::Region& region, ir::InstructionId loop, std::vector<ir::InstructionId>& code);

} // namespace pyvm::tracer
