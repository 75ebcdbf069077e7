// PYVM_STRESS_EXIT=n: makes guard n of a region fail always, so that tests take the exit behind it at every iteration.
#pragma once

#include <cstdint>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// Guards and subscript checks are numbered from 1, in the order of the text; a region with fewer of them stays as it
// is.
void fail_guard(ir::Region& region, std::int64_t number);

} // namespace pyvm::tracer
