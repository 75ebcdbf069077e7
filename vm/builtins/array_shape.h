// Arrays rearranged: reshape, flatten, transpose, join. Views where strides allow it, copies elsewhere.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "vm/object/array.h"

namespace pyvm {

// One extent may be -1. ValueError "cannot reshape array of size 6 into shape (4,)".
Ref<Array> reshaped(const Ref<Array>& array, std::vector<std::int64_t> shape);
// One dimension, C order.
Ref<Array> flattened(const Ref<Array>& array);
// Axes in another order; ValueError for repeated or missing ones.
Ref<Array> with_axes(const Array& array, std::span<const std::int64_t> axes);
// np.concatenate
Ref<Array> joined(std::span<const Ref<Array>> parts, std::int64_t axis, std::optional<ScalarKind> kind);

} // namespace pyvm
