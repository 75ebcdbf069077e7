// What subscripts select from an array; shared by reads and stores (subscript.cpp).
#pragma once

#include <span>
#include <vector>

#include "vm/builtins/elementwise.h"
#include "vm/object/array.h"
#include "vm/object/objects.h"

namespace pyvm {

// Integers, slices, Ellipsis and None: a view, or one element.
struct BasicSelection {
  Ref<Array> view; // null when `element` is set
  std::byte* element = nullptr;
};
BasicSelection select_basic(const Array& array, std::span<const Value> subscripts);

// A mask or an integer array: the selected blocks of the array by byte offset, in order.
struct BlockSelection {
  Shape leading;                     // shape of the selection without the block's own axes
  std::vector<std::int64_t> offsets; // one for each block
  int consumed = 0;                  // axes of the array that the subscript stands for
  bool by_mask = false;
};
bool is_block_subscript(const Value& subscript);
BlockSelection select_blocks(const Array& array, const Value& subscript);
// One block, as a view of the array.
Ref<Array> block_view(const Array& array, const BlockSelection& selection);

// A tuple as the only subscript stands for its items.
std::span<const Value> flattened_subscripts(std::span<const Value> subscripts);

} // namespace pyvm
