#include "vm/interp/frame.h"

#include <algorithm>

namespace pyvm {

namespace {
constexpr std::size_t chunk_values = 16384;
}

Value* ValueStack::allocate(std::size_t count, Frame& frame) {
  frame.chunk = chunk_;
  frame.top = top_;
  if (chunks_.empty() || top_ + count > chunks_[chunk_].size) {
    const std::size_t next = chunks_.empty() ? 0 : chunk_ + 1;
    // A chunk that is too small for this frame is not worth keeping: nothing above lives in it.
    while (chunks_.size() > next && chunks_[next].size < count) chunks_.pop_back();
    if (chunks_.size() <= next) {
      const std::size_t size = std::max(count, chunk_values);
      chunks_.push_back({std::make_unique<Value[]>(size), size});
    }
    chunk_ = next;
    top_ = 0;
  }
  Value* registers = chunks_[chunk_].values.get() + top_;
  top_ += count;
  return registers;
}

void ValueStack::release(Frame& frame) {
  if (frame.code)
    for (int r = 0; r < frame.code->registers; ++r) frame.registers[r] = Value();
  chunk_ = frame.chunk;
  top_ = frame.top;
}

} // namespace pyvm
