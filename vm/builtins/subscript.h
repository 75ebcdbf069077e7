// object[subscripts] and its stores.
//
// A literal `a[i, j]` arrives as two subscripts, `a[t]` as one; for arrays a tuple as the only subscript means the same
// as its items. Integers, slices, Ellipsis and None give views (a scalar when integers name every axis); one mask or
// one integer array as the only subscript selects copies, as in NumPy.
#pragma once

#include <span>

#include "vm/object/array.h"
#include "vm/object/objects.h"

namespace pyvm {

Value get_item(CallContext& context, const Value& object, std::span<const Value> subscripts);
void set_item(CallContext& context, const Value& object, std::span<const Value> subscripts, const Value& value);

// target[...] = value, with broadcasting; the right-hand side is the old array also where both overlap.
void assign_array(CallContext& context, Array& target, const Value& value);

// Where a slice of something with `length` items begins, and how many it has (slice.indices).
struct SliceBounds {
  std::int64_t start, step, count;
};
SliceBounds bounds_of(const Slice& slice, std::int64_t length);

// array[k] along the first axis: a view, or a scalar of the dialect for one dimension. k is inside.
Value array_row(const CallContext& context, const Array& array, std::int64_t k);

} // namespace pyvm
