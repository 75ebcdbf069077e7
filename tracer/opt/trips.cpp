#include "tracer/opt/trips.h"

#include "tracer/opt/edit.h"

namespace pyvm::tracer {

using namespace ir;

bool runs_at_least_once(const Region& region, const std::vector<InstructionId>& made, const Instruction& loop) {
  if (loop.op == Op::Loop) return true;
  const auto definition = [&](ValueId value) { return value < made.size() ? made[value] : no_id; };
  const InstructionId lo = definition(loop.operands[0]), hi = definition(loop.operands[1]);
  if (lo == no_id || hi == no_id) return false;
  const Instruction &from = region.at(lo), &to = region.at(hi);
  if (from.op == Op::Begin && to.op == Op::End) return true;
  return from.op == Op::Const && to.op == Op::Const && from.immediate < to.immediate;
}

ValueId trips_condition(Region& region, InstructionId loop, std::vector<InstructionId>& code) {
  const std::vector<ValueId> bounds = {region.at(loop).operands[0], region.at(loop).operands[1]};
  const InstructionId less = make(region, {.op = Op::Lt, .operands = bounds}, {b1});
  code.push_back(less);
  return region.at(less).results[0];
}

} // namespace pyvm::tracer
