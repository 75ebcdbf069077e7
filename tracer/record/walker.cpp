// Control flow: straight code, `if`, `for`, `while`, `break`, `continue`, `return`.
//
// The compiler emits structured code only: each conditional jump knows where its sides meet (Code::joins), each loop
// its pcs. So the walk is recursive: walk_range runs to a stop pc; what jumps elsewhere is a `br` to an open target.
#include "tracer/record/walker.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "vm/interp/draws.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

Walker::Walker(const Frame& frame, int loop, const PrangeJob* job, RunsInParallel runs_in_parallel,
               Knowledge& knowledge)
    : entry_(frame), loop_(loop), job_(job), runs_in_parallel_(runs_in_parallel), knowledge_(knowledge),
      build_(out_.region) {
  out_.code = frame.code;
  out_.loop = loop;
  out_.grain = job != nullptr;
  out_.region.name = frame.code->qualified_name;
  out_.region.file = frame.code->file();
  out_.region.line = frame.code->loops[loop].location.line;
  InlineFrame base{frame.code, frame.function.get(), &liveness(*frame.code), {}, 0, 0, nullptr, {}, {}};
  base.registers.assign(static_cast<std::size_t>(frame.code->registers) + 1, Abstract::of(Abstract::Shape::Entry));
  frames_.push_back(std::move(base));
  push_constants(frames_.back());
}

const Liveness& Walker::liveness(const Code& code) {
  return knowledge_.liveness.try_emplace(&code, code).first->second;
}

void Walker::push_constants(InlineFrame& frame) {
  for (auto [r, constant] : frame.code->register_constants) {
    const Value& value = frame.code->constants[constant];
    frame.registers[r] = value.is_number() ? constant_scalar(value) : Abstract::of_constant(value);
  }
}

Place Walker::place(std::uint32_t pc) const {
  Place p;
  for (std::size_t k = 1; k < frames_.size(); ++k) p.push_back(frames_[k].call_pc);
  p.push_back(pc);
  return p;
}

const Abstract& Walker::read(std::uint16_t r) {
  Abstract& a = frame().registers[r];
  if (a.is(Abstract::Shape::Entry)) a = entry_value(r);
  if (a.is(Abstract::Shape::Conflict) || a.is(Abstract::Shape::Unbound)) abandon(Abort::MaybeUnbound, register_name(r));
  if (frames_.size() == 1) {
    const auto found = accumulators_.find(r);
    if (found != accumulators_.end()) a.accumulator = found->second;
  }
  return a;
}

void Walker::write(std::uint16_t r, Abstract value) {
  if (!reducing_.empty()) {
    ReducingBody& body = reducing_.back();
    const bool reduces =
        frames_.size() == body.frames && std::find(body.reduced.begin(), body.reduced.end(), r) != body.reduced.end();
    // An inner loop may have no iteration.
    body.sometimes |= reduces && (conditional_ > body.conditional || body.goes_on || frame().loops.size() > body.loops);
  }
  if (frames_.size() == 1) {
    auto found = accumulators_.find(r);
    // The place of a selection says by itself whether a lane has chosen.
    if (found != accumulators_.end() && out_.region.accumulators[found->second].op != ReductionOp::Selected &&
        out_.live_in_kinds[found->second] != out_.region.accumulators[found->second].kind)
      build_.touch(found->second);
  }
  frame().registers[r] = std::move(value);
}

Recording Walker::walk() {
  if (job_)
    walk_grain();
  else if (code().loops[loop_].kind == LoopKind::While)
    walk_hot_while();
  else
    walk_hot_for();
  build_.finish();
  return std::move(out_);
}

// ---- the region's own loop ------------------------------------------------------------------------------------------

