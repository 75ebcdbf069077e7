#include "tracer/opt/moving.h"

namespace pyvm::tracer {

using namespace ir;

std::optional<MovingSubscript> moving_subscript(const Region& region, const std::vector<InstructionId>& made,
                                                const std::vector<bool>& inside, ValueId index, ValueId subscript) {
  const auto definition = [&](ValueId value) {
    return value < made.size() && made[value] != no_id ? &region.at(made[value]) : nullptr;
  };
  if (subscript == index) return MovingSubscript{};
  const Instruction* sum = definition(subscript);
  if (sum == nullptr || sum->op != Op::Add || region.type(subscript) != i64) return std::nullopt;
  for (const int first : {0, 1}) {
    const ValueId one = sum->operands[first], other = sum->operands[1 - first];
    if (other < inside.size() && inside[other]) continue;
    const Instruction* constant = definition(other);
    if (constant != nullptr && constant->op == Op::Const) {
      auto rest = moving_subscript(region, made, inside, index, one);
      if (rest) rest->addend += constant->immediate;
      return rest;
    }
    if (one == index) return MovingSubscript{.offset = other};
  }
  return std::nullopt;
}

} // namespace pyvm::tracer
