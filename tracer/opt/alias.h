#pragma once
// Whether two accesses may touch the same memory. Memory is the elements of arrays and the lanes of the lane record.

#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// What the region's entry guarantees beyond the IR.
struct AliasInfo {
  // Arrays of different slots share no memory: the planner has put every pair that matters in the entry's overlap
  // checks.
  bool distinct_slots_are_disjoint = false;
  // A subscript that is made of loops' indices and of what was there at entry is in range in all iterations of the
  // loops around it, whether its access runs or not: the planner has put it in the entry's bounds checks.
  bool forms_are_in_range = false;
};

enum class Overlap : std::uint8_t {
  Same,  // the same elements, lane by lane
  Never, // no common byte
  Maybe,
};

// True for load, store, laneget and laneset.
bool is_access(const ir::Instruction& instruction);
// Of those, the ones that write.
bool is_write(const ir::Instruction& instruction);
// The places that an access names: its array and subscripts.
std::vector<ir::ValueId> place_operands(const ir::Instruction& access);

class AliasOracle {
public:
  // Looks at definitions as they are now; values that are made later are taken for unknown numbers.
  AliasOracle(const ir::Region& region, const AliasInfo& info);

  // For two accesses under the same ordinal (lanes of the record move with it).
  Overlap overlap(const ir::Instruction& a, const ir::Instruction& b) const;

private:
  // A subscript as base + addend; base is no_id for a constant.
  struct Affine {
    ir::ValueId base;
    std::int64_t addend;
  };
  Affine affine(ir::ValueId value) const;
  const ir::Instruction* definition(ir::ValueId value) const;
  std::int64_t slot(ir::ValueId array) const;
  Overlap of_lanes(const ir::Instruction& a, const ir::Instruction& b) const;
  Overlap of_elements(const ir::Instruction& a, const ir::Instruction& b) const;
  bool are_apart_in_row(const ir::Instruction& a, int lanes_a, const ir::Instruction& b, int lanes_b) const;

  const ir::Region& region_;
  const AliasInfo info_;
  std::vector<ir::InstructionId> definitions_;
};

} // namespace pyvm::tracer
