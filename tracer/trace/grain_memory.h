// Memory that grains work in, kept by their threads from one to the next.
#pragma once

#include <memory>
#include <new>
#include <vector>

#include "tracer/ir/region_abi.h"
#include "vm/interp/prange.h"

namespace pyvm::tracer {

// The memory of a run of a grain. Grains of short loops come by the hundred thousand a second: what one has allocated
// the thread's next one uses again.
struct GrainMemory {
  std::vector<ScalarBits> lanes, exit_values;
  std::vector<ir::ArrayDescriptor> arrays;
  std::vector<const PrangeSelection*> selection_of; // of each accumulator, if it is selected
  std::vector<ScalarBits> empty;                    // what a lane without a contribution holds
  std::vector<std::uint8_t> touched;
  std::vector<ir::BlockTotal> totals; // of blocks that ran in one go
};

// Grains nest, on one thread too.
class BorrowedMemory {
public:
  BorrowedMemory() : memory_(idle_.empty() ? std::make_unique<GrainMemory>() : std::move(idle_.back())) {
    if (!idle_.empty()) idle_.pop_back();
  }
  ~BorrowedMemory() {
    try {
      idle_.push_back(std::move(memory_));
    } catch (const std::bad_alloc&) { // it goes instead
    }
  }
  BorrowedMemory(const BorrowedMemory&) = delete;
  BorrowedMemory& operator=(const BorrowedMemory&) = delete;

  GrainMemory& operator*() const { return *memory_; }

private:
  static thread_local std::vector<std::unique_ptr<GrainMemory>> idle_;
  std::unique_ptr<GrainMemory> memory_;
};

inline thread_local std::vector<std::unique_ptr<GrainMemory>> BorrowedMemory::idle_;

} // namespace pyvm::tracer
