// Memory of arrays, and making them.
//
// Small buffers come from aligned_alloc; from 4 MB on each is whole pages of its own (large_blocks.h).
#include "vm/object/array.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "vm/object/guest_error.h"
#include "vm/object/large_blocks.h"
#include "vm/object/objects.h"
#include "vm/support/stress.h"

namespace pyvm {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t large = std::size_t{4} << 20;

void release_heap(void*, std::byte* data, std::size_t) { std::free(data); }

// The stress switch `guard-pages`: the end of the memory stands against a page that must not be touched (with
// `at_end`), or its start does. Zeroed or not: memory that is not to be relied on is filled with ones, which no kernel
// expects.
Ref<Buffer> map_beside_guard(std::size_t bytes, bool zeroed, bool at_end) {
  const std::size_t page = 4096, used = (bytes + page - 1) / page * page;
  if (used < bytes || used > SIZE_MAX - 2 * page) return {};
  void* mapped = mmap(nullptr, used + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return {};
  std::byte* const first = static_cast<std::byte*>(mapped) + page;
  if (used && mprotect(first, used, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapped, used + 2 * page);
    return {};
  }
  if (!zeroed) std::memset(first, 0xff, used);
  const auto release = [](void*, std::byte* data, std::size_t size) {
    std::byte* const first_page = data - reinterpret_cast<std::uintptr_t>(data) % page;
    munmap(first_page - page, (size + page - 1) / page * page + 2 * page);
  };
  return make<Buffer>(at_end ? first + used - bytes : first, bytes, release, nullptr);
}

// Null when there is no memory.
Ref<Buffer> try_allocate(std::size_t bytes, bool zeroed) {
  if (const auto side = stressed(StressSwitch::GuardPages, [&] { return fmt::format("{} bytes", bytes); }))
    return map_beside_guard(bytes, zeroed, *side != 2);
  if (bytes >= large) {
    std::byte* const data = allocate_large(bytes, zeroed);
    if (!data) return {};
    return make<Buffer>(
        data, bytes, [](void*, std::byte* from, std::size_t size) { release_large(from, size); }, nullptr);
  }
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = std::aligned_alloc(alignment, rounded ? rounded : alignment);
  if (!data) return {};
  if (zeroed) std::memset(data, 0, bytes);
  return make<Buffer>(static_cast<std::byte*>(data), bytes, release_heap, nullptr);
}

// NumPy's `_size_to_string`: three digits with a binary unit.
std::string size_text(std::size_t bytes) {
  static constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int unit = 0;
  while (unit < 6 && (bytes >> (10 * (unit + 1))) != 0) ++unit;
  double count = static_cast<double>(bytes) / static_cast<double>(std::uint64_t{1} << (10 * unit));
  if (count >= 1023.5 && unit < 6) {
    ++unit;
    count /= 1024;
  }
  const char* format = unit == 0 ? "%.0f" : count < 999.5 ? "%#.3g" : "%#.0f";
  char text[32];
  std::snprintf(text, sizeof text, format, count);
  return fmt::format("{} {}", text, units[unit]);
}

// Bytes of a C-ordered array; the dimensions are checked as NumPy checks them.
std::size_t checked_bytes(ScalarKind dtype, std::span<const std::int64_t> shape) {
  if (shape.size() > max_dimensions)
    raise(ExceptionKind::ValueError, "maximum supported dimension for an ndarray is currently {}, found {}",
          max_dimensions, shape.size());
  std::int64_t bytes = static_cast<std::int64_t>(size_of(dtype));
  bool empty = false, too_big = false;
  for (std::int64_t extent : shape) {
    if (extent < 0) raise(ExceptionKind::ValueError, "negative dimensions are not allowed");
    if (extent == 0)
      empty = true;
    else
      too_big |= __builtin_mul_overflow(bytes, extent, &bytes);
  }
  if (too_big)
    raise(ExceptionKind::ValueError,
          "array is too big; `arr.size * arr.dtype.itemsize` is larger than the maximum possible size.");
  return empty ? 0 : static_cast<std::size_t>(bytes);
}

} // namespace

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "(";
  for (std::size_t k = 0; k < shape.size(); ++k) text += fmt::format("{}{}", k ? ", " : "", shape[k]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

Ref<Buffer> Buffer::allocate(std::size_t bytes, bool zeroed) {
  Ref<Buffer> buffer = try_allocate(bytes, zeroed);
  if (!buffer) raise(ExceptionKind::MemoryError, "Unable to allocate {}", size_text(bytes));
  return buffer;
}

Ref<Array> Array::make(ScalarKind dtype, std::span<const std::int64_t> shape, bool zeroed) {
  const std::size_t bytes = checked_bytes(dtype, shape);
  Ref<Array> array = pyvm::make<Array>();
  array->buffer = try_allocate(bytes, zeroed);
  if (!array->buffer)
    raise(ExceptionKind::ArrayMemoryError, "Unable to allocate {} for an array with shape {} and data type {}",
          size_text(bytes), shape_text(shape), name_of(dtype));
  array->data = array->buffer->data();
  array->dtype = dtype;
  array->ndim = static_cast<std::uint8_t>(shape.size());
  std::int64_t stride = array->item_size();
  for (int k = array->ndim - 1; k >= 0; --k) {
    array->shape[k] = shape[static_cast<std::size_t>(k)];
    array->strides[k] = stride;
    stride *= array->shape[k] ? array->shape[k] : 1;
  }
  return array;
}

Ref<Array> Array::view() const {
  Ref<Array> other = pyvm::make<Array>();
  other->buffer = buffer;
  other->data = data;
  other->dtype = dtype;
  other->ndim = ndim;
  other->writable = writable;
  std::memcpy(other->shape, shape, sizeof shape);
  std::memcpy(other->strides, strides, sizeof strides);
  return other;
}

// A dimension of one element may have any stride, and an empty array is contiguous, as in NumPy.
bool Array::is_c_contiguous() const {
  if (size() == 0) return true;
  std::int64_t expected = item_size();
  for (int k = ndim - 1; k >= 0; --k) {
    if (shape[k] != 1 && strides[k] != expected) return false;
    expected *= shape[k];
  }
  return true;
}

bool Array::is_f_contiguous() const {
  if (size() == 0) return true;
  std::int64_t expected = item_size();
  for (int k = 0; k < ndim; ++k) {
    if (shape[k] != 1 && strides[k] != expected) return false;
    expected *= shape[k];
  }
  return true;
}

MemoryExtent Array::extent() const {
  if (size() == 0) return {data, data};
  std::byte *low = data, *high = data + item_size();
  for (int k = 0; k < ndim; ++k) (strides[k] < 0 ? low : high) += strides[k] * (shape[k] - 1);
  return {low, high};
}

bool may_overlap(const Array& a, const Array& b) {
  const MemoryExtent x = a.extent(), y = b.extent();
  return x.begin < y.end && y.begin < x.end;
}

bool same_elements(const Array& a, const Array& b) {
  if (a.data != b.data || a.dtype != b.dtype || a.ndim != b.ndim) return false;
  for (int k = 0; k < a.ndim; ++k)
    if (a.shape[k] != b.shape[k] || (a.shape[k] > 1 && a.strides[k] != b.strides[k])) return false;
  return true;
}

} // namespace pyvm
