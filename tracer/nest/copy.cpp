#include "tracer/nest/copy.h"

#include "tracer/ir/walk.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

ir::Region& with_header_of(const ir::Region& from, ir::Region& to) {
  to = {};
  to.name = from.name;
  to.file = from.file;
  to.line = from.line;
  to.scalars = from.scalars;
  to.arrays = from.arrays;
  to.accumulators = from.accumulators;
  to.reduction_lanes = from.reduction_lanes;
  to.lanes = from.lanes;
  to.gangs = from.gangs;
  return to;
}

} // namespace

Copier::Copier(const ir::Region& from, ir::Region& to)
    : from_(from), to_(with_header_of(from, to)), build_(to_), map_(from.values.size(), ir::no_id) {}

void Copier::run() {
  body(from_.body);
  build_.finish();
}

void Copier::body(const ir::Body& body) {
  for (const ir::InstructionId id : body.instructions) instruction(id);
}

void Copier::instruction(ir::InstructionId id) { copy(id); }

std::vector<ValueId> Copier::at(const std::vector<ValueId>& values, std::size_t first) const {
  std::vector<ValueId> result;
  for (std::size_t i = first; i < values.size(); ++i) result.push_back(at(values[i]));
  return result;
}

void Copier::set(const std::vector<ValueId>& values, const std::vector<ValueId>& in_copy) {
  for (std::size_t i = 0; i < values.size() && i < in_copy.size(); ++i) set(values[i], in_copy[i]);
}

std::vector<ir::Type> Copier::types_of(const std::vector<ValueId>& values) const {
  std::vector<ir::Type> types;
  for (const ValueId value : values) types.push_back(from_.type(value));
  return types;
}

ir::ExitId Copier::exit(ir::ExitId id) {
  if (const auto known = exits_.find(id); known != exits_.end()) return known->second;
  ir::Exit copy = from_.exits[id];
  copy.operands = at(copy.operands);
  return exits_[id] = build_.add_exit(std::move(copy));
}

ir::Attributes Copier::attributes_of(const ir::Region& region, const ir::Instruction& it) {
  return {.type = it.results.empty() ? ir::Type{} : region.type(it.results[0]),
          .immediate = it.immediate,
          .element = it.element,
          .lane_stride = it.lane_stride,
          .lane_dimension = it.lane_dimension,
          .lane_step = it.lane_step,
          .gang = it.gang,
          .masked = it.masked};
}

void Copier::copy(ir::InstructionId id) {
  const ir::Instruction& it = from_.at(id);
  build_.set_line(it.line);
  if (ir::info(it.op).effect == ir::Effect::Control) return control(it);
  ir::Attributes attributes = attributes_of(from_, it);
  if (it.exit != ir::no_id) attributes.exit = exit(it.exit);
  const ValueId result = build_.emit(it.op, at(it.operands), attributes);
  if (!it.results.empty()) set(it.results[0], result);
}

void Copier::control(const ir::Instruction& it) {
  switch (it.op) {
  case Op::If:
    build_.begin_if(at(it.operands[0]));
    body(it.bodies[0]);
    build_.begin_else();
    body(it.bodies[1]);
    return set(it.results, build_.end_if(types_of(it.results)));
  case Op::For: {
    const auto opened = build_.begin_for(at(it.operands[0]), at(it.operands[1]), it.immediate, at(it.operands, 2));
    if (it.independent) build_.declare_independent();
    std::vector<ValueId> parameters{opened.index};
    parameters.insert(parameters.end(), opened.parameters.begin(), opened.parameters.end());
    set(it.bodies[0].parameters, parameters);
    body(it.bodies[0]);
    return set(it.results, build_.end_for());
  }
  case Op::Loop:
    set(it.bodies[0].parameters, build_.begin_loop(at(it.operands)));
    body(it.bodies[0]);
    return build_.end_loop();
  case Op::Block:
    build_.begin_block(types_of(it.results));
    body(it.bodies[0]);
    return set(it.results, build_.end_block());
  case Op::Yield:
    return build_.yield(at(it.operands));
  case Op::Br:
    return build_.br(static_cast<int>(it.immediate), at(it.operands));
  default:
    return build_.exit(exit(it.exit));
  }
}

} // namespace pyvm::tracer::nest
