// The Widener's control flow: what does not vary stays as it is, the rest runs under masks.
#include <algorithm>

#include "tracer/nest/widener.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

void append(std::vector<ValueId>& list, const std::vector<ValueId>& more) {
  list.insert(list.end(), more.begin(), more.end());
}
void append(std::vector<ir::Type>& list, const std::vector<ir::Type>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

} // namespace

void Widener::begin_block(const Types& results) {
  build_.begin_block(results);
  ++open_blocks_;
}

Widener::List Widener::end_block() {
  --open_blocks_;
  return build_.end_block();
}

void Widener::br_to(int number, const List& values) { build_.br(open_blocks_ - 1 - number, values); }

bool Widener::lanes_body(const ir::Body& body) {
  for (const ir::InstructionId id : body.instructions) {
    const Instruction& it = from_.at(id);
    build_.set_line(it.line);
    if (it.op == Op::Yield) return true;
    if (ir::info(it.op).effect == ir::Effect::Control) {
      if (!control(id, it)) return false;
    } else {
      in_lanes(id);
    }
    if (build_.unreachable()) return false;
  }
  return true;
}

// False when no lane goes on behind it.
bool Widener::control(ir::InstructionId id, const Instruction& it) {
  switch (it.op) {
  case Op::If:
    return varies(it.operands[0]) ? varying_if(it) : uniform_if(it);
  case Op::For:
    view_->has_varying_trips(it) ? varying_loop(it) : counted_loop(it);
    return true;
  case Op::Loop:
    endless_loop(it);
    return false;
  case Op::Block:
    block(it);
    return true;
  case Op::Br:
    return branch(it);
  default:
    in_lanes_exit(id, it);
    return false;
  }
}

void Widener::in_lanes_exit(ir::InstructionId id, const Instruction& it) {
  if (view_->restarts(it))
    give_up();
  else if (masked())
    leave_all(it.exit);
  else
    copy(id);
}

// ---- blocks -----------------------------------------------------------------------------------------------

// The values that a lane gives to the block, beside those of the lanes that wait there.
Widener::List Widener::given(const Waiting& block, const List& operands) {
  List result;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (i < block.follows.size() && block.follows[i] != ir::no_id) {
      append(result, block.results[i]);
      continue;
    }
    const List values = vectors(operands[i]);
    const bool alone = block.results[i].empty() || state_.mask.empty();
    append(result, alone ? values : select(state_.mask, values, block.results[i]));
  }
  return result;
}

Widener::List Widener::waiting_values(const Waiting& block) {
  List result;
  for (std::size_t i = 0; i < block.results.size(); ++i) {
    const ValueId zero = build_.zero(from_.type(block.block->results[i]).with_lanes(lanes_));
    append(result, block.results[i].empty() ? List(static_cast<std::size_t>(at_work_), zero) : block.results[i]);
  }
  return result;
}

bool Widener::branch(const Instruction& it) {
  const Instruction* block = view_->block_of(it);
  Waiting* waits = waiting(block);
  if (view_->diverges(it)) {
    const List values = given(*waits, it.operands);
    auto next = values.begin();
    for (List& result : waits->results) {
      result.assign(next, next + at_work_);
      next += at_work_;
    }
    waits->gone = either(waits->gone, masked() ? state_.mask : all_masks(true));
    state_.mask = all_masks(false);
    return false;
  }
  for (const OpenBlock& open : blocks_) {
    if (open.block != block) continue;
    List values = waits != nullptr ? given(*waits, it.operands) : flat(it.operands, 0, open.taken);
    append(values, pack(open.ways, waits == nullptr));
    br_to(open.number, values);
  }
  return false;
}

void Widener::block(const Instruction& it) {
  const bool waits = view_->waits(it);
  const Ways ways = view_->ways_of(it, masked());
  const List before = state_.mask;
  materialise(ways);
  if (waits) state_.waiting.push_back({&it, std::vector<List>(it.results.size()), {}});
  Types types = flat_types(it.results);
  append(types, pack_types(ways, !waits));
  begin_block(types);
  const int number = open_blocks_ - 1;
  blocks_.push_back({&it, number, ways, varying(it.results)});
  if (waits) scopes_.push_back({number, ways, false, [this, &it] { return waiting_values(*waiting(&it)); }});
  const bool flat_block = waits && view_->is_flat_block(it);
  flat_depth_ += flat_block ? 1 : 0;
  const bool falls = lanes_body(it.bodies[0]);
  flat_depth_ -= flat_block ? 1 : 0;
  if (!build_.unreachable() && (falls || waits)) {
    List values = !falls  ? waiting_values(*waiting(&it))
                  : waits ? given(*waiting(&it), end_of(it.bodies[0]).operands)
                          : flat(end_of(it.bodies[0]).operands, 0, blocks_.back().taken);
    append(values, pack(ways, !waits));
    build_.yield(values);
  } else if (!build_.unreachable()) {
    go_to_scope();
  }
  if (waits) scopes_.pop_back(), state_.waiting.pop_back();
  blocks_.pop_back();
  const List results = end_block();
  auto next = results.begin();
  take(it.results, 0, next);
  unpack(ways, next, !waits);
  if (!waits) return;
  restore_mask(before, ways);
  if (ways.any()) check_empty();
}

