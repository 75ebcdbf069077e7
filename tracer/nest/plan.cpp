#include "tracer/nest/plan.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "tracer/nest/unroll.h"

namespace pyvm::tracer::nest {

namespace {

std::string movement(const LaneAccess& how) {
  if (how.moves == Moves::Strided) return fmt::format("strided by {} in dimension {}", how.step, how.dimension);
  return std::string(name_of(how.moves));
}

std::string text_of(const MaskNote& note) {
  switch (note.kind) {
  case MaskNote::Kind::Selected:
    return fmt::format("  line {} if: all lanes run both sides\n", note.line);
  case MaskNote::Kind::Parted:
    return fmt::format("  line {} if: the sides run under masks\n", note.line);
  case MaskNote::Kind::Repeated:
    return fmt::format("  line {} loop: until no lane is left, under a mask\n", note.line);
  }
  std::abort();
}

} // namespace

std::string print(const Plan& plan, const std::vector<ir::ArraySlot>& slots, const RegisterName& name) {
  const auto array = [&](std::uint16_t slot) { return name(slots[slot].guest_register); };
  std::string text = fmt::format("plan {}\n", plan.title);
  if (plan.in_lanes.empty()) text += "  scalar\n";
  const auto repeated = [&](int line) {
    return std::any_of(plan.masks.begin(), plan.masks.end(), [&](const MaskNote& note) {
      return note.kind == MaskNote::Kind::Repeated && note.line == line;
    });
  };
  for (const LoopNote& loop : plan.loops) {
    if (repeated(loop.line)) continue; // Its lanes are those of the loop around it, under a mask.
    text += fmt::format("  line {} {}: ", loop.line, loop.declared ? "prange" : "loop");
    if (loop.why_not.reason == Reason::None)
      text += fmt::format("{} lanes x {} gangs\n", plan.lanes, loop.gangs);
    else
      text += sentence_of(loop.why_not.reason, loop.why_not.detail) + "\n";
  }
  for (const OrderNote& note : plan.in_order) text += fmt::format("  line {} in order: {}\n", note.line, note.sentence);
  for (const CopyNote& note : plan.copied)
    text += fmt::format("  line {} {}: iterations only update it, so each thread may have a copy of its own\n",
                        note.line, array(note.slot));
  for (const int line : plan.unrolled)
    text += fmt::format("  line {} loop: {} iterations at a time, in order\n", line, iterations_a_turn);
  for (const MaskNote& note : plan.masks) {
    // The condition of a while loop is an `if` of the IR alone.
    if (note.kind == MaskNote::Kind::Repeated || !repeated(note.line)) text += text_of(note);
  }
  for (const AccessNote& access : plan.accesses)
    text += fmt::format("  line {} {} {}: {}\n", access.line, access.is_store ? "store" : "load", array(access.slot),
                        movement(access.how));
  for (const int line : plan.coherent)
    text += fmt::format("  line {} if: where all lanes take one side, they run it without masks\n", line);
  text +=
      fmt::format("  subscripts: {} checked at entry, {} inside\n", plan.checks_at_entry, plan.checks_inside.size());
  for (const CheckNote& check : plan.checks_inside)
    text += fmt::format("  line {}: {}\n", check.line, sentence_of(check.reason));
  for (const Disjoint& pair : plan.disjoint) {
    if (pair.first == pair.second)
      text += fmt::format("  entry: elements of {} are apart\n", array(pair.first));
    else
      text += fmt::format("  entry: {} and {} share no memory\n", array(pair.first), array(pair.second));
  }
  for (const UnitStride& unit : plan.unit_strides)
    text += fmt::format("  entry: dimension {} of {} has unit stride\n", unit.dimension, array(unit.slot));
  return text;
}

} // namespace pyvm::tracer::nest
