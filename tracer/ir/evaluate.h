#pragma once
// The IR's meaning: a slow evaluator with the contract of compiled code. What it answers, every backend must answer.

#include <cstdint>

#include "tracer/ir/ir.h"
#include "tracer/ir/region_abi.h"

namespace pyvm::ir {

// Runs ordinals [begin, end) of a region that verifies, in lanes when its types have lanes, and returns as RegionCode
// does: `ran_to_end`, or the exit that was taken, with its values, ordinal and gang in the context. Subscripts out of
// range, which a region must not compute, are assertions here.
std::int64_t evaluate(const Region& region, RegionContext* context, std::int64_t begin, std::int64_t end);

} // namespace pyvm::ir
