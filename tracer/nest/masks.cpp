// The Widener's masks: computing with them, carrying them through control flow, and lanes that leave.
#include <algorithm>

#include "tracer/nest/widener.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

// ---- computing --------------------------------------------------------------------------------------------

Widener::List Widener::all_masks(bool value) { return List(static_cast<std::size_t>(at_work_), mask_constant(value)); }

Widener::List Widener::both(const List& a, const List& b) {
  if (a.empty()) return b;
  List result;
  for (std::size_t gang = 0; gang < a.size(); ++gang) result.push_back(build_.emit(Op::And, {a[gang], b[gang]}));
  return result;
}

Widener::List Widener::either(const List& a, const List& b) {
  if (a.empty()) return b;
  List result;
  for (std::size_t gang = 0; gang < a.size(); ++gang) result.push_back(build_.emit(Op::Or, {a[gang], b[gang]}));
  return result;
}

// a and not b; of all lanes when `a` is empty.
Widener::List Widener::without(const List& a, const List& b) {
  List result;
  for (std::size_t gang = 0; gang < b.size(); ++gang) {
    const ValueId rest = build_.emit(Op::Not, {b[gang]});
    result.push_back(a.empty() ? rest : build_.emit(Op::And, {a[gang], rest}));
  }
  return result;
}

ValueId Widener::any(const List& masks) {
  ValueId all = masks[0];
  for (std::size_t gang = 1; gang < masks.size(); ++gang) all = build_.emit(Op::Or, {all, masks[gang]});
  return build_.emit(Op::Any, {all});
}

Widener::List Widener::select(const List& mask, const List& when_true, const List& when_false) {
  List result;
  for (std::size_t gang = 0; gang < when_true.size(); ++gang)
    result.push_back(build_.emit(Op::Select, {mask[gang], when_true[gang], when_false[gang]}));
  return result;
}

// ---- through control flow ---------------------------------------------------------------------------------

Widener::Waiting* Widener::waiting(const Instruction* block) {
  for (Waiting& each : state_.waiting)
    if (each.block == block) return &each;
  return nullptr;
}

// Gives a value to everything that a body with these ways may change.
void Widener::materialise(const Ways& ways) {
  if (!ways.any()) return;
  if (state_.mask.empty()) state_.mask = all_masks(true);
  if (ways.leaves && state_.left.empty()) state_.left = all_masks(false);
  for (Waiting& each : state_.waiting) {
    if (ways.blocks.count(each.block) == 0) continue;
    if (each.gone.empty()) each.gone = all_masks(false);
    for (std::size_t i = 0; i < each.results.size(); ++i)
      if (each.results[i].empty())
        each.results[i] = List(static_cast<std::size_t>(at_work_),
                               build_.zero(from_.type(each.block->results[i]).with_lanes(lanes_)));
  }
}

Widener::List Widener::pack(const Ways& ways, bool with_mask) {
  List result;
  if (!ways.any()) return result;
  materialise(ways);
  const auto put = [&](const List& values) { result.insert(result.end(), values.begin(), values.end()); };
  if (with_mask) put(state_.mask);
  if (ways.leaves) put(state_.left);
  for (const Waiting& each : state_.waiting) {
    if (ways.blocks.count(each.block) == 0) continue;
    for (const List& values : each.results) put(values);
    put(each.gone);
  }
  return result;
}

Widener::Types Widener::pack_types(const Ways& ways, bool with_mask) const {
  Types types;
  if (!ways.any()) return types;
  const auto put = [&](ir::Type type) { types.insert(types.end(), static_cast<std::size_t>(at_work_), type); };
  if (with_mask) put(mask_type());
  if (ways.leaves) put(mask_type());
  for (const Waiting& each : state_.waiting) {
    if (ways.blocks.count(each.block) == 0) continue;
    for (const ValueId value : each.block->results) put(from_.type(value).with_lanes(lanes_));
    put(mask_type());
  }
  return types;
}

void Widener::unpack(const Ways& ways, List::const_iterator& next, bool with_mask) {
  if (!ways.any()) return;
  const auto get = [&](List& values) {
    values.assign(next, next + at_work_);
    next += at_work_;
  };
  if (with_mask) get(state_.mask);
  if (ways.leaves) get(state_.left);
  for (Waiting& each : state_.waiting) {
    if (ways.blocks.count(each.block) == 0) continue;
    for (List& values : each.results) get(values);
    get(each.gone);
  }
}

// Behind a body in which lanes waited for each other: those that began it, but for those that have gone further.
void Widener::restore_mask(const List& before, const Ways& ways) {
  state_.mask = before;
  if (ways.leaves) state_.mask = without(state_.mask, state_.left);
  for (const Waiting& each : state_.waiting)
    if (ways.blocks.count(each.block) != 0) state_.mask = without(state_.mask, each.gone);
}

