// The part of the builder that opens, ends and folds bodies.
//
// Every begin_* pushes a frame and every end_* pops it. A frame knows where its code goes: into its own body, into the
// body around it (the owner was folded away), or nowhere. `terminated` says that the place where the frame writes
// cannot be reached any more, `dead` that none of the frame can.
#include "tracer/ir/builder.h"

#include <algorithm>
#include <utility>

#include "tracer/ir/walk.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

Builder::Frame& Builder::open_frame(Op owner, Where where, Values operands) {
  const bool dead = unreachable() || where == Where::Dropped;
  Frame& frame = frames_.emplace_back();
  frame.owner = owner;
  frame.where = where;
  frame.dead = dead;
  frame.instruction.op = owner;
  frame.instruction.line = line_;
  frame.instruction.operands.assign(operands.begin(), operands.end());
  open_scope(frame);
  return frame;
}

void Builder::seal(Body& body, std::span<const Type> types) {
  if (!body.instructions.empty() && is_terminator(region_.at(body.instructions.back()).op)) return;
  const InstructionId end = new_instruction({.op = Op::Yield, .operands = zeros(types)}, {});
  body.instructions.push_back(end);
}

// Makes the owner's instruction and puts it into the enclosing body; the frame has been taken off the stack.
std::vector<ValueId> Builder::append_owner(Frame& frame, std::span<const Type> result_types) {
  const int line = std::exchange(line_, frame.instruction.line);
  const InstructionId id = new_instruction(std::move(frame.instruction), result_types);
  line_ = line;
  append(id);
  return region_.at(id).results;
}

void Builder::splice(const Body& body, bool with_terminator) {
  if (unreachable()) return;
  auto& into = target_body().instructions;
  const auto end = body.instructions.end() - (with_terminator ? 0 : 1);
  into.insert(into.end(), body.instructions.begin(), end);
}

// ---- terminators ---------------------------------------------------------------------------------------------------

void Builder::yield(Values values) {
  Frame& frame = frames_.back();
  if (frame.terminated) return;
  frame.yields[frame.side] = true;
  frame.yielded[frame.side] = resolved(values);
  if (frame.where == Where::Owned && !frame.dead)
    append(new_instruction({.op = Op::Yield, .operands = frame.yielded[frame.side]}, {}));
  frame.terminated = true;
}

void Builder::br(int depth, Values values) {
  if (unreachable()) return end_dead_body();
  std::size_t block = frames_.size() - 1;
  for (int left = depth;; --block) {
    PYVM_ASSERT(block > 0, "br leaves more blocks than there are");
    if (frames_[block].owner == Op::Block && left-- == 0) break;
  }
  if (target_index() == block) { // the end of the block itself
    frames_[block].yields[0] = true;
    frames_[block].yielded[0] = resolved(values);
    append(new_instruction({.op = Op::Yield, .operands = resolved(values)}, {}));
  } else {
    const InstructionId id = new_instruction({.op = Op::Br, .immediate = depth, .operands = resolved(values)}, {});
    append(id);
    frames_[block].branched_to = true;
    for (std::size_t i = block + 1; i < frames_.size(); ++i)
      if (frames_[i].owner == Op::Block) frames_[i].branches_through.push_back(id);
  }
  mark_terminated();
}

// A body that never runs ends too, so that no values are taken from it.
void Builder::end_dead_body() { frames_.back().terminated = true; }

void Builder::exit(ExitId exit) {
  if (unreachable()) return end_dead_body();
  append(new_instruction({.op = Op::Exit, .exit = exit}, {}));
  mark_terminated();
}

void Builder::finish() {
  PYVM_ASSERT(frames_.size() == 1, "a body is still open");
  yield();
  seal(region_.body, {});
}

// ---- if ------------------------------------------------------------------------------------------------------------

void Builder::open_side(Frame& frame, int side) {
  frame.side = side;
  frame.terminated = false;
  open_scope(frame);
  if (frame.taken) frame.where = *frame.taken == (side == 0) ? Where::InPlace : Where::Dropped;
  const Frame& outer = frames_[frames_.size() - 2];
  frame.dead = outer.terminated || outer.dead || frame.where == Where::Dropped;
  const ValueId condition = frame.instruction.operands[0];
  if (frame.where == Where::Owned) learn(condition, side == 0);
}

// Value numbers of an in-place side stay: its code runs whenever what follows does.
void Builder::close_side(Frame& frame) {
  if (frame.where == Where::Owned) frame.instruction.bodies.push_back(std::exchange(frame.body, {}));
  if (frame.where != Where::InPlace) close_scope(frame);
}

