// Exits: which registers the interpreter needs to go on at an opcode, and from which IR values they come.
#include <fmt/format.h>

#include "tracer/record/walker.h"

namespace pyvm::tracer {

using Shape = Abstract::Shape;
using Source = ir::SnapshotEntry::Source;

std::string Walker::register_name(std::uint16_t r) const {
  const auto& names = code().register_names;
  return r < names.size() ? names[r] : "a temporary";
}

Abstract Walker::give_up(Abort reason, std::string detail) {
  if (conditional_ == 0) abandon(reason, std::move(detail));
  out_.hides_code = true;
  build_.exit(exit_here("not compiled"));
  return Abstract::scalar(ScalarKind::Int64, build_.int_constant(0));
}

void Walker::abandon(Abort reason, std::string detail) {
  throw Abandon{{reason, std::move(detail), code().locations[pc_].line}};
}

// All guards of one opcode share an exit: the registers are those before it.
ir::ExitId Walker::exit_here(const char* reason) {
  if (exit_cache_ == ir::no_id) exit_cache_ = exit_at(pc_, reason);
  return exit_cache_;
}

ir::ExitId Walker::exit_at(std::uint32_t pc, const char* reason) {
  if (reduction_exit_ != ir::no_id) return reduction_exit_;
  ir::Exit exit;
  exit.reason = reason;
  exit.line = code().locations[std::min<std::size_t>(pc_, code().locations.size() - 1)].line;
  for (std::size_t f = 0; f < frames_.size(); ++f) {
    InlineFrame& frame = frames_[f];
    const bool top = f + 1 == frames_.size();
    // A caller goes on behind its call; the interpreter keeps the call's own pc while the callee runs.
    const std::uint32_t at = top ? pc : frames_[f + 1].call_pc;
    const std::uint32_t resumes = top ? pc : at + 1;
    ir::SnapshotFrame row;
    row.function = f == 0 ? nullptr : frame.function;
    row.pc = at;
    row.result_register = frame.result_register;
    exit.frames.push_back(row);
    std::set<std::uint16_t> states;
    for (const OpenLoop& loop : frame.loops) {
      const LoopInfo& info = frame.code->loops[loop.loop];
      if (info.kind == LoopKind::While) continue;
      for (std::uint16_t k = 0; k < 3; ++k) states.insert(static_cast<std::uint16_t>(info.state + k));
      if (loop.step == 0 && loop.step_value == ir::no_id) continue;
      ir::SnapshotLoop state;
      state.frame = static_cast<std::uint16_t>(f);
      state.state_register = info.state;
      state.value_operand = static_cast<std::uint16_t>(exit.operands.size());
      exit.operands.push_back(loop.value);
      state.stop_operand = static_cast<std::uint16_t>(exit.operands.size());
      exit.operands.push_back(loop.stop);
      state.step = loop.step;
      if (loop.step == 0) {
        state.step_operand = static_cast<std::uint16_t>(exit.operands.size());
        exit.operands.push_back(loop.step_value);
      }
      exit.loops.push_back(state);
    }
    for (std::uint16_t r = 0; r < frame.code->registers; ++r) {
      const bool live = resumes < frame.code->instructions.size() && frame.live->live(resumes, r);
      const bool is_result = !top && r == frames_[f + 1].result_register;
      const bool accumulates = f == 0 && accumulators_.count(r) != 0;
      if ((live || accumulates) && !is_result && !states.count(r))
        add_entry(exit, static_cast<std::uint16_t>(f), r, frame.registers[r]);
    }
  }
  if (draws_) {
    const Abstract& drawn = frame().registers[drawn_register()];
    add_entry(exit, 0, drawn_count, Abstract::scalar(ScalarKind::Int64, drawn_count_of(drawn)));
  }
  return build_.add_exit(std::move(exit));
}

// The accumulator whose lane the register of frame f holds (itself, or a copy on its way into a call), where an empty
// lane has another kind than the region's lanes; -1 for anything else.
int Walker::lane_of(std::uint16_t f, std::uint16_t r, const Abstract& value) const {
  if (f != 0) return -1;
  const auto own = accumulators_.find(r);
  const int k = own != accumulators_.end() ? own->second : value.accumulator;
  if (k < 0) return -1;
  const ScalarKind lanes = out_.region.accumulators[static_cast<std::size_t>(k)].kind;
  return value.kind == lanes && out_.live_in_kinds[static_cast<std::size_t>(k)] != lanes ? k : -1;
}

void Walker::add_entry(ir::Exit& exit, std::uint16_t f, std::uint16_t r, const Abstract& value) {
  ir::SnapshotEntry entry;
  entry.frame = f;
  entry.guest_register = r;
  entry.operand = static_cast<std::uint16_t>(exit.operands.size());
  switch (value.shape) {
  case Shape::Entry:
  case Shape::Unbound:
    return;
  case Shape::Conflict:
    abandon(Abort::MaybeUnbound,
            r < frames_[f].code->register_names.size() ? frames_[f].code->register_names[r] : "a temporary");
  case Shape::Scalar:
    entry.kind = value.kind;
    exit.operands.push_back(value.id);
    if (const int k = lane_of(f, r, value); k >= 0) {
      entry.source = Source::Lane;
      entry.slot = static_cast<std::uint16_t>(k);
    }
    break;
  case Shape::Number:
    entry.source = Source::Number;
    exit.operands.insert(exit.operands.end(), {value.id, value.int_id, value.tag_id});
    break;
  case Shape::Constant:
    entry.source = Source::Constant;
    entry.operand = static_cast<std::uint16_t>(out_.constants.size());
    out_.constants.push_back(value.constant);
    break;
  case Shape::Array:
    entry.source = value.dims.empty() ? Source::Array : Source::View;
    entry.slot = static_cast<std::uint16_t>(value.slot);
    entry.count = static_cast<std::uint16_t>(value.dims.size());
    for (std::size_t k = 0; k < value.dims.size(); ++k) {
      const Abstract::Dimension& d = value.dims[k];
      exit.operands.push_back(d.at);
      if (!d.sliced) continue;
      entry.sliced = static_cast<std::uint16_t>(entry.sliced | 1u << k);
      exit.operands.insert(exit.operands.end(), {d.length, build_.int_constant(d.step)});
    }
    if (value.dims.empty()) entry.operand = entry.slot;
    break;
  case Shape::Method:
    abandon(Abort::ArrayExpression, "a method beside what may leave");
  case Shape::Tuple:
  case Shape::Range:
  case Shape::Slice:
    entry.source = value.is(Shape::Tuple) ? Source::Tuple : value.is(Shape::Range) ? Source::Range : Source::Slice;
    entry.operand = 0;
    entry.count = static_cast<std::uint16_t>(value.items.size());
    exit.entries.push_back(entry);
    for (const Abstract& item : value.items) add_entry(exit, f, r, item);
    return;
  }
  exit.entries.push_back(entry);
}

} // namespace pyvm::tracer