void Walker::walk_grain() {
  const LoopInfo& loop = code().loops[loop_];
  out_.step = job_->step();
  out_.start_is_zero = job_->start() == 0;
  out_.region.reduction_lanes = job_->lanes();
  for (std::size_t k = 0; k < job_->reductions().size(); ++k) {
    const PrangeReduction& r = job_->reductions()[k];
    if (r.array) break; // they stand behind the others
    if (knowledge_.accumulator_kinds.size() <= k) knowledge_.accumulator_kinds.resize(k + 1);
    const ScalarKind kind = knowledge_.accumulator_kinds[k].value_or(r.live_in.scalar_kind());
    accumulators_[r.guest_register] = static_cast<int>(k);
    out_.region.accumulators.push_back({r.op, kind, r.guest_register});
    out_.live_in_kinds.push_back(r.live_in.scalar_kind());
  }
  // What an earlier iteration left in a private is never read: nothing to hand on.
  for (std::uint16_t r : written(loop.body, loop.next, no_join))
    frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  const std::vector<Accumulating> arrays = accumulating_arrays();

  ir::ValueId start = ir::no_id;
  if (!out_.start_is_zero) {
    out_.region.scalars.push_back({ScalarKind::Int64, start_slot});
    start = build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1);
  }
  build_.set_line(loop.location.line);
  auto body = build_.begin_for(build_.begin(), build_.end(), 1, {});
  begin_draws(body.index);
  ir::ValueId index = body.index;
  if (out_.step != 1) index = build_.emit(ir::Op::Mul, {index, build_.int_constant(out_.step)});
  if (start != ir::no_id) index = build_.emit(ir::Op::Add, {index, start});
  frame().registers[loop.target] = Abstract::scalar(ScalarKind::Int64, index);
  for (auto [r, k] : accumulators_)
    frame().registers[r] = Abstract::scalar(out_.region.accumulators[k].kind, build_.lane_get(k));

  OpenLoop open{loop_, {}, ir::no_id, ir::no_id, 0, true};
  frame().loops.push_back(open);
  Registers kept;
  for (auto [r, k] : accumulators_) kept.push_back(r);
  for (const Accumulating& each : arrays) kept.push_back(each.guest_register);
  std::vector<Abstract> shapes;
  for (std::uint16_t r : kept) shapes.push_back(frame().registers[r]);
  body_with_continue(loop, kept, shapes);
  for (auto [r, k] : accumulators_) {
    const Abstract& value = frame().registers[r];
    const ir::Accumulator& a = out_.region.accumulators[k];
    if (!value.is(Abstract::Shape::Scalar)) abandon(Abort::TypeUnstable, register_name(r));
    if (value.kind != a.kind) settle_accumulator(k, value.kind);
    build_.lane_set(k, value.id);
  }
  for (const Accumulating& each : arrays)
    if (!same(frame().registers[each.guest_register], each.array))
      abandon(Abort::TypeUnstable, register_name(each.guest_register));
  frame().loops.pop_back();
  build_.yield();
  build_.end_for();
}

void Walker::walk_hot_for() {
  const LoopInfo& loop = code().loops[loop_];
  const Value* state = entry_.registers + loop.state;
  out_.step = recorded_step(state[2].as_int());
  const Registers carried = written(loop.body, loop.next + 1, loop.next);
  std::vector<ir::ValueId> initial;
  std::vector<Abstract> shapes = header_shapes(place(loop.enter), carried, initial);
  out_.region.scalars.push_back({ScalarKind::Int64, start_slot});
  const ir::ValueId start = build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1);
  ir::ValueId step = ir::no_id;
  if (out_.step == any_step) {
    out_.region.scalars.push_back({ScalarKind::Int64, step_slot});
    step = build_.param(static_cast<std::int64_t>(out_.region.scalars.size()) - 1);
  }
  build_.set_line(loop.location.line);
  auto body = build_.begin_for(build_.begin(), build_.end(), 1, initial);
  for (std::uint16_t r : written(loop.body, loop.next + 1, no_join))
    frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(carried, shapes, body.parameters);
  ir::ValueId index = body.index;
  if (out_.step != 1)
    index = build_.emit(ir::Op::Mul, {index, step == ir::no_id ? build_.int_constant(out_.step) : step});
  index = build_.emit(ir::Op::Add, {index, start});
  frame().loops.push_back({loop_, {}, ir::no_id, ir::no_id, 0, true});
  frame().registers[loop.target] = Abstract::scalar(ScalarKind::Int64, index);
  body_with_continue(loop, carried, shapes);
  hand_on(carried, shapes, place(loop.enter));
  frame().loops.pop_back();
  adopt_all(carried, shapes, build_.end_for());
  frame().loops.push_back({loop_, {}, ir::no_id, ir::no_id, 0, true});
  const ir::ExitId done = exit_at(loop.otherwise, "loop ends");
  frame().loops.pop_back();
  build_.exit(done);
}

