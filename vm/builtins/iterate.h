// Iteration, unpacking and len.
#pragma once

#include "vm/object/objects.h"

namespace pyvm {

// iter(value): "'int' object is not iterable", "iteration over a 0-d array". An iterator is its own.
Ref<Iterator> iterate(CallContext& context, const Value& value);
// The iterator is about to: no piece of a program may be run twice that takes items which others take too
// (store_log.h).
void advances(const Iterator& iterator);

// a, b, c = value into out[0 .. count): ValueError "not enough values to unpack (expected 3, got 2)" or
// "too many values to unpack (expected 2)".
void unpack(CallContext& context, const Value& value, std::size_t count, Value* out);

// len(value): "object of type 'int' has no len()".
std::int64_t length_of(CallContext& context, const Value& value);

// All values, in order.
std::vector<Value> collected(CallContext& context, const Value& iterable);

// enumerate, zip, reversed
Ref<Iterator> enumerate_values(CallContext& context, const Value& iterable, std::int64_t start);
Ref<Iterator> zip_values(CallContext& context, std::span<const Value> iterables);
Ref<Iterator> reversed_values(CallContext& context, const Value& sequence);

} // namespace pyvm
