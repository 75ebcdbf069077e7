#pragma once
// What compiled code and its caller agree on. Standard layout; the backend uses offsetof.

#include <cstddef>
#include <cstdint>

#include "vm/semantics/philox.h"

namespace pyvm::ir {

struct ArrayDescriptor {
  std::byte* data;
  std::int64_t shape[8];
  std::int64_t strides[8]; // bytes
};

// A reduction's lanes of one block, folded.
struct BlockTotal {
  std::uint64_t bits;
  std::uint64_t touched; // 0: no iteration of the block has contributed
};

// Running several blocks of a loop with reductions in one go (blocks: DESIGN section 6). At the end of each block the
// code folds the lanes (fold_lanes), writes a total for each accumulator, and leaves lanes and `touched` as if new.
struct BlockRun {
  BlockTotal* next;           // where the block under way will write: the code counts it up
  const std::uint64_t* empty; // by accumulator: what a lane holds that nothing has contributed to
  std::int64_t block_size;
};

// Values of the scalar slots, and of exits, are 64 bits as in vm/semantics/scalar_kind.h.
//
// Looking up. Every loop of compiled code looks at the stop word now and then: at each iteration where it has loops
// inside, every few thousand otherwise. When it is set, `look_up` is called (null: never); unless that gives 0 the
// region is abandoned: it returns `abandoned` at once, and what the iterations under way have written is unspecified.
struct RegionContext {
  const std::uint64_t* scalars;
  const ArrayDescriptor* arrays;
  std::uint64_t* lane_record; // accumulator a, lane l: [a * Region::reduction_lanes + l]
  std::uint8_t* touched;      // [accumulator]
  std::uint64_t* exit_values; // of the exit taken: operand k, lane l: [k * max_lanes + l]; a scalar operand: l = 0
  const volatile std::int32_t* stop;
  std::int64_t block_start; // ordinal of lane 0: the lane of ordinal t is (t - block_start) mod Region::reduction_lanes
  std::int64_t exit_ordinal; // out: index of the ordinal loop (ir.h) that was left, `begin` outside of one
  std::int64_t exit_gang;    // out: how many ordinals left together: the ordinal loop's step, 1 outside of one
  std::int32_t (*look_up)(RegionContext*) noexcept = nullptr;
  // Not null: [begin, end) are whole blocks (the loop's last one may be short), and begin is block_start, which the
  // code counts up. Only for regions with accumulators, and code that says Compiled::runs_blocks.
  BlockRun* blocks = nullptr;
  // np.random's stream on this thread, for regions with a `draw`, and who draws from it.
  void* draw_state = nullptr;
  std::uint64_t (*draw)(void* state, DrawKind kind, std::uint64_t range) noexcept = nullptr;
  std::int64_t* left_exits = nullptr; // out: by gang * Region::lanes + lane, the ExitId of a lane that left by `leave`
};
constexpr int max_lanes = 16;
constexpr int max_step = 256; // lanes of all gangs together

// Runs ordinals [begin, end), begin < end; a widened region runs a whole number of its steps (lanes * gangs), and with
// reductions begin - block_start is a multiple of the step, which divides reduction_lanes. Returns `ran_to_end`, the
// ExitId through which it left, or `abandoned`; never throws.
using RegionCode = std::int64_t (*)(RegionContext*, std::int64_t begin, std::int64_t end) noexcept;
constexpr std::int64_t ran_to_end = -1, abandoned = -2;

} // namespace pyvm::ir