void Walker::walk_hot_while() {
  const LoopInfo& loop = code().loops[loop_];
  const Registers carried = written(loop.body, loop.next + 1, loop.body);
  std::vector<ir::ValueId> initial;
  std::vector<Abstract> shapes = header_shapes(place(loop.enter), carried, initial);
  std::vector<ir::ValueId> parameters = build_.begin_loop(initial);
  for (std::uint16_t r : written(loop.body, loop.next + 1, no_join))
    frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(carried, shapes, parameters);
  frame().loops.push_back({loop_, {}, ir::no_id, ir::no_id, 0, true});
  body_with_continue(loop, carried, shapes);
  hand_on(carried, shapes, place(loop.enter));
  frame().loops.pop_back();
  build_.end_loop();
}

// ---- straight code and branches -------------------------------------------------------------------------------------

Walker::Ended Walker::walk_range(std::uint32_t pc, std::uint32_t stop) {
  while (pc != stop) {
    if (build_.unreachable()) return Ended::Left;
    if (out_.region.instructions.size() > most_instructions)
      abandon(Abort::TooLarge, fmt::format("over {} operations", most_instructions));
    pc_ = pc;
    exit_cache_ = ir::no_id;
    const Instruction& i = code().instructions[pc];
    build_.set_line(code().locations[pc].line);
    if (const int loop = while_loop_at(pc); loop >= 0) {
      if (while_loop(loop, pc) == Ended::Left) return Ended::Left;
      continue;
    }
    switch (i.op) {
    case Opcode::Jump: {
      const std::uint32_t target = pc + 1 + static_cast<std::uint32_t>(i.distance());
      if (target == stop) return Ended::Reached;
      // An inner join lies ahead on the straight way; only loops' targets are jumps away.
      if (jump_to(target) == Ended::Left) return Ended::Left;
      pc = target;
      break;
    }
    case Opcode::JumpIf:
    case Opcode::JumpIfNot:
      if (branch(pc, pc) == Ended::Left) return Ended::Left;
      break;
    case Opcode::EnterFor:
    case Opcode::EnterPrange:
      if (enter_for(pc, pc) == Ended::Left) return Ended::Left;
      break;
    case Opcode::Return:
      if (frames_.size() == 1) {
        build_.exit(exit_here("return"));
        return Ended::Left;
      }
      return return_value(read(i.a));
    case Opcode::Raise:
    case Opcode::RaiseAssertion:
      build_.exit(exit_here("raise"));
      return Ended::Left;
    case Opcode::Call: {
      Abstract result = call(pc, i);
      write(i.a, std::move(result));
      ++pc;
      break;
    }
    case Opcode::CallKeywords: {
      Abstract result = call_with_keywords(pc, i);
      write(i.a, std::move(result));
      pc += 2; // the next one names the keywords
      break;
    }
    default:
      operation(i);
      ++pc;
    }
  }
  return Ended::Reached;
}

// A jump out of the straight way: to an open loop's target, or out of the region's own loop. Reached: just ahead.
Walker::Ended Walker::jump_to(std::uint32_t target) {
  for (auto loop = frame().loops.rbegin(); loop != frame().loops.rend(); ++loop) {
    for (Target* t : loop->targets)
      if (t->pc == target) {
        if (!reducing_.empty() && frames_.size() == reducing_.back().frames)
          reducing_.back().goes_on |=
              std::distance(loop, frame().loops.rend()) == static_cast<std::ptrdiff_t>(reducing_.back().loops);
        leave_to(*t);
        return Ended::Left;
      }
    const LoopInfo& info = code().loops[loop->loop];
    if (loop->region && (target == info.end || target == info.otherwise)) {
      build_.exit(exit_at(target, "loop ends"));
      return Ended::Left;
    }
  }
  return Ended::Reached;
}

