// Index-set splitting: inner loops cut at the one iteration that the others meet.
//
//   for j = lo to hi { a[i, j] = min(a[i, j], a[i, k] + b[j]) }
//
// Iteration j = k writes what all others read, so that lanes would not see it in its turn. Without it the iterations
// are independent. A loop may be run in pieces at any place, and this is a good one:
//
//   for j = lo             to min(k, hi) { ... }
//   if lo <= k < hi        { the body with j = k }
//   for j = max(k + 1, lo) to hi         { ... }
//
// Nothing has to be proved for that, whatever k is. Whether the pieces are independent, the dependence test is asked as
// of any loop, with the numbers of each entry. (Griebl, Feautrier and Lengauer, "Index Set Splitting", IJPP 28, 2000.)
//
// Not the region's own loop: an iteration outside of a loop has no ordinal, so that one that leaves, reduces or draws
// there would be taken for the first (ir.h); and of its bounds nothing is known that would tell its pieces apart.
#pragma once

#include <optional>

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

// The region with the innermost `for` loops inside others cut in which one access of an array follows the index where
// another, of the same array, has a subscript that stands still; one of them is a store. Nothing when there is no such
// loop.
std::optional<ir::Region> split_loops(const ir::Region& region);

} // namespace pyvm::tracer::nest
