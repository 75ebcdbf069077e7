// Arrays from values, copies, and the conversion of one value to an array's element.
#pragma once

#include <optional>

#include "vm/object/array.h"
#include "vm/object/objects.h"

namespace pyvm {

// The array that a value is. A lent one belongs to another thread, which alone may count it: it is seen through a view
// of this thread's own.
Ref<Array> array_in(const Value& value);

// np.asarray: an array is returned as it is (converted when `kind` asks for another), numbers, tuples and ranges become
// one. ValueError for ragged tuples, TypeError for elements that are no numbers.
Ref<Array> to_array(CallContext& context, const Value& value, std::optional<ScalarKind> kind);

// A copy with NumPy's order='K'.
Ref<Array> copy_of(const Array& array);
// A copy in C order, converted.
Ref<Array> c_order_copy(const Array& array, ScalarKind kind);
// The array itself when it is C-contiguous, else a copy.
Ref<Array> as_c_contiguous(const Ref<Array>& array);
// Every element converted, order='K'; always a copy.
Ref<Array> converted_copy(const Array& array, ScalarKind kind);

// The bits of `value` as an element of `kind`. Inside njit DESIGN section 2's conversion; outside NumPy 2's: ValueError
// for NaN to int, OverflowError "Python integer 300 out of bounds for uint8", text is parsed.
ScalarBits element_bits(CallContext& context, const Value& value, ScalarKind kind);
// Fills with one value.
void fill_array(Array& array, ScalarBits bits);

// An array of the shape, filled with `bits` of its kind.
Ref<Array> filled_array(ScalarKind kind, std::span<const std::int64_t> shape, ScalarBits bits);

} // namespace pyvm