// The exit of a while loop.
void Walker::leave_while(ir::ValueId condition, std::uint32_t away) {
  build_.begin_if(condition);
  const auto saved = frames_;
  ++conditional_;
  const Ended left = jump_to(away);
  PYVM_ASSERT(left == Ended::Left, "the exit of a while loop leads to an open target");
  --conditional_;
  frames_ = saved;
  build_.end_if();
}

// Ends a side of an `if` with the flattened values of the registers that either side has changed; their shapes.
// `other`: the other side's. Shapes that differ teach Knowledge and start the walk again.
std::vector<Abstract> Walker::hand_on_side(const Registers& changed, const Place& here,
                                           const std::vector<Abstract>* other) {
  std::vector<ir::ValueId> values;
  std::vector<Abstract> shapes;
  for (std::uint16_t r : changed) {
    Abstract& value = frame().registers[r];
    if (value.is(Abstract::Shape::Entry)) value = entry_value(r);
    Abstract shape = shape_of(here, r, value);
    // Unlike the other side's: append_flat settles on a shape for both, and the walk starts again.
    if (other && !hint_of(here, r)) shape = (*other)[shapes.size()];
    append_flat(value, shape, here, r, values);
    shapes.push_back(std::move(shape));
  }
  build_.yield(values);
  return shapes;
}

Walker::Ended Walker::branch(std::uint32_t pc, std::uint32_t& next) {
  const Instruction& i = code().instructions[pc];
  const std::uint32_t join = code().joins[pc];
  const std::uint32_t away = pc + 1 + static_cast<std::uint32_t>(i.distance());
  ir::ValueId condition = truth(read(i.a));
  const bool jump_on = i.op == Opcode::JumpIf;
  if (auto bits = build_.constant_bits(condition)) {
    const bool jumps = (*bits != 0) == jump_on;
    if (!jumps) {
      next = pc + 1;
      return Ended::Reached;
    }
    if (jump_to(away) == Ended::Left) return Ended::Left;
    next = away;
    return Ended::Reached;
  }
  if (join == no_join) {
    leave_while(jump_on ? condition : build_.emit(ir::Op::Not, {condition}), away);
    next = pc + 1;
    return Ended::Reached;
  }

  const Place here = place(pc);
  const Registers changed = written(pc + 1, join, join);
  const Registers touched = written(pc + 1, join, no_join);
  const auto before = frames_;
  if (jump_on) condition = build_.emit(ir::Op::Not, {condition});

  std::vector<Abstract> shapes[2];
  bool reached[2] = {false, false};
  build_.begin_if(condition);
  for (int side = 0; side < 2; ++side) {
    if (side == 1) {
      build_.begin_else();
      frames_ = before;
    }
    ++conditional_;
    reached[side] = walk_range(side == 0 ? pc + 1 : away, join) == Ended::Reached && !build_.unreachable();
    --conditional_;
    if (!reached[side]) continue;
    shapes[side] = hand_on_side(changed, here, side == 1 && reached[0] ? &shapes[0] : nullptr);
  }
  std::vector<ir::Type> types;
  const int kept = reached[0] ? 0 : 1;
  for (const Abstract& shape : shapes[kept]) append_types(shape, types);
  const std::vector<ir::ValueId> results = build_.end_if(types);
  if (!reached[0] && !reached[1]) return Ended::Left;
  frames_ = before;
  for (std::uint16_t r : touched) frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(changed, shapes[kept], results);
  next = join;
  return Ended::Reached;
}

