#include "tracer/opt/edit.h"

#include <utility>

#include "tracer/ir/walk.h"

namespace pyvm::tracer {

using namespace ir;

InstructionId make(Region& region, Instruction instruction, std::initializer_list<Type> results) {
  for (const Type type : results) instruction.results.push_back(region.new_value(type));
  region.instructions.push_back(std::move(instruction));
  return static_cast<InstructionId>(region.instructions.size() - 1);
}

void Replacements::add(ValueId value, ValueId by) {
  if (value >= by_.size()) by_.resize(value + 1, no_id);
  by_[value] = by;
  ++count_;
}

ValueId Replacements::of(ValueId value) const {
  while (value < by_.size() && by_[value] != no_id) value = by_[value];
  return value;
}

void Replacements::apply(Region& region) const {
  if (empty()) return;
  const auto replace = [this](std::vector<ValueId>& values) {
    for (ValueId& value : values) value = of(value);
  };
  for (Instruction& it : region.instructions) replace(it.operands);
  for (Exit& exit : region.exits) replace(exit.operands);
}

bool is_dear(Op op) {
  switch (op) {
  case Op::Div:
  case Op::FloorDiv:
  case Op::FloorMod:
  case Op::UDiv:
  case Op::UMod:
  case Op::Pow:
  case Op::Math:
    return true;
  default:
    return false;
  }
}

std::vector<bool> defined_in(const Region& region, const Body& body) {
  std::vector<bool> defined(region.values.size(), false);
  for (const ValueId value : body.parameters) defined[value] = true;
  for_each_instruction(region, body, [&](InstructionId id) {
    for (const ValueId value : region.at(id).results) defined[value] = true;
    for (const Body& nested : region.at(id).bodies)
      for (const ValueId value : nested.parameters) defined[value] = true;
  });
  return defined;
}

namespace {

// `blocks`: how many blocks are open since the instruction in question.
bool leaves(const Region& region, const Instruction& it, std::int64_t blocks) {
  if (info(it.op).effect == Effect::Guard || it.op == Op::Exit || it.op == Op::Loop) return true;
  if (it.op == Op::Br) return it.immediate >= blocks;
  for (const Body& nested : it.bodies)
    for (const InstructionId id : nested.instructions)
      if (leaves(region, region.at(id), blocks + (it.op == Op::Block ? 1 : 0))) return true;
  return false;
}

} // namespace

bool may_leave(const Region& region, const Instruction& instruction) { return leaves(region, instruction, 0); }

const Instruction& end_of(const Region& region, const Body& body) { return region.at(body.instructions.back()); }

ValueId stored_value(Region& region, const Instruction& store, InstructionId loop) {
  const ValueId value = store.operands.back();
  if (store.op != Op::Store || !is_integer(store.element) || size_of(store.element) == 8) return value;
  const Instruction wrap{.op = Op::Wrap, .element = store.element, .operands = {value}, .line = store.line};
  const InstructionId id = make(region, wrap, {region.type(value)});
  std::vector<InstructionId>& code = region.at(loop).bodies[0].instructions;
  code.insert(code.end() - 1, id);
  return region.at(id).results[0];
}

} // namespace pyvm::tracer