void Builder::begin_if(ValueId condition) {
  condition = resolved(condition);
  const auto bits = constant_bits(condition);
  Frame& frame = open_frame(Op::If, Where::Owned, {&condition, 1});
  if (bits) frame.taken = *bits != 0;
  open_side(frame, 0);
}

// Where nobody has ended it: with no values, unless that is no end but dropped code.
void Builder::end_side() {
  if (unreachable()) return end_dead_body();
  yield();
}

void Builder::begin_else() {
  Frame& frame = frames_.back();
  PYVM_ASSERT(frame.owner == Op::If && frame.side == 0, "begin_else belongs to an open if");
  end_side();
  close_side(frame);
  open_side(frame, 1);
}

std::vector<ValueId> Builder::end_if(std::span<const Type> types) {
  PYVM_ASSERT(frames_.back().owner == Op::If, "end_if belongs to an open if");
  if (frames_.back().side == 0) begin_else();
  end_side();
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  const auto either = [&] {
    return frame.yields[0] ? frame.yielded[0] : frame.yields[1] ? frame.yielded[1] : zeros(types);
  };
  if (frame.dead || frame.taken) {
    if (frame.where != Where::InPlace) close_scope(frame);
    if (!frame.taken) return either();
    const int side = *frame.taken ? 0 : 1;
    return frame.yields[side] ? frame.yielded[side] : zeros(types);
  }
  frame.instruction.bodies.push_back(std::move(frame.body));
  if (frame.yields[0] != frame.yields[1]) return end_if_of_one(std::move(frame), frame.yields[0] ? 0 : 1);
  close_scope(frame);
  if (frame.yields[0]) return end_if_of_two(std::move(frame));
  for (Body& body : frame.instruction.bodies) seal(body, {});
  append_owner(frame, {});
  mark_terminated();
  return zeros(types);
}

// Both sides go on after the `if`.
std::vector<ValueId> Builder::end_if_of_two(Frame frame) {
  std::vector<Body>& bodies = frame.instruction.bodies;
  const std::vector<ValueId>& then_values = frame.yielded[0];
  const std::vector<ValueId>& else_values = frame.yielded[1];
  PYVM_ASSERT(then_values.size() == else_values.size(), "the sides of an if yield different numbers of values");
  const ValueId condition = frame.instruction.operands[0];
  std::vector<ValueId> results;
  if (bodies[0].instructions.size() == 1 && bodies[1].instructions.size() == 1) {
    for (std::size_t i = 0; i < then_values.size(); ++i) {
      const int lanes = region_.type(then_values[i]).lanes;
      const ValueId mask = lanes == 1 ? condition : emit(Op::Splat, {condition}, {.type = b1.with_lanes(lanes)});
      results.push_back(emit(Op::Select, {mask, then_values[i], else_values[i]}));
    }
    return results;
  }
  // A value that both sides yield is visible outside of them.
  std::vector<ValueId> kept[2];
  for (std::size_t i = 0; i < then_values.size(); ++i) {
    if (then_values[i] == else_values[i]) continue;
    kept[0].push_back(then_values[i]);
    kept[1].push_back(else_values[i]);
  }
  for (int side : {0, 1}) region_.at(bodies[side].instructions.back()).operands = kept[side];
  const std::vector<ValueId> joined = append_owner(frame, types_of(kept[0]));
  auto next = joined.begin();
  for (std::size_t i = 0; i < then_values.size(); ++i)
    results.push_back(then_values[i] == else_values[i] ? then_values[i] : *next++);
  return results;
}

// One side leaves; the code of the other goes on behind the `if`, so that what it computes is visible there.
std::vector<ValueId> Builder::end_if_of_one(Frame frame, int falling) {
  const ValueId condition = frame.instruction.operands[0];
  Body& body = frame.instruction.bodies[falling];
  Body rest = body;
  rest.instructions.pop_back();
  region_.at(body.instructions.back()).operands.clear();
  body.instructions = {body.instructions.back()};
  seal(frame.instruction.bodies[1 - falling], {});
  if (falling == 0) close_scope(frame);
  append_owner(frame, {});
  learn(condition, falling == 0);
  splice(rest, true);
  return frame.yielded[falling];
}

// ---- for, loop, block ----------------------------------------------------------------------------------------------

