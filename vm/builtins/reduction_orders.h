// The two orders in which arrays are reduced. In both, `source` has the kind of `result`, and `result` has all axes of
// the source with length 1 where they are reduced; its elements are overwritten.
#pragma once

#include "vm/builtins/reductions.h"

namespace pyvm {

// NumPy's: axes by falling stride, pairwise sums where the fastest axis is reduced, one element after the other
// elsewhere. Mean gives the sum.
void reduce_as_numpy(ArrayReduction reduction, const Array& source, const ReductionAxes& axes, Array& result);

// DESIGN section 6 over C order: blocks of 4096, 32 lanes, a fixed tree. A zero (one, first element) is the live-in
// value. Mean gives the sum; Any and All have no order.
void reduce_by_grid(ArrayReduction reduction, const Array& source, const ReductionAxes& axes, Array& result);

} // namespace pyvm