Walker::Ended Walker::return_value(const Abstract& value) {
  if (Target* target = frame().returns) {
    const Place here = place(0);
    auto& known = knowledge_.returns[here];
    if (known.empty()) {
      known.push_back(value);
      if (draws_) known.push_back(frame().registers[drawn_register()]);
      throw Restart{};
    }
    std::vector<ir::ValueId> flat;
    const Abstract& shape = known[0];
    const bool alike = shape.shape == value.shape && (!shape.is_numeric() || shape.kind == value.kind);
    if (!alike || (!value.is_numeric() && !value.is(Abstract::Shape::Tuple) && !same(shape, value)))
      abandon(Abort::TypeUnstable, code().name + "()'s result");
    append_flat(value, shape, here, 0, flat);
    if (draws_) append_drawn(frame().registers[drawn_register()], target->shapes[1], here, flat);
    build_.br(open_blocks_ - 1 - target->block, flat);
    return Ended::Left;
  }
  frame().result = value;
  return Ended::Left;
}

// ---- loops ----------------------------------------------------------------------------------------------------------

int Walker::while_loop_at(std::uint32_t pc) const {
  for (std::size_t k = 0; k < code().loops.size(); ++k) {
    const LoopInfo& loop = code().loops[k];
    if (loop.kind != LoopKind::While || loop.body != pc) continue;
    const bool open = std::any_of(frame().loops.begin(), frame().loops.end(),
                                  [&](const OpenLoop& o) { return o.loop == static_cast<int>(k); });
    if (!open) return static_cast<int>(k);
  }
  return -1;
}

// Walks a loop's body to its next; `continue` inside meets the end of the body there.
void Walker::body_with_continue(const LoopInfo& loop, const Registers& carried, const std::vector<Abstract>& shapes) {
  Target target{loop.next, place(loop.next), open_blocks_, carried, {}};
  for (std::size_t k = 0; k < carried.size(); ++k)
    target.shapes.push_back(shape_of(target.place, carried[k], shapes[k]));
  open_target(target);
  frame().loops.back().targets.push_back(&target);
  const bool reached = walk_range(loop.body, loop.next) == Ended::Reached;
  frame().loops.back().targets.pop_back();
  close_target(target, reached);
}

// Ends a loop's body with what it carries, if its end is reached at all (not after range(0)).
void Walker::hand_on(const Registers& carried, const std::vector<Abstract>& shapes, const Place& header) {
  if (build_.unreachable()) return;
  std::vector<ir::ValueId> next;
  for (std::size_t k = 0; k < carried.size(); ++k)
    append_flat(frame().registers[carried[k]], shapes[k], header, carried[k], next);
  build_.yield(next);
}

// Opens the loop over a range whose step is `by`, or known only when the loop begins (0). Its body, and the range's
// value there.
std::pair<ir::Builder::ForBody, ir::ValueId> Walker::begin_range(const Abstract& range, std::int64_t by,
                                                                 const std::vector<ir::ValueId>& initial) {
  const ir::ValueId start = range.items[0].id, stop = range.items[1].id;
  if (by > 0) {
    const auto body = build_.begin_for(start, stop, by, initial);
    return {body, body.index};
  }
  if (by == 0) {
    const auto body = build_.begin_for(build_.int_constant(0), trips_of(range), 1, initial);
    return {body, build_.emit(ir::Op::Add, {start, build_.emit(ir::Op::Mul, {body.index, range.items[2].id})})};
  }
  // Counts -1 - value upwards, which leaves 64 bits nowhere.
  const auto mirrored = [&](ir::ValueId v) { return build_.emit(ir::Op::Sub, {build_.int_constant(-1), v}); };
  const ir::ValueId from = mirrored(start);
  const auto body = build_.begin_for(from, mirrored(stop), -by, initial);
  return {body, mirrored(body.index)};
}

