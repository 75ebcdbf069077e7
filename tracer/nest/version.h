// Bounds that are known only where an inner loop begins.
//
// `for k in range(ptr[i], ptr[i + 1])` has bounds that no row at entry can speak of, and so each val[k] in it keeps its
// check, and each check its exit. But at the loop's head both ends are numbers: two comparisons for each subscript say
// whether all of them are in range. So the loop is written twice, without those checks and with them, and the numbers
// choose:
//
//   for k = lo to hi {                  ok = lo < hi and 0 <= lo + c <= (hi - 1) + c < length
//     at = index (k + c), length !0     if ok { for k = lo to hi { ... (k + c) ... } }
//     ...                         =>    else  { for k = lo to hi { at = index (k + c), length !0; ... } }
//   }
//
// Wrapping sums do no harm: where both ends lie in [0, length), in this order, everything between them does.
#pragma once

#include <optional>

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

// The region with its innermost `for` loops versioned; nothing when no loop has a check that this would save.
std::optional<ir::Region> version_loops(const ir::Region& region);

} // namespace pyvm::tracer::nest
