// What an inner loop adds under a condition, `if c: s += x`, made into something that it always adds.
//
//   q = if c { t = add s, x; yield t }          y = if c { yield x } else { yield identity }
//       else { yield s }                  =>    q = add s, y
//
// Then the loop carries what each iteration does no more to than `next = carried op own`, which lanes can fold
// (folds.cpp). No bit changes: the identity of a sum of floats is -0.0, that of a difference 0.0, of an extreme the
// infinity that is never taken. What one iteration contributes several times, on its way through several conditions,
// joins before it is added where that is exact, which it is for integers; of floats one contribution is allowed on each
// way.
//
// In scalar code it is a loss: the branch that is foreseen becomes a link of the chain. So it is done to a copy of the
// region, and kept for the loops that go into lanes.
#pragma once

#include <functional>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

// Changes the `for` loops of the region that are wanted and can be; which those were. Ids of instructions stay.
std::vector<ir::InstructionId> separate_contributions(ir::Region& region,
                                                      const std::function<bool(ir::InstructionId)>& wanted);

} // namespace pyvm::tracer::nest