Walker::Ended Walker::enter_for(std::uint32_t pc, std::uint32_t& next) {
  const Instruction& i = code().instructions[pc];
  const LoopInfo& loop = code().loops[i.c];
  const Abstract range = read(i.b);
  if (!range.is(Abstract::Shape::Range)) {
    give_up(Abort::UnsupportedOperation, "a 'for' loop over something else than range()");
    return Ended::Left;
  }
  const bool independent = loop.kind == LoopKind::Prange && loop.in_order_reason.empty();
  if (independent && runs_in_parallel_ && runs_in_parallel_(code(), i.c))
    abandon(Abort::HoldsPrange, fmt::format("line {}", loop.location.line));
  if (independent && may_draw(code(), i.c)) {
    give_up(Abort::UnsupportedOperation, "a prange that draws from np.random inside another loop");
    return Ended::Left;
  }
  if (accumulates_arrays(loop)) {
    give_up(Abort::UnsupportedOperation, "a prange that adds to an array as a whole inside another loop");
    return Ended::Left;
  }
  out_.holds_prange |= independent;
  if (reduces(loop)) return nested_reduction(pc, next);
  const std::int64_t by = constant_step(range);

  const Registers carried = written(loop.body, loop.next + 1, loop.next);
  const Registers all = written(loop.body, loop.next + 1, no_join);
  const Registers at_end = written(loop.body, loop.end, loop.end);
  const Place here = place(pc), end_place = place(loop.end);
  // The target belongs to what the loop writes.
  Target end{loop.end, end_place, open_blocks_, at_end, target_shapes(end_place, at_end)};
  open_target(end);

  std::vector<ir::ValueId> initial;
  std::vector<Abstract> shapes = header_shapes(here, carried, initial);
  const auto [body, value] = begin_range(range, by, initial);
  if (independent) build_.declare_independent();
  for (std::uint16_t r : all) frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(carried, shapes, body.parameters);
  frame().registers[loop.target] = Abstract::scalar(ScalarKind::Int64, value);
  OpenLoop open{i.c, {&end}, value, range.items[1].id, by, false, by == 0 ? range.items[2].id : ir::no_id};
  frame().loops.push_back(open);
  body_with_continue(loop, carried, shapes);
  hand_on(carried, shapes, here);
  frame().loops.pop_back();
  const std::vector<ir::ValueId> results = build_.end_for();
  for (std::uint16_t r : all) frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(carried, shapes, results);
  const bool reached = walk_range(loop.otherwise, loop.end) == Ended::Reached;
  close_target(end, reached);
  next = loop.end;
  return build_.unreachable() ? Ended::Left : Ended::Reached;
}

Walker::Ended Walker::while_loop(int index, std::uint32_t& next) {
  const LoopInfo& loop = code().loops[index];
  const Registers carried = written(loop.body, loop.next + 1, loop.body);
  const Registers all = written(loop.body, loop.next + 1, no_join);
  const Registers at_end = written(loop.body, loop.end, loop.end);
  const Registers at_otherwise = written(loop.body, loop.next + 1, loop.otherwise);
  const Place here = place(loop.body + (1u << 30)), end_place = place(loop.end),
              otherwise_place = place(loop.otherwise + (1u << 30));
  Target end{loop.end, end_place, open_blocks_, at_end, target_shapes(end_place, at_end)};
  open_target(end);
  Target otherwise{loop.otherwise, otherwise_place, open_blocks_, at_otherwise,
                   target_shapes(otherwise_place, at_otherwise)};
  const bool has_else = loop.otherwise != loop.end;
  if (has_else) open_target(otherwise);

  std::vector<ir::ValueId> initial;
  std::vector<Abstract> shapes = header_shapes(here, carried, initial);
  const std::vector<ir::ValueId> parameters = build_.begin_loop(initial);
  for (std::uint16_t r : all) frame().registers[r] = Abstract::of(Abstract::Shape::Conflict);
  adopt_all(carried, shapes, parameters);
  OpenLoop open{index, {&end}, ir::no_id, ir::no_id, 0, false};
  if (has_else) open.targets.push_back(&otherwise);
  frame().loops.push_back(open);
  body_with_continue(loop, carried, shapes);
  hand_on(carried, shapes, here);
  frame().loops.pop_back();
  build_.end_loop();
  bool reached = false;
  if (has_else) {
    close_target(otherwise, false);
    reached = walk_range(loop.otherwise, loop.end) == Ended::Reached;
  }
  close_target(end, reached);
  next = loop.end;
  return build_.unreachable() ? Ended::Left : Ended::Reached;
}

} // namespace pyvm::tracer
