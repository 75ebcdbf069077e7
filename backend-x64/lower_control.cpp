// Structured control flow: branches, counted loops, open loops, blocks.
//
// Loops look up (region_abi.h). A counted loop runs in strips: it compares its index with the end of the strip, which
// costs an iteration nothing, and only between strips, in cold code, it looks at the stop word. Strips are long in
// innermost loops and short around these, so that a strip of strips takes less than a few milliseconds; loops further
// out, and open ones, look at the stop word in each iteration.

#include "backend-x64/lowering.h"

#include "tracer/ir/walk.h"
#include "vm/support/assert.h"

#include <algorithm>
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
  const auto is_empty = [&](const ir::Body& side) {
    return region_.instructions[side.instructions.front()].op == Op::Yield && it.results.empty();
  };
  Label other_side = cc_.newLabel(), end = cc_.newLabel();
  if (is_empty(then)) {
    branch(it.operands[0], true, end);
    lower_side(otherwise, results);
    cc_.bind(end);
    reachable_ = true;
    return;
  }
  branch(it.operands[0], false, other_side);
  bool first_ends = lower_side(then, results);
  if (first_ends && !is_empty(otherwise)) cc_.jmp(end);
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
  bool innermost = facts_.loop(loop).innermost;
  std::int64_t trips = trips_of_a_strip(loop);
  std::optional<Strip> strip = trips > 1 ? open_strip(it, last, state.index, trips) : std::nullopt;
  set_up_pointers(loop);
  bool outermost = !ordinal_ && !inside_loop_op_;
  if (outermost) {
    ordinal_ = Ordinal{state.index, it.immediate};
    open_lanes(it);
  }
  if (innermost) cc_.align(asmjit::AlignMode::kCode, 32);
  cc_.bind(top);
  if (trips == 1) look_up();
  if (outermost) find_lane();
  if (const Instruction* yield = lower_body(body)) {
    move_all(carried, yield->operands);
    bump_pointers(loop);
    if (strip)
      close_strip(it, last, *strip, state.index, top);
    else
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

// True when the value is a multiple of a power of two, whatever wraps.
bool Generator::is_multiple(ValueId value, std::int64_t of) const {
  const Instruction* it = facts_.definition(value);
  if (it == nullptr || region_.type(value) != ir::i64) return false;
  const auto multiple = [&](std::size_t operand) { return is_multiple(it->operands[operand], of); };
  switch (it->op) {
  case Op::Const:
    return (it->immediate & (of - 1)) == 0;
  case Op::And:
    return multiple(0) || multiple(1);
  case Op::Select:
    return multiple(1) && multiple(2);
  default:
    return false;
  }
}

// True when the index meets the bound: the bound is a multiple of the step away from the first index. Then the index
// may step before it is compared, and never overflows.
bool Generator::meets_its_bound(const Instruction& it) const {
  const std::int64_t step = it.immediate;
  if (step == 1) return true;
  if ((step & (step - 1)) != 0 || step > std::numeric_limits<std::int32_t>::max()) return false;
  const ValueId lo = it.operands[0], hi = it.operands[1];
  if (is_multiple(lo, step) && is_multiple(hi, step)) return true;
  const Instruction* sum = facts_.definition(hi);
  if (sum == nullptr || sum->op != Op::Add) return false;
  return (sum->operands[0] == lo && is_multiple(sum->operands[1], step)) ||
         (sum->operands[1] == lo && is_multiple(sum->operands[0], step));
}

Generator::LoopEnd Generator::loop_end(const Instruction& it) {
  Operand hi = source(it.operands[1]);
  if (meets_its_bound(it)) return {hi, Operand()};
  if (hi.isImm() && it.immediate <= std::numeric_limits<std::int32_t>::max()) {
    std::int64_t limit = hi.as<Imm>().value() - it.immediate;
    if (limit == static_cast<std::int32_t>(limit)) return {hi, Imm(limit)};
  }
  x86::Gp limit = new_gp();
  move(limit, it.operands[1]);
  return {hi, limit};
}

void Generator::close_loop(const Instruction& it, const LoopEnd& last, const x86::Gp& index, const Label& top) {
  if (last.meets()) {
    cc_.add(index, Imm(it.immediate));
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

// ---- looking up ---------------------------------------------------------------------------------------------------

std::int64_t Generator::trips_of_a_strip(LoopId loop) const {
  constexpr std::int64_t innermost = 1024, around_innermost = 64;
  constexpr int large_body = 200;
  const auto has_loops = [&](LoopId each) { return !facts_.loop(each).innermost; };
  if (stress_) return has_loops(loop) ? 1 : 2;
  if (!has_loops(loop)) {
    int size = 0;
    for_each_instruction(region_, facts_.loop(loop).instruction->bodies[0], [&](InstructionId) { ++size; });
    return size > large_body ? innermost / 8 : innermost;
  }
  for (LoopId inner = 0; inner < facts_.loop_count(); ++inner)
    if (facts_.loop(inner).parent == loop && (has_loops(inner) || facts_.loop(inner).instruction->op == Op::Loop))
      return 1;
  return around_innermost;
}

// Where the first strip ends; nothing when all of the loop is one.
std::optional<Generator::Strip> Generator::open_strip(const Instruction& it, const LoopEnd& last, const x86::Gp& index,
                                                      std::int64_t trips) {
  std::optional<std::int64_t> lo = int_constant(it.operands[0]), hi = int_constant(it.operands[1]);
  if (lo && hi &&
      (*hi <= *lo || static_cast<std::uint64_t>(*hi) - static_cast<std::uint64_t>(*lo) <=
                         static_cast<std::uint64_t>(trips) * static_cast<std::uint64_t>(it.immediate)))
    return std::nullopt;
  trips = std::min(trips, std::numeric_limits<std::int32_t>::max() / it.immediate);
  // An index that meets its bound is compared behind the step, others before it.
  std::int64_t reach = last.meets() ? trips * it.immediate : std::max<std::int64_t>(trips - 1, 0) * it.immediate;
  Strip strip{new_gp(), static_cast<std::int32_t>(reach)};
  find_strip_end(last, strip, index);
  return strip;
}

// The strip ends where the loop does, or `reach` ahead, which is rare: in cold code, so that short loops pay little. A
// sum that wraps seems near, too: such a strip has one iteration.
void Generator::find_strip_end(const LoopEnd& last, const Strip& strip, const x86::Gp& index) {
  Operand bound = last.meets() ? last.hi : last.limit;
  x86::Gp ahead = new_gp();
  Label far = cc_.newLabel(), found = cc_.newLabel();
  emit(Id::kIdMov, strip.end, bound);
  cc_.lea(ahead, x86::ptr(index, strip.reach));
  cc_.cmp(ahead, strip.end);
  cc_.jl(far);
  cc_.bind(found);
  later([this, strip, ahead, far, found] {
    cc_.bind(far);
    cc_.mov(strip.end, ahead);
    cc_.jmp(found);
  });
}

void Generator::close_strip(const Instruction& it, const LoopEnd& last, const Strip& strip, const x86::Gp& index,
                            const Label& top) {
  Label between = cc_.newLabel();
  close_loop(it, {strip.end, last.meets() ? Operand() : Operand(strip.end)}, index, top);
  if (last.meets()) {
    emit(Id::kIdCmp, index, last.hi);
  } else { // the index before the step, for the one behind it may have wrapped
    x86::Gp before = new_gp();
    cc_.mov(before, Imm(-it.immediate));
    cc_.add(before, index);
    emit(Id::kIdCmp, before, last.limit);
  }
  cc_.jl(between);
  later([this, &it, last, strip, index, top, between] {
    Label on = cc_.newLabel();
    x86::Gp stop = new_gp();
    cc_.bind(between);
    cc_.mov(stop, x86::ptr(context_, offsetof(ir::RegionContext, stop)));
    cc_.cmp(x86::dword_ptr(stop), 0);
    cc_.je(on);
    ask_caller(on);
    cc_.bind(on);
    find_strip_end(last, strip, index);
    cc_.jmp(top);
  });
}

// Goes on at the next instruction, or abandons the region.
void Generator::look_up() {
  Label asks = cc_.newLabel(), on = cc_.newLabel();
  x86::Gp stop = context_field(offsetof(ir::RegionContext, stop));
  cc_.cmp(x86::dword_ptr(stop), 0);
  cc_.jne(asks);
  cc_.bind(on);
  later([this, asks, on] {
    cc_.bind(asks);
    ask_caller(on);
  });
}

// Cold code: goes on at `on`, or abandons the region.
void Generator::ask_caller(const Label& on) {
  x86::Gp function = new_gp(), answer = new_gp();
  cc_.mov(function, x86::ptr(context_, offsetof(ir::RegionContext, look_up)));
  cc_.test(function, function);
  cc_.jz(on);
  asmjit::InvokeNode* call;
  cc_.invoke(&call, function, asmjit::FuncSignatureT<std::int32_t, ir::RegionContext*>(asmjit::CallConvId::kHost));
  call->setArg(0, context_);
  call->setRet(0, answer);
  cc_.test(answer.r32(), answer.r32());
  cc_.jz(on);
  cc_.mov(outcome_, Imm(ir::abandoned));
  cc_.jmp(finish_);
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
  look_up();
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
