// The beginnings of loops, and iteration over what is no range.
#include <fmt/format.h>

#include "vm/builtins/iterate.h"
#include "vm/builtins/numpy_random.h"
#include "vm/interp/draws.h"
#include "vm/interp/hooks.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/prange.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm {

// The state of a loop over a range: next value, values left, step. Over anything else: an iterator.
bool Interpreter::enter_for(Frame& frame, const Instruction& i) {
  Value* state = frame.registers + i.a;
  const Value iterable = frame.registers[i.b];
  if (iterable.is(Tag::Range)) {
    const Range& range = iterable.as<Range>();
    state[0].set_int(range.start);
    state[1].set_int(static_cast<std::int64_t>(range_length(range.start, range.stop, range.step)));
    state[2].set_int(range.step);
  } else {
    context_.dialect = frame.code->dialect;
    state[0] = Value(iterate(context_, iterable));
  }
  return next_for(frame, i);
}

bool Interpreter::next_for(Frame& frame, const Instruction& i) {
  Value* state = frame.registers + i.a;
  const std::uint16_t target = frame.code->loops[i.c].target;
  if (state[0].is(Tag::Int)) {
    const std::uint64_t left = static_cast<std::uint64_t>(state[1].as_int());
    if (left == 0) return false;
    const std::int64_t value = state[0].as_int();
    frame.registers[target].set_int(value);
    state[0].set_int(add(value, state[2].as_int()));
    state[1].set_int(static_cast<std::int64_t>(left - 1));
    return true;
  }
  Value item;
  if (!state[0].as<Iterator>().next(item)) {
    state[0] = Value();
    return false;
  }
  frame.registers[target] = frame.code->dialect == Dialect::Njit ? njit_argument(item) : item;
  return true;
}

// Runs a prange to its end and returns false, or begins it as a plain range loop (true, like enter_for).
bool Interpreter::enter_prange(Frame& frame, const Instruction& i) {
  const LoopInfo& loop = frame.code->loops[i.c];
  const Value iterable = frame.registers[i.b];
  std::string reason = loop.in_order_reason;
  for (const LoopVariable& v : loop.variables) {
    if (v.variable_class != VariableClass::Reduction || !reason.empty()) continue;
    const Value& live = frame.registers[v.guest_register];
    if (v.reduction == ReductionOp::Selected) continue;
    if (live.is(Tag::Array))
      reason = accumulates_in_order(frame, loop, v);
    else if (!live.is_number())
      reason = fmt::format("'{}' (line {}) is combined in every iteration, but is no number", v.name, v.line);
    else if (!accumulator_kind(v.reduction, live.scalar_kind(), live.scalar_kind()))
      reason = fmt::format("'{}' (line {}) cannot be combined by this operator", v.name, v.line);
  }
  const Range& range = iterable.as<Range>();
  for (const LoopSelection& selection : loop.selections) {
    std::int64_t place_before = 0;
    if (!reason.empty()) break;
    if (!frame.registers[selection.key].is_number())
      reason = fmt::format("'{}' is compared in every iteration, but is no number",
                           frame.code->register_names[selection.key]);
    else if (__builtin_sub_overflow(range.start, range.step, &place_before))
      reason = "its range begins at the end of 64 bits";
  }
  if (!reason.empty()) {
    remark(*frame.code, i.c, reason);
    return enter_for(frame, i);
  }
  const std::uint64_t length = range_length(range.start, range.stop, range.step);
  if (length == 0) return false;
  if (length > static_cast<std::uint64_t>(INT64_MAX))
    raise(ExceptionKind::OverflowError, "prange of more than 2**63 - 1 iterations");
  PrangeJob job(frame, i.c, range.start, range.step, static_cast<std::int64_t>(length));
  if (may_draw(*frame.code, i.c)) {
    context_.dialect = frame.code->dialect;
    job.set_random_key(native::Draws::of(context_).next64());
  }
  auto* hook = interpreter_hooks().prange;
  if (!hook || verifying || job.has_sometimes_assigned() || !hook(*this, job)) run_interpreted(*this, job);
  poll_soon(); // a job too short to ask may have taken its time
  return false;
}

} // namespace pyvm
