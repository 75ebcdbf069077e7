// An activation of a guest function, and the stack that frames and their registers live on.
//
// Guest calls never recurse in C++: the dispatch loop pushes a frame and goes on. Registers are stable in memory for as
// long as their frame lives, so that compiled code and prange workers may point into them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vm/bytecode/code.h"

namespace pyvm {

class Grain;

struct Frame {
  const Code* code = nullptr;
  Ref<Function> function; // keeps the code alive; null for module bodies and grains
  Module* globals = nullptr;
  Frame* caller = nullptr;
  Value* registers = nullptr;
  std::uint32_t pc = 0;              // of the instruction that is running or, in a caller, has called
  std::uint16_t result_register = 0; // in the caller
  bool python_result = false;        // the result leaves njit: scalars become Python numbers
  bool returns_to_host = false;      // `run` ends when this frame does
  Grain* grain = nullptr;            // this frame runs iterations of prange `grain_loop`, whose NextPrange ends one
  int grain_loop = -1;
  std::size_t chunk = 0; // stack position to go back to
  Value* top = nullptr;
};

// Registers in chunks that never move. One for each thread.
class ValueStack {
public:
  ValueStack() { next_chunk(0); }

  // `count` unbound registers.
  Value* allocate(std::size_t count, Frame& frame) {
    frame.chunk = chunk_;
    frame.top = top_;
    if (static_cast<std::size_t>(end_ - top_) < count) next_chunk(count);
    Value* registers = top_;
    top_ += count;
    return registers;
  }

  void release(Frame& frame) {
    for (Value* r = frame.registers; r != top_; ++r) r->clear();
    top_ = frame.top;
    if (chunk_ != frame.chunk) to_chunk(frame.chunk);
  }

private:
  struct Chunk {
    std::unique_ptr<Value[]> values;
    std::size_t size;
  };
  void next_chunk(std::size_t count);
  void to_chunk(std::size_t chunk);

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;
  Value* top_ = nullptr; // the first free register, and the end of its chunk
  Value* end_ = nullptr;
};

} // namespace pyvm
