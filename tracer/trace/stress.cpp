#include "tracer/trace/stress.h"

#include <limits>

namespace pyvm::tracer {

namespace {

ir::Instruction* find_guard(ir::Region& region, const ir::Body& body, std::int64_t& number) {
  for (ir::InstructionId id : body.instructions) {
    ir::Instruction& it = region.at(id);
    if ((it.op == ir::Op::Guard || it.op == ir::Op::Index) && --number == 0) return &it;
    for (const ir::Body& inner : it.bodies)
      if (ir::Instruction* found = find_guard(region, inner, number)) return found;
  }
  return nullptr;
}

} // namespace

void fail_guard(ir::Region& region, std::int64_t number) {
  ir::Instruction* guard = find_guard(region, region.body, number);
  if (!guard) return;
  // A condition that is false, a subscript that no length allows.
  const ir::ValueId operand = region.new_value(region.type(guard->operands[0]));
  const bool is_index = guard->op == ir::Op::Index;
  guard->operands[0] = operand;
  ir::Instruction constant{ir::Op::Const};
  constant.immediate = is_index ? std::numeric_limits<std::int64_t>::min() : 0;
  constant.results = {operand};
  region.instructions.push_back(std::move(constant));
  region.body.instructions.insert(region.body.instructions.begin(),
                                  static_cast<ir::InstructionId>(region.instructions.size() - 1));
}

} // namespace pyvm::tracer
