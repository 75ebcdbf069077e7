// Do the iterations of a prange touch each other's array elements? Asked when the loop begins, with the arrays of the
// moment (DESIGN section 3).
//
// Iterations are separated where one subscript takes another value in each of them. A conflict is proven where no
// subscript separates and all are known; an update (`h[e] += x`) counts as one wherever nothing separates it. What
// cannot be told is independent by the user's declaration.
#pragma once

#include <string>

#include "vm/interp/prange.h"

namespace pyvm {

// Why the iterations have to run in order; empty when they need not.
std::string conflict_of(const PrangeJob& job);

} // namespace pyvm
