#include "tracer/trace/stress.h"

#include <limits>

namespace pyvm::tracer {

namespace {

// Where guard `number` stands; `loop` is the outermost `for` around it.
struct Place {
  ir::Body* body = nullptr;
  std::size_t position = 0;
  const ir::Instruction* loop = nullptr;
};

bool find_guard(ir::Region& region, ir::Body& body, std::int64_t& number, Place& place) {
  for (std::size_t k = 0; k < body.instructions.size(); ++k) {
    ir::Instruction& it = region.at(body.instructions[k]);
    if ((it.op == ir::Op::Guard || it.op == ir::Op::Index) && --number == 0) {
      place.body = &body;
      place.position = k;
      return true;
    }
    const bool outermost = it.op == ir::Op::For && !place.loop;
    if (outermost) place.loop = &it;
    for (ir::Body& inner : it.bodies)
      if (find_guard(region, inner, number, place)) return true;
    if (outermost) place.loop = nullptr;
  }
  return false;
}

} // namespace

void fail_guard(ir::Region& region, std::int64_t number) {
  Place place;
  if (!find_guard(region, region.body, number, place)) return;
  ir::Instruction* guard = &region.at(place.body->instructions[place.position]);
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

void leave_before_guard(ir::Region& recorded, std::int64_t number) {
  Place place;
  std::int64_t count = number;
  if (!find_guard(recorded, recorded.body, count, place) || !place.loop) return;
  ir::Body added;
  const auto add = [&](ir::Instruction it, ir::Type type) {
    const ir::ValueId result = recorded.new_value(type);
    it.results = {result};
    recorded.instructions.push_back(std::move(it));
    added.instructions.push_back(static_cast<ir::InstructionId>(recorded.instructions.size() - 1));
    return result;
  };
  const ir::ValueId ordinal = place.loop->bodies[0].parameters[0];
  const ir::Instruction& guard = recorded.at(place.body->instructions[place.position]);
  const int line = guard.line;
  recorded.exits.push_back(ir::Exit(recorded.exits[guard.exit]));
  const auto exit = static_cast<ir::ExitId>(recorded.exits.size() - 1);
  // Adding instructions moves them: bodies are found again by the guard's number.
  const ir::ValueId mask = add({.op = ir::Op::Const, .immediate = 3}, ir::i64);
  const ir::ValueId low = add({.op = ir::Op::And, .operands = {ordinal, mask}}, ir::i64);
  const ir::ValueId wanted = add({.op = ir::Op::Const, .immediate = number % 4}, ir::i64);
  const ir::ValueId stays = add({.op = ir::Op::Ne, .operands = {low, wanted}}, ir::b1);
  recorded.instructions.push_back({.op = ir::Op::Guard, .exit = exit, .operands = {stays}, .line = line});
  added.instructions.push_back(static_cast<ir::InstructionId>(recorded.instructions.size() - 1));
  find_guard(recorded, recorded.body, count = number, place = {});
  auto& instructions = place.body->instructions;
  instructions.insert(instructions.begin() + static_cast<std::ptrdiff_t>(place.position), added.instructions.begin(),
                      added.instructions.end());
}

} // namespace pyvm::tracer
