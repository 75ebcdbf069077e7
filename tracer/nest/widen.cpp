#include "tracer/nest/widen.h"

#include <algorithm>
#include <utility>

#include "tracer/nest/widener.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

int most_gangs_of(const std::vector<LaneLoop>& loops) {
  return std::max_element(loops.begin(), loops.end(),
                          [](const LaneLoop& a, const LaneLoop& b) { return a.gangs < b.gangs; })
      ->gangs;
}

} // namespace

Widener::Widener(const std::vector<LaneLoop>& loops, ir::Region& to, int lanes)
    : Copier(loops[0].view->region(), to), loops_(loops), lanes_(lanes), gangs_of_exits_(most_gangs_of(loops)),
      vectors_(from_.values.size()) {
  to_.lanes = lanes;
  to_.gangs = gangs_of_exits_;
}

void Widener::instruction(ir::InstructionId id) {
  if (in_lanes_) return in_lanes(id);
  for (const LaneLoop& loop : loops_) {
    if (loop.view->loop() != id) continue;
    view_ = loop.view;
    gangs_ = loop.gangs;
    coherent_ = &loop.coherent;
    return lane_loop(from_.at(id));
  }
  copy(id);
}

// ---- the loop ---------------------------------------------------------------------------------------------

void Widener::lane_loop(const Instruction& it) {
  build_.set_line(it.line);
  const std::int64_t step = it.immediate;
  const ValueId lo = at(it.operands[0]), hi = at(it.operands[1]), zero = build_.int_constant(0);
  // Iterations; none when the difference leaves 64 bits, and then the last loop does them all.
  ValueId left = build_.emit(Op::Sub, {hi, lo});
  if (step != 1)
    left = build_.emit(Op::FloorDiv, {add(left, build_.int_constant(step - 1)), build_.int_constant(step)});
  left = build_.emit(Op::Max, {left, zero});
  ValueId from = lo;
  const bool masks_rest = view_->has_masks() && !view_->may_restart();
  begin_folds(it);
  if (view_->may_restart()) {
    Types types{ir::i64};
    const Types folded = types_of_folds();
    types.insert(types.end(), folded.begin(), folded.end());
    begin_block(types);
  }
  restart_block_ = open_blocks_ - 1;
  for (const int gangs : {gangs_, 1}) {
    const ValueId whole = build_.emit(Op::And, {left, build_.int_constant(-std::int64_t{lanes_} * gangs)});
    const ValueId to = add(from, build_.emit(Op::Mul, {whole, build_.int_constant(step)}));
    vector_loop(it, from, to, gangs, false);
    from = to;
    left = build_.emit(Op::Sub, {left, whole});
    if (gangs_ == 1 || masks_rest) break;
  }
  if (masks_rest) {
    vector_loop(it, from, hi, 1, true);
    return set(it.results, totals(it, hi));
  }
  if (view_->may_restart()) {
    List values{from};
    const List folded = folds_of_one_gang(folds_);
    values.insert(values.end(), folded.begin(), folded.end());
    build_.yield(values);
    const List results = end_block();
    from = results[0];
    fit_folds(1);
    take_folds(List(results.begin() + 1, results.end()));
  }
  set(it.results, scalar_loop(it, from, hi, totals(it, from)));
}

void Widener::vector_loop(const Instruction& it, ValueId from, ValueId to, int gangs, bool masked) {
  at_work_ = gangs;
  step_ = it.immediate;
  build_.set_line(it.line);
  fit_folds(gangs);
  const auto opened = build_.begin_for(from, to, step_ * lanes_ * gangs, all_folds());
  base_ = opened.index;
  take_folds(opened.parameters);
  if (build_.unreachable()) { // fewer iterations than lanes, as constants say: a body that never runs has no values
    take_folds(build_.end_for());
    return;
  }
  folds_at_start_ = folds_;
  const ir::Type type = ir::i64.with_lanes(lanes_);
  const ValueId iota = build_.emit(Op::Iota, {}, {.type = type, .immediate = step_});
  List& index = vectors_[it.bodies[0].parameters[0]];
  index.clear();
  for (int gang = 0; gang < gangs; ++gang)
    index.push_back(add(splat(add(base_, build_.int_constant(gang * lanes_ * step_))), iota));
  state_ = {};
  partial_ = masked;
  // As distances: an index beyond the end may leave 64 bits.
  if (masked) state_.mask = {build_.emit(Op::ULt, {iota, splat(build_.emit(Op::Sub, {to, base_}))})};
  in_lanes_ = true;
  lane_body(it, masked);
  in_lanes_ = false;
  if (!build_.unreachable()) build_.yield(all_folds());
  take_folds(build_.end_for());
  forget_exits();
}

