// ndarray: a typed, strided view of a buffer, as NumPy defines it
// (https://numpy.org/doc/stable/reference/arrays.ndarray.html). 0 to 8 dimensions, any strides (negative, zero,
// unaligned), native byte order. A view keeps its Buffer alive.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string>

#include "vm/object/maker.h"
#include "vm/object/value.h"

namespace pyvm {

constexpr int max_dimensions = 8;

// Memory that arrays share. `release` runs when the last array is gone (frees memory, or drops a foreign owner).
// Unlike other objects it is counted atomically: prange workers make views of the caller's arrays, each of which is an
// object of its thread, over one buffer.
class Buffer final {
public:
  using Release = void (*)(void* owner, std::byte* data, std::size_t bytes);
  Buffer(std::byte* data, std::size_t bytes, Release on_release, void* owner)
      : data_(data), bytes_(bytes), release_(on_release), owner_(owner) {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (release_) release_(owner_, data_, bytes_);
  }
  void retain() { arrays_.fetch_add(1, std::memory_order_relaxed); }
  // The last array's thread sees all writes of the others before the memory goes.
  void release() {
    if (arrays_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  void* owner() const { return owner_; }
  const Maker& maker() const { return maker_; }

  // 64-byte aligned; 4 MB and more on huge pages where the system has them. MemoryError (GuestError) when there is
  // none.
  static Ref<Buffer> allocate(std::size_t bytes, bool zeroed);

private:
  std::byte* data_;
  std::size_t bytes_;
  Release release_;
  void* owner_;
  Maker maker_;
  std::atomic<std::uint32_t> arrays_ = 0;
};

// The bytes an array can touch: [begin, end).
struct MemoryExtent {
  std::byte* begin;
  std::byte* end;
};

class Array final : public Object {
public:
  Array() : Object(Tag::Array) {}

  Ref<Buffer> buffer;
  std::byte* data = nullptr; // element [0, ..., 0]
  ScalarKind dtype = ScalarKind::Float64;
  std::uint8_t ndim = 0;
  bool writable = true;
  std::int64_t shape[max_dimensions] = {};
  std::int64_t strides[max_dimensions] = {}; // bytes

  std::span<const std::int64_t> dims() const { return {shape, ndim}; }
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int k = 0; k < ndim; ++k) n *= shape[k];
    return n;
  }
  std::int64_t item_size() const { return static_cast<std::int64_t>(size_of(dtype)); }
  bool is_c_contiguous() const;
  bool is_f_contiguous() const;
  MemoryExtent extent() const;

  // C order. ValueError for negative dimensions, too many of them, or too many bytes; MemoryError when there is no
  // memory.
  static Ref<Array> make(ScalarKind dtype, std::span<const std::int64_t> shape, bool zeroed);
  Ref<Array> view() const;
};

// False proves that the arrays have no byte in common; true says that their extents meet.
bool may_overlap(const Array& a, const Array& b);
// The same elements in the same order: same address, dtype, shape and strides.
bool same_elements(const Array& a, const Array& b);

// "(2, 3)", "(5,)", "()"
std::string shape_text(std::span<const std::int64_t> shape);

// Runs over the elements of an array in C order; used by copies, printing and reductions.
class ElementCursor {
public:
  explicit ElementCursor(const Array& array) : array_(array), at_(array.data), left_(array.size()) {}
  bool done() const { return left_ == 0; }
  std::byte* at() const { return at_; }
  void advance() {
    --left_;
    for (int k = array_.ndim - 1; k >= 0; --k) {
      at_ += array_.strides[k];
      if (++index_[k] < array_.shape[k]) return;
      at_ -= array_.strides[k] * array_.shape[k];
      index_[k] = 0;
    }
  }

private:
  const Array& array_;
  std::byte* at_;
  std::int64_t left_;
  std::int64_t index_[max_dimensions] = {};
};

} // namespace pyvm
