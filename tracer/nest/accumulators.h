// Arrays of ints that a region's iterations do nothing with but update: `h[e] += x` (DESIGN 3).
//
// Iterations that update the same element are no conflict where the updates commute: sums, products and bit operations
// of ints that wrap come to the same in any order. Each thread may then update a copy of its own, which begins as the
// operator's identity; the copies join the array when the loop has ended. No bit depends on how many there are.
//
// Such an array is one whose every load is the beginning, and whose every store is the end, of  load e; op x; wrap;
// store e  with one op (or add and sub) and nothing between that reads the sum. Exits may name the sum: the interpreter
// that goes on there has the thread's copy, too.
//
// Read off the region as it was recorded: passes keep sums in registers through inner loops.
#pragma once

#include <cstdint>
#include <vector>

#include "tracer/nest/dependence.h"

namespace pyvm::tracer::nest {

struct AccumulatedArray {
  std::uint16_t slot;
  ReductionOp op; // Add for differences, too
  int line;
};

std::vector<AccumulatedArray> find_accumulated(const ir::Region& recorded);

// Of `candidates` those that need copies for the iterations of the loop to be independent, with the numbers of this
// entry; none where copies do not help, or none are needed.
std::vector<AccumulatedArray> copies_for_independence(const std::vector<AccumulatedArray>& candidates,
                                                      const DependenceFacts& facts, LoopId loop,
                                                      const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
                                                      std::int64_t begin, std::int64_t end);

} // namespace pyvm::tracer::nest
