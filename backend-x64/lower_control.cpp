// Structured control flow: branches, counted loops, open loops, blocks.

#include "backend-x64/lowering.h"

#include "vm/support/assert.h"

#include <limits>

namespace pyvm::x64 {

using asmjit::x86::CondCode;

std::vector<x86::Reg> Generator::targets(const std::vector<ValueId>& values) {
  std::vector<x86::Reg> result;
  for (ValueId value : values) result.push_back(target(value));
  return result;
}

// ---- if -----------------------------------------------------------------------------------------------------------

// The label of cold code that does all of a side that only leaves; nothing for other sides.
std::optional<Label> Generator::way_out(const ir::Body& side) {
  const Instruction& first = region_.instructions[side.instructions.front()];
  if (first.op == Op::Exit) return exit_stub(first);
  if (first.op != Op::Br) return std::nullopt;
  Label label = cc_.newLabel();
  Block& block = blocks_[blocks_.size() - 1 - static_cast<std::size_t>(first.immediate)];
  block.reached = true;
  later([this, label, results = block.results, end = block.end, &first] {
    cc_.bind(label);
    move_all(results, first.operands);
    cc_.jmp(end);
  });
  return label;
}

void Generator::lower_if(const Instruction& it) {
  const ir::Body &then = it.bodies[0], &otherwise = it.bodies[1];
  std::vector<x86::Reg> results = targets(it.results);
  if (std::optional<Label> out = way_out(then)) {
    branch(it.operands[0], true, *out);
    lower_side(otherwise, results);
    return;
  }
  if (std::optional<Label> out = way_out(otherwise)) {
    branch(it.operands[0], false, *out);
    lower_side(then, results);
    return;
  }
  Label other_side = cc_.newLabel(), end = cc_.newLabel();
  branch(it.operands[0], false, other_side);
  bool first_ends = lower_side(then, results);
  bool empty = region_.instructions[otherwise.instructions.front()].op == Op::Yield && it.results.empty();
  if (first_ends && !empty) cc_.jmp(end);
  cc_.bind(other_side);
  reachable_ = true;
  bool second_ends = lower_side(otherwise, results);
  cc_.bind(end);
  reachable_ = first_ends || second_ends;
}

// True when the end of the side is reached; its values are in the results' registers then.
bool Generator::lower_side(const ir::Body& side, const std::vector<x86::Reg>& results) {
  const Instruction* yield = lower_body(side);
  if (yield) move_all(results, yield->operands);
  reachable_ = yield != nullptr;
  return reachable_;
}

// ---- for ----------------------------------------------------------------------------------------------------------

void Generator::lower_for(const Instruction& it) {
  LoopId loop = facts_.at(it).owns;
  LoopState& state = loops_[static_cast<std::size_t>(loop)];
  const ir::Body& body = it.bodies[0];
  // The loop's registers are those of its results.
  for (std::size_t k = 0; k < it.results.size(); ++k) regs_[body.parameters[k + 1]] = target(it.results[k]);
  state.index = target_gp(body.parameters[0]);
  Label top = cc_.newLabel(), end = cc_.newLabel();

  std::vector<ValueId> first(it.operands.begin() + 2, it.operands.end());
  std::vector<x86::Reg> carried = targets(std::vector<ValueId>(body.parameters.begin() + 1, body.parameters.end()));
  first.push_back(it.operands[0]);
  carried.push_back(state.index);
  move_all(carried, first);
  carried.pop_back();

  LoopEnd last = loop_end(it);
  std::optional<std::int64_t> lo = int_constant(it.operands[0]), hi = int_constant(it.operands[1]);
  if (!(lo && hi && *lo < *hi)) {
    emit(Id::kIdCmp, state.index, last.hi);
    cc_.jge(end);
  }
  if (last.limit.isReg()) {
    // index + step < hi as index < hi - step, which can overflow only to where no second iteration is due.
    x86::Gp lowest = new_gp(), step = new_gp();
    cc_.mov(step, Imm(it.immediate));
    cc_.sub(last.limit.as<x86::Gp>(), step);
    cc_.mov(lowest, Imm(std::numeric_limits<std::int64_t>::min()));
    cc_.cmovo(last.limit.as<x86::Gp>(), lowest);
  }
  set_up_pointers(loop);
  bool outermost = !ordinal_ && !inside_loop_op_;
  if (outermost) {
    ordinal_ = Ordinal{state.index, it.immediate};
    open_lanes(it);
  }
  if (facts_.loop(loop).innermost) cc_.align(asmjit::AlignMode::kCode, 32);
  cc_.bind(top);
  if (outermost) find_lane();
  if (const Instruction* yield = lower_body(body)) {
    move_all(carried, yield->operands);
    bump_pointers(loop);
    close_loop(it, last, state.index, top);
    if (outermost) close_lanes();
  }
  if (outermost) {
    kept_lanes_.clear();
    ordinal_.reset();
  }
  cc_.bind(end);
  reachable_ = true;
}

Generator::LoopEnd Generator::loop_end(const Instruction& it) {
  Operand hi = source(it.operands[1]);
  if (it.immediate == 1) return {hi, Operand()};
  if (hi.isImm() && it.immediate <= std::numeric_limits<std::int32_t>::max()) {
    std::int64_t limit = hi.as<Imm>().value() - it.immediate;
    if (limit == static_cast<std::int32_t>(limit)) return {hi, Imm(limit)};
  }
  x86::Gp limit = new_gp();
  move(limit, it.operands[1]);
  return {hi, limit};
}

void Generator::close_loop(const Instruction& it, const LoopEnd& last, const x86::Gp& index, const Label& top) {
  if (it.immediate == 1) { // index < hi, so that index + 1 cannot overflow
    cc_.add(index, 1);
    emit(Id::kIdCmp, index, last.hi);
    cc_.jl(top);
    return;
  }
  emit(Id::kIdCmp, index, last.limit);
  if (it.immediate == static_cast<std::int32_t>(it.immediate)) {
    cc_.lea(index, x86::ptr(index, static_cast<std::int32_t>(it.immediate))); // keeps the flags
  } else {
    x86::Gp step = new_gp();
    cc_.mov(step, Imm(it.immediate));
    cc_.lea(index, x86::ptr(index, step));
  }
  cc_.jl(top);
}

// ---- loop and block -----------------------------------------------------------------------------------------------

void Generator::lower_loop(const Instruction& it) {
  const ir::Body& body = it.bodies[0];
  std::vector<x86::Reg> carried = targets(body.parameters);
  move_all(carried, it.operands);
  LoopId loop = facts_.at(it).owns;
  set_up_pointers(loop);
  bool was_inside = inside_loop_op_;
  inside_loop_op_ = was_inside || !ordinal_;
  Label top = cc_.newLabel();
  if (facts_.loop(loop).innermost) cc_.align(asmjit::AlignMode::kCode, 32);
  cc_.bind(top);
  if (const Instruction* yield = lower_body(body)) {
    move_all(carried, yield->operands);
    cc_.jmp(top);
  }
  inside_loop_op_ = was_inside;
  reachable_ = false; // it is left by `br` and by exits alone
}

void Generator::lower_block(const Instruction& it) {
  const std::vector<x86::Reg> results = targets(it.results);
  blocks_.push_back({cc_.newLabel(), results, false}); // which moves when blocks inside are opened
  bool ends = lower_side(it.bodies[0], results);
  cc_.bind(blocks_.back().end);
  reachable_ = ends || blocks_.back().reached;
  blocks_.pop_back();
}

void Generator::lower_br(const Instruction& it) {
  Block& block = blocks_[blocks_.size() - 1 - static_cast<std::size_t>(it.immediate)];
  move_all(block.results, it.operands);
  cc_.jmp(block.end);
  block.reached = true;
  reachable_ = false;
}

} // namespace pyvm::x64
