#pragma once
// Subscripts that follow a loop.

#include <optional>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// index + offset + addend, where the offset stands still in the loop; no_id where there is none.
struct MovingSubscript {
  ir::ValueId offset = ir::no_id;
  std::int64_t addend = 0;
  friend bool operator==(const MovingSubscript&, const MovingSubscript&) = default;
};

// How `subscript` follows a loop's index; nullopt where it does not, or in another way. `made`: which instruction
// defines each value (ir::definitions); `inside`: the values that the loop's body defines (defined_in). Values beyond
// the end of either count as unknown, and as defined before the loop.
std::optional<MovingSubscript> moving_subscript(const ir::Region& region, const std::vector<ir::InstructionId>& made,
                                                const std::vector<bool>& inside, ir::ValueId index,
                                                ir::ValueId subscript);

} // namespace pyvm::tracer