// ---- loops ------------------------------------------------------------------------------------------------

// The end of a loop's body: on with the next iteration, unless no lane is left for it.
void Widener::close_loop_body(const ir::Body& body, bool falls, const Varying& taken, const Ways& ways) {
  if (build_.unreachable()) return;
  if (!falls) return go_to_scope();
  List values = flat(end_of(body).operands, 0, taken);
  append(values, pack(ways));
  build_.yield(values);
}

// Where lanes leave the loop with a value as it is carried, that value need not be kept aside when they do: a result
// that is the carried value in every active lane, and stays where it is in the others, has it already.
void Widener::follow(const Instruction& loop, const Ways& ways) {
  materialise(ways);
  const std::vector<ValueId>& parameters = loop.bodies[0].parameters;
  for (Waiting& each : state_.waiting) {
    if (ways.blocks.count(each.block) == 0) continue;
    each.follows.assign(each.results.size(), ir::no_id);
    for (std::size_t i = 0; i < each.results.size(); ++i) {
      each.follows[i] = view_->carried_result(loop, *each.block, i);
      if (each.follows[i] == ir::no_id) continue;
      const auto at = std::find(parameters.begin(), parameters.end(), each.follows[i]) - parameters.begin();
      each.results[i] = select(state_.mask, vectors(loop.operands[static_cast<std::size_t>(at)]), each.results[i]);
    }
  }
}

void Widener::endless_loop(const Instruction& it) {
  const ir::Body& body = it.bodies[0];
  const Ways ways = view_->ways_of(it, masked());
  const Varying taken = varying(body.parameters);
  std::vector<std::vector<ValueId>> outer;
  for (const Waiting& each : state_.waiting) outer.push_back(each.follows);
  follow(it, ways);
  List carried = flat(it.operands, 0, taken);
  append(carried, pack(ways));
  const List parameters = build_.begin_loop(carried);
  auto next = parameters.begin();
  take(body.parameters, 0, next);
  unpack(ways, next);
  for (const Waiting& each : state_.waiting)
    for (std::size_t i = 0; i < each.follows.size(); ++i)
      if (each.follows[i] != ir::no_id && varies(each.follows[i])) vectors_[each.follows[i]] = each.results[i];
  const bool falls = lanes_body(body);
  for (Waiting& each : state_.waiting)
    for (std::size_t i = 0; i < each.follows.size() && falls; ++i) {
      const auto at = std::find(body.parameters.begin(), body.parameters.end(), each.follows[i]);
      if (at == body.parameters.end()) continue;
      const ValueId now = end_of(body).operands[static_cast<std::size_t>(at - body.parameters.begin())];
      each.results[i] = select(state_.mask, vectors(now), each.results[i]);
    }
  close_loop_body(body, falls, taken, ways);
  build_.end_loop();
  for (std::size_t i = 0; i < outer.size(); ++i) state_.waiting[i].follows = outer[i];
}

void Widener::counted_loop(const Instruction& it) {
  const ir::Body& body = it.bodies[0];
  const Ways ways = view_->ways_of(it, masked());
  const Varying taken = varying(body.parameters, 1);
  List carried = flat(it.operands, 2, taken);
  append(carried, pack(ways));
  const auto opened = build_.begin_for(at(it.operands[0]), at(it.operands[1]), it.immediate, carried);
  set(body.parameters[0], opened.index);
  auto next = opened.parameters.begin();
  take(body.parameters, 1, next);
  unpack(ways, next);
  close_loop_body(body, lanes_body(body), taken, ways);
  const List results = build_.end_for();
  next = results.begin();
  take(it.results, 0, next);
  unpack(ways, next);
}