Builder::ForBody Builder::begin_for(ValueId lo, ValueId hi, std::int64_t step, Values carried) {
  PYVM_ASSERT(step > 0, "a for has a positive step");
  std::vector<ValueId> operands{resolved(lo), resolved(hi)};
  for (const ValueId value : carried) operands.push_back(resolved(value));
  const auto first = constant_bits(operands[0]), last = constant_bits(operands[1]);
  // The outermost loop stays a loop even when it runs once: exits take their ordinal from it.
  const bool nested = std::any_of(frames_.begin(), frames_.end(),
                                  [](const Frame& frame) { return frame.owner == Op::For || frame.owner == Op::Loop; });
  Where where = Where::Owned;
  if (first && last) {
    const auto from = static_cast<std::int64_t>(*first), to = static_cast<std::int64_t>(*last);
    if (from >= to)
      where = Where::Dropped;
    else if (nested &&
             static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from) <= static_cast<std::uint64_t>(step))
      where = Where::InPlace;
  }
  Frame& frame = open_frame(Op::For, where, operands);
  frame.instruction.immediate = step;
  if (where == Where::InPlace) return {operands[0], {operands.begin() + 2, operands.end()}};
  ForBody result{region_.new_value(i64), {}};
  for (std::size_t i = 2; i < operands.size(); ++i)
    result.parameters.push_back(region_.new_value(region_.type(operands[i])));
  frame.body.parameters = {result.index};
  frame.body.parameters.insert(frame.body.parameters.end(), result.parameters.begin(), result.parameters.end());
  return result;
}

std::vector<ValueId> Builder::end_for() {
  PYVM_ASSERT(frames_.back().owner == Op::For, "end_for belongs to an open for");
  if (frames_.back().instruction.operands.size() == 2) yield();
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  const std::vector<ValueId> carried(frame.instruction.operands.begin() + 2, frame.instruction.operands.end());
  PYVM_ASSERT(frame.terminated || frame.dead, "the body of a for has no end");
  PYVM_ASSERT(!frame.yields[0] || frame.yielded[0].size() == carried.size(), "a for yields what it carries");
  if (frame.where == Where::InPlace) return frame.yields[0] ? frame.yielded[0] : carried;
  close_scope(frame);
  if (frame.where == Where::Dropped || frame.dead) return carried;
  const std::vector<Type> types = types_of(carried);
  seal(frame.body, types);
  frame.instruction.bodies.push_back(std::move(frame.body));
  return append_owner(frame, types);
}

std::vector<ValueId> Builder::begin_loop(Values carried) {
  const std::vector<ValueId> operands = resolved(carried);
  Frame& frame = open_frame(Op::Loop, Where::Owned, operands);
  for (const ValueId value : operands) frame.body.parameters.push_back(region_.new_value(region_.type(value)));
  return frame.body.parameters;
}

void Builder::end_loop() {
  PYVM_ASSERT(frames_.back().owner == Op::Loop, "end_loop belongs to an open loop");
  if (frames_.back().instruction.operands.empty()) yield();
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  PYVM_ASSERT(frame.terminated || frame.dead, "the body of a loop has no end");
  close_scope(frame);
  if (frame.dead) return;
  const std::vector<Type> types = types_of(frame.instruction.operands);
  PYVM_ASSERT(!frame.yields[0] || frame.yielded[0].size() == types.size(), "a loop yields what it carries");
  seal(frame.body, types);
  frame.instruction.bodies.push_back(std::move(frame.body));
  append_owner(frame, {});
  mark_terminated();
}

void Builder::begin_block(std::span<const Type> results) {
  Frame& frame = open_frame(Op::Block, Where::Owned, {});
  frame.result_types.assign(results.begin(), results.end());
}

std::vector<ValueId> Builder::end_block() {
  PYVM_ASSERT(frames_.back().owner == Op::Block, "end_block belongs to an open block");
  if (frames_.back().result_types.empty()) yield();
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  PYVM_ASSERT(frame.terminated || frame.dead, "the body of a block has no end");
  PYVM_ASSERT(!frame.yields[0] || frame.yielded[0].size() == frame.result_types.size(), "a block yields its results");
  if (frame.dead || frame.branched_to) {
    close_scope(frame);
    if (frame.dead) return frame.yields[0] ? frame.yielded[0] : zeros(frame.result_types);
    seal(frame.body, frame.result_types);
    frame.instruction.bodies.push_back(std::move(frame.body));
    return append_owner(frame, frame.result_types);
  }
  // Nothing leaves it by `br`: its code goes on in the enclosing body, and so do its value numbers.
  for (const InstructionId branch : frame.branches_through) --region_.at(branch).immediate;
  splice(frame.body, !frame.yields[0]);
  if (frame.yields[0]) return frame.yielded[0];
  mark_terminated();
  return zeros(frame.result_types);
}

} // namespace pyvm::ir
