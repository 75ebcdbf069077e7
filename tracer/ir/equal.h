#pragma once
// Whether two regions say the same, whatever the ids of their values and instructions.

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// Slots, exits, bodies, attributes and guest lines agree, and values correspond one to one. Both must verify.
bool same(const Region& a, const Region& b);

} // namespace pyvm::ir