// Every lane counts to its own end. Those that have ended wait behind the loop, and keep what they carry.
void Widener::varying_loop(const Instruction& it) {
  const ir::Body& body = it.bodies[0];
  const List before = state_.mask, hi = vectors(it.operands[1]), lo = vectors(it.operands[0]);
  const bool own_index = varies(it.operands[0]);
  List begun;
  for (std::size_t gang = 0; gang < hi.size(); ++gang) begun.push_back(build_.emit(Op::Lt, {lo[gang], hi[gang]}));
  state_.mask = both(before, begun);
  const Ways ways = view_->ways_of(it, true);
  const Varying taken = varying(body.parameters, 1);
  List carried = flat(it.operands, 2, taken);
  materialise(ways);
  Types types = flat_types(it.results);
  append(types, pack_types(ways, false));
  begin_block(types);
  scopes_.push_back({open_blocks_ - 1, ways, false, [&carried] { return carried; }});
  check_empty();

  List first = own_index ? lo : List{at(it.operands[0])};
  const std::size_t indices = first.size(), values = carried.size();
  append(first, carried);
  append(first, state_.mask);
  append(first, pack(ways, false));
  const List parameters = build_.begin_loop(first);
  auto next = parameters.begin();
  List index(next, next + static_cast<std::ptrdiff_t>(indices));
  if (own_index)
    vectors_[body.parameters[0]] = index;
  else
    set(body.parameters[0], index[0]);
  next += static_cast<std::ptrdiff_t>(indices);
  carried.assign(next, next + static_cast<std::ptrdiff_t>(values));
  take(body.parameters, 1, next);
  state_.mask.assign(next, next + at_work_);
  next += at_work_;
  unpack(ways, next, false);
  if (lanes_body(body)) {
    end_iteration(it, hi, index, carried);
    check_empty();
    append(index, carried);
    append(index, state_.mask);
    append(index, pack(ways, false));
    build_.yield(index);
  } else if (!build_.unreachable()) {
    go_to_scope();
  }
  build_.end_loop();
  scopes_.pop_back();
  const List results = end_block();
  next = results.begin();
  take(it.results, 0, next);
  unpack(ways, next, false);
  restore_mask(before, ways);
  if (ways.any()) check_empty();
}

// Takes the index on, what is carried, and the mask to the lanes that have another iteration.
void Widener::end_iteration(const Instruction& loop, const List& hi, List& index, List& carried) {
  const List& yielded = end_of(loop.bodies[0]).operands;
  List now;
  for (std::size_t i = 0; i < yielded.size(); ++i) {
    const auto old = carried.begin() + static_cast<std::ptrdiff_t>(i) * at_work_;
    const List values = vectors(yielded[i]);
    append(now, view_->is_read(loop.results[i]) ? select(state_.mask, values, List(old, old + at_work_)) : values);
  }
  carried = now;
  List more;
  for (std::size_t gang = 0; gang < hi.size(); ++gang) {
    const ValueId at = index.size() > 1 || varies(loop.operands[0]) ? index[gang] : splat(index[0]);
    const ValueId step = build_.constant(to_.type(at), static_cast<ScalarBits>(loop.immediate));
    // In the loop index < hi, so that their distance is exact as a number without sign.
    if (loop.immediate == 1)
      more.push_back(build_.emit(Op::Lt, {add(at, step), hi[gang]}));
    else
      more.push_back(build_.emit(Op::ULt, {step, build_.emit(Op::Sub, {hi[gang], at})}));
  }
  for (ValueId& each : index)
    each = add(each, build_.constant(to_.type(each), static_cast<ScalarBits>(loop.immediate)));
  state_.mask = both(state_.mask, more);
}

// ---- if ---------------------------------------------------------------------------------------------------

bool Widener::uniform_if(const Instruction& it) {
  const Ways ways = view_->ways_of(it, masked());
  const Varying taken = varying(it.results);
  materialise(ways);
  const State before = state_;
  const auto side = [&](const ir::Body& body) {
    const bool falls = lanes_body(body);
    if (build_.unreachable()) return false;
    if (falls) {
      List values = flat(end_of(body).operands, 0, taken);
      append(values, pack(ways));
      build_.yield(values);
    } else {
      go_to_scope();
    }
    return falls;
  };
  build_.begin_if(at(it.operands[0]));
  bool falls = side(it.bodies[0]);
  build_.begin_else();
  state_ = before;
  falls |= side(it.bodies[1]);
  Types types = flat_types(it.results);
  append(types, pack_types(ways));
  const List results = build_.end_if(types);
  auto next = results.begin();
  take(it.results, 0, next);
  unpack(ways, next);
  return falls;
}

bool Widener::varying_if(const Instruction& it) { return has_coherent_sides(it) ? coherent_if(it) : masked_if(it); }