void Widener::lane_body(const Instruction& it, bool masked) {
  const Ways ways = view_->ways(it.bodies[0], masked);
  if (!ways.leaves) {
    lanes_body(it.bodies[0]);
    return;
  }
  materialise(ways);
  begin_block(pack_types(ways, false));
  scopes_.push_back({open_blocks_ - 1, ways, false, [] { return List{}; }});
  lanes_body(it.bodies[0]);
  scopes_.pop_back();
  build_.yield(pack(ways, false));
  const List left = end_block();
  build_.begin_if(any(left));
  ir::Exit gone;
  gone.reason = "lanes have left";
  gone.line = it.line;
  gone.lanes_left = true;
  build_.exit(build_.add_exit(std::move(gone)));
  build_.end_if();
}

// ---- values -----------------------------------------------------------------------------------------------

ValueId Widener::splat(ValueId scalar) {
  return build_.emit(Op::Splat, {scalar}, {.type = to_.type(scalar).with_lanes(lanes_)});
}

ValueId Widener::vector(ValueId value, int gang) {
  return varies(value) ? vectors_[value][static_cast<std::size_t>(gang)] : splat(at(value));
}

Widener::List Widener::vectors(ValueId value) {
  List result;
  for (int gang = 0; gang < at_work_; ++gang) result.push_back(vector(value, gang));
  return result;
}

Widener::Varying Widener::varying(const List& values, std::size_t first) const {
  Varying result;
  for (std::size_t i = first; i < values.size(); ++i) result.push_back(varies(values[i]));
  return result;
}

// The values as a body takes them: one for each gang where they vary there.
Widener::List Widener::flat(const List& values, std::size_t first, const Varying& taken) {
  List result;
  for (std::size_t i = 0; i < taken.size(); ++i)
    for (int gang = 0; gang < (taken[i] ? at_work_ : 1); ++gang)
      result.push_back(taken[i] ? vector(values[first + i], gang) : at(values[first + i]));
  return result;
}

void Widener::take(const List& values, std::size_t first, List::const_iterator& next) {
  for (std::size_t i = first; i < values.size(); ++i) {
    if (!varies(values[i])) {
      set(values[i], *next++);
      continue;
    }
    vectors_[values[i]].assign(next, next + at_work_);
    next += at_work_;
  }
}

Widener::Types Widener::flat_types(const List& values) const {
  Types types;
  for (const ValueId value : values) {
    const ir::Type type = from_.type(value);
    if (varies(value))
      types.insert(types.end(), static_cast<std::size_t>(at_work_), type.with_lanes(lanes_));
    else
      types.push_back(type);
  }
  return types;
}

Widener::List Widener::zeros(const Types& types) {
  List result;
  for (const ir::Type type : types) result.push_back(build_.zero(type));
  return result;
}

ir::ExitId Widener::exit(ir::ExitId id) {
  if (const auto known = exits_.find(id); known != exits_.end()) return known->second;
  ir::Exit copy = from_.exits[id];
  const List operands = std::exchange(copy.operands, {});
  for (const ValueId value : operands)
    for (int gang = 0; gang < gangs_of_exits_; ++gang)
      copy.operands.push_back(in_lanes_ && varies(value) ? vector(value, std::min(gang, at_work_ - 1)) : at(value));
  return exits_[id] = build_.add_exit(std::move(copy));
}

// ---- instructions in lanes --------------------------------------------------------------------------------

