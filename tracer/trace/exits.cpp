#include "tracer/trace/exits.h"

#include <cstring>
#include <map>
#include <span>

#include "tracer/ir/region_abi.h"
#include "vm/object/array.h"
#include "vm/object/objects.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/philox.h"

namespace pyvm::tracer {

using Source = ir::SnapshotEntry::Source;

namespace {

// Operand k of the exit as it was recorded: widened regions hold `gangs` vectors for it in a row.
std::uint64_t operand(const ExitState& state, int k) {
  const ir::Region& region = *state.region;
  const ir::Exit& exit = region.exits[state.exit];
  const int gang = static_cast<int>(state.position / region.lanes),
            lane = static_cast<int>(state.position % region.lanes);
  const int at = k * region.gangs + gang;
  const bool uniform = region.type(exit.operands[static_cast<std::size_t>(at)]).lanes == 1;
  return state.exit_values[at * ir::max_lanes + (uniform ? 0 : lane)];
}

// Arrays that the code has made in its scratch live on as arrays of the interpreter's: one for each slot, whoever names
// it.
using MadeArrays = std::map<int, Value>;

Value array_value(const ExitState& state, int slot, MadeArrays& made) {
  const ir::ArraySlot& facts = state.region->arrays[static_cast<std::size_t>(slot)];
  if (facts.is_scratch()) {
    if (const auto known = made.find(slot); known != made.end()) return known->second;
    const ir::ArrayDescriptor& from = state.arrays[slot];
    Ref<Array> copy = Array::make(facts.dtype, std::span(from.shape, facts.ndim), false);
    std::int64_t bytes = static_cast<std::int64_t>(size_of(facts.dtype));
    for (int k = 0; k < facts.ndim; ++k) bytes *= from.shape[k];
    if (bytes > 0) std::memcpy(copy->data, from.data, static_cast<std::size_t>(bytes));
    return made[slot] = Value(copy);
  }
  for (const Replaced& each : state.replaced)
    if (each.slot == slot) return each.array;
  const ArraySource& source = state.recording->arrays[static_cast<std::size_t>(slot)];
  return source.guest_register ? state.entry_frame->registers[*source.guest_register] : source.constant;
}

Value view_value(const ExitState& state, const ir::SnapshotEntry& entry, MadeArrays& made) {
  Ref<Array> view = array_value(state, entry.slot, made).as<Array>().view();
  int at = entry.operand, kept = 0;
  const int ndim = view->ndim;
  for (int k = 0; k < ndim; ++k) {
    std::int64_t length = view->shape[k], stride = view->strides[k];
    if (k < entry.count) {
      view->data += static_cast<std::int64_t>(operand(state, at++)) * stride;
      if ((entry.sliced >> k & 1) == 0) continue;
      length = static_cast<std::int64_t>(operand(state, at++));
      stride *= static_cast<std::int64_t>(operand(state, at++));
    }
    view->shape[kept] = length;
    view->strides[kept++] = stride;
  }
  view->ndim = static_cast<std::uint8_t>(kept);
  return Value(view);
}

// The value of entry `at`, which is moved behind it and its items.
Value entry_value(const ExitState& state, std::size_t& at, MadeArrays& made) {
  const ir::SnapshotEntry& entry = state.region->exits[state.exit].entries[at++];
  std::vector<Value> items;
  if (entry.source == Source::Tuple || entry.source == Source::Slice || entry.source == Source::Range)
    for (int k = 0; k < entry.count; ++k) items.push_back(entry_value(state, at, made));
  switch (entry.source) {
  case Source::Lane:
  case Source::Scalar:
    return Value::njit_scalar(entry.kind, operand(state, entry.operand));
  case Source::Number:
    if (operand(state, entry.operand + 2) == 0)
      return Value::integer(static_cast<std::int64_t>(operand(state, entry.operand + 1)));
    return Value::njit_scalar(ScalarKind::Float64, operand(state, entry.operand));
  case Source::Constant:
    return state.recording->constants[entry.operand].lent();
  case Source::Array:
    return array_value(state, entry.operand, made);
  case Source::View:
    return view_value(state, entry, made);
  case Source::Tuple:
    return make_tuple(std::move(items));
  case Source::Slice:
    return Value(make<Slice>(items[0], items[1], items[2]));
  case Source::Range:
    return Value(make<Range>(items[0].as_int(), items[1].as_int(), items[2].as_int()));
  }
  return Value();
}

} // namespace

Frame& restore(Interpreter& interpreter, Frame& base, const ExitState& state) {
  const ir::Exit& exit = state.region->exits[state.exit];
  // All values first: a register that is filled may be the source of another.
  std::vector<std::pair<const ir::SnapshotEntry*, Value>> values;
  values.reserve(exit.entries.size());
  MadeArrays made;
  for (std::size_t at = 0; at < exit.entries.size();) {
    const ir::SnapshotEntry& entry = exit.entries[at];
    values.emplace_back(&entry, entry_value(state, at, made));
  }

  std::vector<Frame*> frames{&base};
  base.pc = exit.frames[0].pc;
  for (std::size_t f = 1; f < exit.frames.size(); ++f) {
    const ir::SnapshotFrame& row = exit.frames[f];
    auto* function = const_cast<Function*>(static_cast<const Function*>(row.function));
    Frame& frame = interpreter.push_frame(static_cast<const Code&>(*function->code), frames.back());
    frame.globals = function->globals.get();
    frame.result_register = row.result_register;
    frame.pc = row.pc;
    frames.push_back(&frame);
  }
  for (auto& [entry, value] : values) {
    if (entry->guest_register == drawn_count)
      interpreter.context().iteration_stream->continue_at(value.as_int());
    else
      frames[entry->frame]->registers[entry->guest_register] = std::move(value);
  }
  for (const ir::SnapshotLoop& loop : exit.loops) {
    const auto value = static_cast<std::int64_t>(operand(state, loop.value_operand));
    const auto stop = static_cast<std::int64_t>(operand(state, loop.stop_operand));
    const std::int64_t step = loop.step != 0 ? loop.step : static_cast<std::int64_t>(operand(state, loop.step_operand));
    Value* registers = frames[loop.frame]->registers + loop.state_register;
    // Counted from the value at work, which is in the range: the one after it may be no number any more.
    registers[0].set_int(add(value, step));
    registers[1].set_int(static_cast<std::int64_t>(range_length(value, stop, step) - 1));
    registers[2].set_int(step);
  }
  return *frames.back();
}

} // namespace pyvm::tracer