bool Widener::masked_if(const Instruction& it) {
  const List before = state_.mask, condition = vectors(it.operands[0]);
  const Ways ways[2] = {view_->ways(it.bodies[0], true), view_->ways(it.bodies[1], true)};
  const List masks[2] = {both(before, condition), without(before, condition)};
  Side sides[2];
  if (view_->is_flat(it))
    flat_sides(it, masks, sides);
  else
    guarded_sides(it, condition, masks, ways, sides);
  auto next = sides[1].values.cbegin();
  take(it.results, 0, next);
  state_.mask = before;
  if (ways[0].any() || ways[1].any()) {
    List mask = all_masks(false);
    for (const int s : {0, 1})
      if (sides[s].falls) mask = either(mask, ways[s].any() ? sides[s].mask : masks[s]);
    state_.mask = mask;
    check_empty();
  }
  return sides[0].falls || sides[1].falls;
}

// Both sides run in every lane; then each lane selects. The second side's values are the joined ones.
void Widener::flat_sides(const Instruction& it, const List (&masks)[2], Side (&sides)[2]) {
  ++flat_depth_;
  for (const int s : {0, 1}) {
    const ir::Body& body = it.bodies[static_cast<std::size_t>(s)];
    state_.mask = masks[s];
    sides[s].falls = lanes_body(body);
    sides[s].mask = state_.mask;
    if (sides[s].falls)
      for (const ValueId value : end_of(body).operands) append(sides[s].values, vectors(value));
  }
  --flat_depth_;
  join(it, sides);
}

void Widener::join(const Instruction& it, Side (&sides)[2]) {
  if (sides[0].falls && sides[1].falls)
    sides[1].values = select_flat(vectors(it.operands[0]), sides[0].values, sides[1].values);
  else if (sides[0].falls)
    sides[1].values = sides[0].values;
  else if (!sides[1].falls)
    sides[1].values = zeros(flat_types(it.results));
}

// Values one after the other, each of them once a gang.
Widener::List Widener::select_flat(const List& mask, const List& when_true, const List& when_false) {
  List result;
  for (std::size_t i = 0; i < when_true.size(); ++i)
    result.push_back(build_.emit(Op::Select, {mask[i % mask.size()], when_true[i], when_false[i]}));
  return result;
}

// A side runs if any lane takes it. One that only yields needs no branch.
void Widener::guarded_sides(const Instruction& it, const List& condition, const List (&masks)[2], const Ways (&ways)[2],
                            Side (&sides)[2]) {
  const auto yields_only = [&](int s) {
    return end_of(it.bodies[static_cast<std::size_t>(s)]).op == Op::Yield &&
           it.bodies[static_cast<std::size_t>(s)].instructions.size() == 1;
  };
  const int first = yields_only(1) ? 1 : 0, second = 1 - first;
  for (const int s : {first, second}) {
    const ir::Body& body = it.bodies[static_cast<std::size_t>(s)];
    if (yields_only(s) && s == first) {
      for (const ValueId value : end_of(body).operands) append(sides[s].values, vectors(value));
      sides[s].falls = true;
      continue;
    }
    const Side* other = s == second && sides[first].falls ? &sides[first] : nullptr;
    guarded_side(it, s, condition, masks[s], ways[s], other, sides[s]);
  }
  // What the second one gives holds the first one's values.
  if (second == 0) sides[1].values = sides[0].values;
}

void Widener::guarded_side(const Instruction& it, int s, const List& condition, const List& mask, const Ways& ways,
                           const Side* other, Side& side) {
  const ir::Body& body = it.bodies[static_cast<std::size_t>(s)];
  Types types = flat_types(it.results);
  const List fallback = other != nullptr ? other->values : zeros(types);
  append(types, pack_types(ways));
  state_.mask = mask;
  materialise(ways);
  const auto give = [&](List values) {
    append(values, pack(ways));
    build_.yield(values);
  };
  build_.begin_if(any(mask));
  const State before = state_;
  if (ways.any()) {
    begin_block(types);
    scopes_.push_back({open_blocks_ - 1, ways, true, [&fallback] { return fallback; }});
  }
  side.falls = lanes_body(body);
  if (!build_.unreachable()) {
    List values;
    if (side.falls)
      for (const ValueId value : end_of(body).operands) append(values, vectors(value));
    if (side.falls && other != nullptr)
      values = s == 0 ? select_flat(condition, values, fallback) : select_flat(condition, fallback, values);
    give(side.falls ? values : fallback);
  }
  if (ways.any()) {
    scopes_.pop_back();
    const List values = end_block();
    build_.yield(values);
  }
  build_.begin_else();
  state_ = before;
  give(fallback);
  const List results = build_.end_if(types);
  const auto end = results.begin() + static_cast<std::ptrdiff_t>(fallback.size());
  side.values.assign(results.begin(), end);
  auto next = List::const_iterator(end);
  unpack(ways, next);
  side.mask = state_.mask;
}

} // namespace pyvm::tracer::nest
