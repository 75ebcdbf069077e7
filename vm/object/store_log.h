// What an interpreted piece of a program stores into arrays that were there before it, so that the piece can be undone
// and run again (PYVM_VERIFY, tracer/trace/verify.h).
//
// While a log lives, it is its thread's: every element that guest code is about to store is noted with the value that
// it has. Stores go to memory all the same, so that loads, views and array expressions need not know of the log;
// rolling back puts the old values into place and keeps the new ones. Memory that was allocated while the log lives is
// private to the piece and not noted.
//
// Who stores for guest code notes it here first: a subscript's store, a slice's, `op=` and fill (vm/builtins), and
// nobody else. What leaves other marks than array elements (output, a random state, the clock, an iterator) asks
// `leaves_marks` first: under a log that throws Unrepeatable, and the piece is not to be run twice.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/philox.h"

namespace pyvm {

// Frames are left without a trace, as for GrainStopped; who began the log catches it.
struct Unrepeatable {
  const char* what; // "print", for the log of events
};

class StoreLog {
public:
  // The log of this thread and of its interpreter's context, until it goes. One at a time.
  explicit StoreLog(CallContext& context);
  ~StoreLog();
  StoreLog(const StoreLog&) = delete;
  StoreLog& operator=(const StoreLog&) = delete;

  // Guest code is about to store this element of the array, or all of them.
  void note(const Array& array, std::byte* element) {
    if (!is_private(array)) add(element, array.dtype);
  }
  void note_all(const Array& array);

  // Ends the log: memory is as it was before, and what np.random draws from; what was stored is kept.
  void roll_back();

  struct Difference {
    std::byte* at;
    ScalarKind kind;
    ScalarBits logged, found; // as load_scalar gives them
    std::size_t count;        // of elements that differ
  };
  // The first noted element that memory does not hold as it was logged; NaNs are all the same.
  std::optional<Difference> difference() const;
  // Whether some noted element has this byte.
  bool covers(const std::byte* byte) const;
  // Stores what was logged.
  void write_back() const;

  std::size_t size() const { return entries_.size(); }

private:
  struct Entry {
    std::byte* at;
    ScalarKind kind;
    std::uint64_t before, logged; // bytes as they are in memory
  };
  bool is_private(const Array& array) const { return array.buffer && array.buffer->maker().log() == number_; }
  void add(std::byte* at, ScalarKind kind);
  void grow();
  std::size_t place_of(const std::byte* at, ScalarKind kind) const;

  CallContext& context_;
  // What np.random draws from in the iteration around the piece; null outside of one.
  IterationStream* const stream_;
  IterationStream stream_before_{}, stream_logged_{};
  std::uint64_t number_; // of this log; Buffer::maker
  bool live_ = true;
  std::vector<Entry> entries_;        // in the order of their first stores
  std::vector<std::uint32_t> places_; // a hash table: index into entries_ and one more, 0 for a free place
};

// Something other than array elements is about to change, or to be read that changes by itself.
void leaves_marks(const char* what);

} // namespace pyvm
