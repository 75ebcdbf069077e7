#pragma once
// Small tools for passes that change a region in place.

#include <initializer_list>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer {

// Makes an instruction that stands nowhere yet, with a new result of each type.
ir::InstructionId make(ir::Region& region, ir::Instruction instruction, std::initializer_list<ir::Type> results = {});

// Puts other values in the place of values that are no longer computed.
class Replacements {
public:
  explicit Replacements(const ir::Region& region) : by_(region.values.size(), ir::no_id) {}

  void add(ir::ValueId value, ir::ValueId by);
  ir::ValueId of(ir::ValueId value) const;
  bool empty() const { return count_ == 0; }
  // Changes the operands of all instructions and exits of the region.
  void apply(ir::Region& region) const;

private:
  std::vector<ir::ValueId> by_;
  std::size_t count_ = 0;
};

// The values that a body defines: its parameters, its instructions' results, and those of the bodies nested in it.
std::vector<bool> defined_in(const ir::Region& region, const ir::Body& body);

// True when a run of the instruction may end anywhere but behind it: it guards, exits, branches to a block outside of
// itself, or may not end at all.
bool may_leave(const ir::Region& region, const ir::Instruction& instruction);

// Divisions and functions: what takes many times as long as other computations.
bool is_dear(ir::Op op);

// What a place holds after a store at the top of a loop's body: the stored value, cut to a narrow integer's bits by an
// instruction before the body's end.
ir::ValueId stored_value(ir::Region& region, const ir::Instruction& store, ir::InstructionId loop);

// The terminator of a body.
const ir::Instruction& end_of(const ir::Region& region, const ir::Body& body);

} // namespace pyvm::tracer
