// Reductions of arrays. Outside njit they take NumPy's order (pairwise sums along the fastest axis), inside njit
// DESIGN section 6's grid over C order; both give the same bits on every run.
#pragma once

#include <optional>

#include "vm/object/array.h"
#include "vm/object/objects.h"

namespace pyvm {

enum class ArrayReduction : std::uint8_t { Sum, Prod, Min, Max, Mean, Any, All };

// The kind in which elements are combined where no dtype= asks for another.
ScalarKind reduced_kind(ArrayReduction reduction, ScalarKind element);

struct ReductionAxes {
  bool all = true;
  bool reduced[max_dimensions] = {};
  bool keep_dimensions = false;
};
// axis=None, an int, or a tuple of ints; AxisError for what the array does not have.
ReductionAxes reduction_axes(const Array& array, const Value& axis, bool keep_dimensions);

// `kind`: dtype= of sum, prod and mean.
Value reduce_array(CallContext& context, ArrayReduction reduction, const Ref<Array>& array, const ReductionAxes& axes,
                   std::optional<ScalarKind> kind);

// Index of the first smallest or largest element (NaN counts as both), over C order or along one axis.
Value arg_extreme(CallContext& context, const Array& array, bool largest, std::optional<int> axis);

bool any_true(const Array& array);
bool all_true(const Array& array);

// An axis counted from the end where it is negative; AxisError outside.
int checked_axis(std::int64_t axis, int ndim);

} // namespace pyvm
