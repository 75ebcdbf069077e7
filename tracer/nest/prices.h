// What instructions cost, roughly, for the choice of plans.
#pragma once

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

// Cycles of one of it, by itself, as a scalar or as a vector; 0 for what makes no code in a loop.
double price(const ir::Instruction& it);

} // namespace pyvm::tracer::nest