// Goes on only while some lane is active.
void Widener::check_empty() {
  if (flat_depth_ > 0 || build_.unreachable()) return;
  const State before = state_;
  build_.begin_if(any(state_.mask));
  build_.begin_else();
  go_to_scope();
  build_.end_if();
  state_ = before;
}

void Widener::go_to_scope() {
  PYVM_ASSERT(!scopes_.empty(), "no lane is active, and nowhere to go");
  const Scope& scope = scopes_.back();
  List values = scope.values();
  const List state = pack(scope.ways, scope.with_mask);
  values.insert(values.end(), state.begin(), state.end());
  br_to(scope.block, values);
}

// ---- leaving ----------------------------------------------------------------------------------------------

void Widener::leave(ir::ExitId id, const List& lanes) {
  PYVM_ASSERT(!scopes_.empty() && scopes_.back().ways.leaves, "lanes leave where nobody looks for them");
  ir::Exit copy = from_.exits[id];
  List operands;
  for (const ValueId value : copy.operands)
    for (int gang = 0; gang < gangs_of_exits_; ++gang) operands.push_back(vector(value, std::min(gang, at_work_ - 1)));
  copy.operands = operands;
  const ir::ExitId exit = build_.add_exit(std::move(copy));
  for (int gang = 0; gang < at_work_; ++gang)
    build_.emit(Op::Leave, {lanes[static_cast<std::size_t>(gang)]},
                {.gang = static_cast<std::uint8_t>(gang), .exit = exit});
  state_.left = either(state_.left, lanes);
  state_.mask = without(state_.mask, lanes);
}

// All active lanes leave; nothing follows.
void Widener::leave_all(ir::ExitId id) {
  leave(id, state_.mask);
  state_.mask = all_masks(false);
  go_to_scope();
}

// Lanes without `good` leave.
void Widener::unless(const List& good, const Instruction& it) {
  Ways ways;
  ways.leaves = true;
  materialise(ways);
  const List bad = without(state_.mask, good);
  build_.begin_if(any(bad));
  const State before = state_;
  leave(it.exit, bad);
  check_empty();
  build_.yield(pack(ways));
  build_.begin_else();
  state_ = before;
  build_.yield(pack(ways));
  const List now = build_.end_if(pack_types(ways));
  auto next = now.begin();
  unpack(ways, next);
}

void Widener::leave_if(ValueId uniform, const Instruction& it) {
  const State before = state_;
  build_.begin_if(uniform);
  leave_all(it.exit);
  build_.end_if();
  state_ = before;
}

// A guard under a mask.
void Widener::masked_exit(const Instruction& it) {
  if (varies(it.operands[0])) return unless(vectors(it.operands[0]), it);
  leave_if(build_.emit(Op::Not, {at(it.operands[0])}), it);
}

// ---- giving up --------------------------------------------------------------------------------------------

// The step has had no effect yet: its first iteration and those behind it run in the scalar loop.
void Widener::restart_if(ValueId condition) {
  build_.begin_if(condition);
  give_up();
  build_.end_if();
}

void Widener::restart_unless(const Instruction& guard) {
  const ValueId good = guard.operands[0];
  restart_if(varies(good) ? any(without(state_.mask, vectors(good))) : build_.emit(Op::Not, {at(good)}));
}

// As the op, but that the lengths may differ, and that under a mask lanes whose subscript is out of range leave alone.
void Widener::index(const Instruction& it) {
  const auto wrapped = [&](ValueId subscript, ValueId length) {
    const ValueId zero = build_.zero(to_.type(subscript));
    return build_.emit(Op::Select, {build_.emit(Op::Lt, {subscript, zero}), add(subscript, length), subscript});
  };
  if (!varies(it.results[0])) {
    const ValueId length = at(it.operands[1]);
    const ValueId subscript = wrapped(at(it.operands[0]), length);
    const ValueId beyond = build_.emit(Op::ULe, {length, subscript});
    view_->restarts(it) ? restart_if(beyond) : leave_if(beyond, it);
    return set(it.results[0], subscript);
  }
  List subscripts, good;
  for (int gang = 0; gang < at_work_; ++gang) {
    const ValueId length = vector(it.operands[1], gang);
    subscripts.push_back(wrapped(vector(it.operands[0], gang), length));
    good.push_back(build_.emit(Op::ULt, {subscripts.back(), length}));
  }
  vectors_[it.results[0]] = subscripts;
  if (view_->restarts(it)) return restart_if(any(without(state_.mask, good)));
  if (masked()) return unless(good, it);
  for (const ValueId each : good) build_.guard(each, exit(it.exit));
}

} // namespace pyvm::tracer::nest
