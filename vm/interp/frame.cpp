// The rare path of the value stack: a chunk is full.
#include "vm/interp/frame.h"

#include <algorithm>

namespace pyvm {

namespace {
// The first chunk is small, since each thread has one and most calls are not deep.
constexpr std::size_t first_chunk_values = 256, chunk_values = 16384;
} // namespace

// A chunk behind the current one that is too small for this frame is not worth keeping: nothing lives in it.
void ValueStack::next_chunk(std::size_t count) {
  const std::size_t next = chunks_.empty() ? 0 : chunk_ + 1;
  while (chunks_.size() > next && chunks_[next].size < count) chunks_.pop_back();
  if (chunks_.size() <= next) {
    const std::size_t size = std::max(count, chunks_.empty() ? first_chunk_values : chunk_values);
    chunks_.push_back({std::make_unique<Value[]>(size), size});
  }
  chunk_ = next;
  top_ = chunks_[next].values.get();
  end_ = top_ + chunks_[next].size;
}

void ValueStack::to_chunk(std::size_t chunk) {
  chunk_ = chunk;
  end_ = chunks_[chunk].values.get() + chunks_[chunk].size;
}

} // namespace pyvm
