// Type names of values and the length of ranges.
#include "vm/object/objects.h"

#include <iterator>

namespace pyvm {

const char* type_name(Tag tag) {
  static constexpr const char* names[] = {
#define TAG(name, python_name, heap) python_name,
#include "vm/object/tags.def"
#undef TAG
  };
  return names[static_cast<std::size_t>(tag)];
}

namespace {

// Value decides by one comparison whether a tag is a heap object; the table has to agree.
constexpr bool heap_tags_stand_last() {
  constexpr bool heap[] = {
#define TAG(name, python_name, is_heap) is_heap,
#include "vm/object/tags.def"
#undef TAG
  };
  for (std::size_t k = 0; k < std::size(heap); ++k)
    if (heap[k] != (k >= static_cast<std::size_t>(first_heap_tag))) return false;
  return true;
}
static_assert(heap_tags_stand_last(), "the heap rows of tags.def begin at first_heap_tag");

} // namespace

std::string type_name_of(const Value& value) {
  switch (value.tag()) {
  case Tag::Exception:
    return exception_name(value.as<Exception>().kind);
  case Tag::Native:
    return value.as<NativeObject>().type_name();
  case Tag::Iterator:
    return value.as<Iterator>().type_name();
  default:
    return type_name(value.tag());
  }
}

// The distance is taken in unsigned arithmetic, where it fits for any two 64-bit ends.
std::uint64_t range_length(std::int64_t start, std::int64_t stop, std::int64_t step) {
  const auto from = static_cast<std::uint64_t>(start), to = static_cast<std::uint64_t>(stop);
  if (step > 0) return start < stop ? (to - from - 1) / static_cast<std::uint64_t>(step) + 1 : 0;
  const std::uint64_t stride = std::uint64_t{0} - static_cast<std::uint64_t>(step);
  return start > stop ? (from - to - 1) / stride + 1 : 0;
}

} // namespace pyvm
