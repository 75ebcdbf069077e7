// The stress switches exit=n and leave=n (vm/support/stress.def): exits that tests take on purpose.
#pragma once

#include <cstdint>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// Guards and subscript checks are numbered from 1, in the order of the text; a region with fewer of them stays as it
// is.
void fail_guard(ir::Region& region, std::int64_t number);

// Puts a guard before guard `number` of a recording, with the same exit, that fails in every fourth iteration of the
// region's own loop. Nothing where that guard stands in no `for`.
void leave_before_guard(ir::Region& recorded, std::int64_t number);

} // namespace pyvm::tracer