void Widener::in_lanes(ir::InstructionId id) {
  const Instruction& it = from_.at(id);
  build_.set_line(it.line);
  if (const Fold* fold = view_->fold_of(it)) return update(*fold);
  if (view_->restarts(it)) return it.op == Op::Index ? index(it) : restart_unless(it);
  const bool leaves_alone = it.exit != ir::no_id && masked();
  if (leaves_alone) return it.op == Op::Index ? index(it) : masked_exit(it);
  switch (it.op) {
  case Op::Load:
  case Op::Store:
    if (view_->access(it).moves == Moves::Still) return copy(id);
    return access(it);
  case Op::LaneGet:
    if (!varies(it.results[0])) return copy(id);
    return each_gang(it, [&](int gang) { return build_.lane_get(it.immediate, lanes_, gang); });
  case Op::LaneSet:
    return lane_set(it);
  case Op::Index:
    if (!varies(it.results[0])) return copy(id);
    if (varies(it.operands[1])) return index(it);
    return each_gang(
        it, [&](int gang) { return build_.index(vector(it.operands[0], gang), at(it.operands[1]), exit(it.exit)); });
  default:
    return compute(id, it);
  }
}

template <typename Make> void Widener::each_gang(const Instruction& it, const Make& make) {
  List made;
  for (int gang = 0; gang < at_work_; ++gang) made.push_back(make(gang));
  if (!it.results.empty()) vectors_[it.results[0]] = std::move(made);
}

void Widener::compute(ir::InstructionId id, const Instruction& it) {
  bool any = false;
  for (const ValueId operand : it.operands) any = any || varies(operand);
  if (!any) return copy(id);
  ir::Attributes attributes = attributes_of(from_, it);
  attributes.type.lanes = static_cast<std::uint8_t>(lanes_);
  if (it.exit != ir::no_id) attributes.exit = exit(it.exit);
  each_gang(it, [&](int gang) {
    List operands;
    for (const ValueId operand : it.operands) operands.push_back(vector(operand, gang));
    return build_.emit(it.op, operands, attributes);
  });
}

// Lanes that are not active keep what they have.
void Widener::lane_set(const Instruction& it) {
  for (int gang = 0; gang < at_work_; ++gang) {
    ValueId value = vector(it.operands[0], gang);
    if (masked())
      value = build_.emit(Op::Select, {state_.mask[static_cast<std::size_t>(gang)], value,
                                       build_.lane_get(it.immediate, lanes_, gang)});
    build_.lane_set(it.immediate, value, gang);
  }
}

// What the value is in lane 0 of gang 0, as a scalar; for values with a coefficient.
ValueId Widener::first_lane(ValueId value) {
  if (!varies(value)) return at(value);
  if (value == from_.at(view_->loop()).bodies[0].parameters[0]) return base_;
  const Instruction& made = *view_->definition(value);
  List operands;
  for (const ValueId operand : made.operands) operands.push_back(first_lane(operand));
  return build_.emit(made.op, operands, attributes_of(from_, made));
}

void Widener::access(const Instruction& it) {
  const LaneAccess how = view_->access(it);
  ir::Attributes attributes = attributes_of(from_, it);
  attributes.type = ir::type_of(it.element).with_lanes(lanes_);
  attributes.lane_dimension = how.moves == Moves::Strided ? how.dimension : 0;
  attributes.lane_step = how.moves == Moves::Strided ? how.step : 1;
  attributes.lane_stride = how.moves == Moves::Contiguous ? ir::LaneStride::Contiguous
                           : how.moves == Moves::Strided  ? ir::LaneStride::Strided
                                                          : ir::LaneStride::None;
  attributes.masked = masked() && (it.op == Op::Store || partial_ || !view_->is_safe(it));
  const std::size_t end = 1 + ir::subscript_count(it);
  each_gang(it, [&](int gang) {
    List operands{at(it.operands[0])};
    for (std::size_t i = 1; i < end; ++i) operands.push_back(subscript(it.operands[i], how, gang));
    if (attributes.masked) operands.push_back(state_.mask[static_cast<std::size_t>(gang)]);
    if (it.op == Op::Store) operands.push_back(vector(it.operands.back(), gang));
    return build_.emit(it.op, operands, attributes);
  });
}

ValueId Widener::subscript(ValueId value, const LaneAccess& how, int gang) {
  if (!varies(value)) return at(value);
  if (how.moves == Moves::Scattered) return vector(value, gang);
  return add(first_lane(value), build_.int_constant(gang * lanes_ * how.step));
}

ir::Region widen(const std::vector<LaneLoop>& loops, int lanes) {
  ir::Region result;
  Widener(loops, result, lanes).run();
  return result;
}

} // namespace pyvm::tracer::nest
