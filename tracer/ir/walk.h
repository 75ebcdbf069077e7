#pragma once
// Walking a region's tree of bodies.

#include "tracer/ir/ir.h"

namespace pyvm::ir {

// Calls visit(id) for every instruction of the body and of those nested in it, an owner before what it owns. The
// visitor must not change the bodies.
template <typename Visit> void for_each_instruction(const Region& region, const Body& body, const Visit& visit) {
  for (const InstructionId id : body.instructions) {
    visit(id);
    for (const Body& nested : region.at(id).bodies) for_each_instruction(region, nested, visit);
  }
}

// The instruction that defines each value of the region, by value; no_id for parameters and for values that no
// instruction in the tree defines.
inline std::vector<InstructionId> definitions(const Region& region) {
  std::vector<InstructionId> result(region.values.size(), no_id);
  for_each_instruction(region, region.body, [&](InstructionId id) {
    for (const ValueId value : region.at(id).results) result[value] = id;
  });
  return result;
}

// True for ops that end a body: yield, br, exit.
inline bool is_terminator(Op op) { return info(op).effect == Effect::Control && info(op).result == ResultRule::None; }

} // namespace pyvm::ir
