#include "tracer/nest/pipeline.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "tracer/ir/verify.h"
#include "tracer/ir/walk.h"
#include "tracer/nest/contributions.h"
#include "tracer/nest/split.h"
#include "tracer/nest/unroll.h"
#include "tracer/nest/version.h"
#include "tracer/nest/widen.h"
#include "tracer/opt/pipeline.h"

namespace pyvm::tracer::nest {

using ir::Op;

namespace {

void check_in_debug([[maybe_unused]] const ir::Region& region, [[maybe_unused]] const char* step) {
#ifndef NDEBUG
  ir::check(region, step);
#endif
}

// Every pair of slots one of which is stored to, and every stored slot with itself.
std::vector<Disjoint> pairs_of(const DependenceFacts& facts) {
  std::vector<bool> used(facts.slots.size()), stored(facts.slots.size());
  for (const AccessFacts& access : facts.accesses) {
    if (facts.slots[access.slot].is_apart()) continue; // from everything
    used[access.slot] = true;
    if (access.is_store) stored[access.slot] = true;
  }
  std::vector<Disjoint> pairs;
  for (std::uint16_t a = 0; a < used.size(); ++a)
    for (std::uint16_t b = a; b < used.size(); ++b)
      if (used[a] && used[b] && (stored[a] || stored[b])) pairs.push_back({a, b});
  return pairs;
}

// Keeps the rows that most of the iterations pass with the numbers of the moment, and notes the others.
std::vector<HoistedIndex> keep_passing(HoistableBounds found, const PlanRequest& request, EntryChecks& checks,
                                       const ir::Region& region, Plan& plan) {
  checks.bounds = std::move(found.rows);
  const Entry entry(checks, request.scalars, request.arrays);
  const std::int64_t all = std::max<std::int64_t>(request.iterations, 1);
  const std::size_t gone = checks.bounds.size();
  std::vector<std::size_t> place(gone);
  std::vector<BoundsCheck> kept;
  for (std::size_t row = 0; row < checks.bounds.size(); ++row) {
    const bool passes = entry.row_holds(row, all / 4, all - all / 4);
    place[row] = passes ? kept.size() : gone;
    if (passes) kept.push_back(checks.bounds[row]);
  }
  std::vector<HoistedIndex> hoisted;
  for (HoistedIndex index : found.indices) {
    if (place[index.row] == gone) {
      plan.checks_inside.push_back({Reason::FailsAtEntry, region.at(index.index).line});
      continue;
    }
    index.row = place[index.row];
    hoisted.push_back(index);
  }
  checks.bounds = std::move(kept);
  return hoisted;
}

void note_inline_checks(const ir::Region& fast, Plan& plan) {
  ir::for_each_instruction(fast, fast.body, [&](ir::InstructionId id) {
    const ir::Instruction& it = fast.at(id);
    const bool noted = std::any_of(plan.checks_inside.begin(), plan.checks_inside.end(),
                                   [&](const CheckNote& note) { return note.line == it.line; });
    if (it.op == Op::Index && !noted) plan.checks_inside.push_back({Reason::NotAffine, it.line});
  });
}

LoopId ordinal_loop_of(const LoopTable& table) {
  for (LoopId loop = 0; loop < table.loops.size(); ++loop)
    if (table.loops[loop].ordinal) return loop;
  return none;
}

// Pranges of the source whose iterations conflict with the numbers of the moment.
void note_orders(const PlannedRegion& planned, const PlanRequest& request, Plan& plan) {
  const LoopTable& table = planned.dependences.table;
  for (LoopId loop = 0; loop < table.loops.size(); ++loop) {
    if (!table.loops[loop].declared) continue;
    const std::int64_t all = std::max<std::int64_t>(request.iterations, 1);
    const Order order = order_of(planned.dependences, loop, request.scalars, request.arrays, 0, all);
    std::vector<AccumulatedArray> copies;
    if (loop == planned.ordinal_loop) copies = PlannedEntry::copies(planned, request.scalars, request.arrays, 0, all);
    for (const AccumulatedArray& each : copies) plan.copied.push_back({each.slot, each.line});
    if (!order.independent() && copies.empty())
      plan.in_order.push_back(
          {table.loops[loop].line, sentence_of(order, planned.dependences.slots, request.register_name)});
  }
}

// Loops seen with fewer trips may be planned otherwise when they are seen with many times more.
constexpr std::int64_t few_trips = 64, many_times = 8;

std::optional<std::int64_t> trips_of(const LoopTable& table, const Numbers& numbers, LoopId loop, std::int64_t begin,
                                     std::int64_t end) {
  const Span span = numbers.index_span(loop, begin, end);
  if (span.empty) return 0;
  if (!span.known || span.greatest - span.least > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>((span.greatest - span.least) / table.loops[loop].step + 1);
}

bool has_constant_bounds(const Loop& loop) {
  const auto constant = [](const Bound& bound) { return bound.forms.size() == 1 && bound.forms[0].constant_value(); };
  return !loop.ordinal && constant(loop.lo) && constant(loop.hi);
}

Reconsider what_to_reconsider(const PlannedRegion& planned, const PlanRequest& request) {
  Reconsider result;
  const LoopTable& table = planned.dependences.table;
  const std::int64_t all = std::max<std::int64_t>(request.iterations, 1);
  const Numbers numbers(table, request.scalars, request.arrays);
  for (LoopId loop = 0; loop < table.loops.size(); ++loop) {
    const auto trips = trips_of(table, numbers, loop, 0, all);
    if (trips && *trips < few_trips && !has_constant_bounds(table.loops[loop]))
      result.few_trips.push_back({loop, *trips});
    if (!order_of(planned.dependences, loop, request.scalars, request.arrays, 0, all).independent())
      result.conflicting_loops.push_back(loop);
  }
  for (const Disjoint& pair : pairs_of(planned.dependences))
    if (!are_disjoint(pair, planned.dependences.slots, request.arrays)) result.shared.push_back(pair);
  return result;
}

// False: loops of which contributions were separated are not in lanes. `wanted` has become those that are.
bool put_in_lanes(PlannedRegion& planned, const PlanRequest& request, const AliasInfo& alias,
                  std::optional<std::vector<ir::InstructionId>>& wanted) {
  ir::Region scalar = planned.fast;
  const std::vector<ir::InstructionId> separated = separate_contributions(
      scalar, [&](ir::InstructionId loop) { return !wanted || std::ranges::find(*wanted, loop) != wanted->end(); });
  Nest nest(scalar, alias.forms_are_in_range);
  planned.lane_dependences = find_dependences(nest, request.is_grain);
  const std::vector<ChosenLoop> chosen = choose_plan(nest, planned.lane_dependences, request, planned.plan);
  wanted.emplace();
  for (const ChosenLoop& each : chosen)
    if (std::ranges::find(separated, each.view.loop()) != separated.end()) wanted->push_back(each.view.loop());
  if (wanted->size() < separated.size()) return false;
  if (chosen.empty()) return true;
  planned.lane_loops = planned.plan.in_lanes;
  planned.checks.unit_strides = planned.plan.unit_strides;
  std::vector<LaneLoop> loops;
  for (const ChosenLoop& each : chosen) loops.push_back({&each.view, each.gangs, each.coherent});
  planned.fast = widen(loops, planned.plan.lanes);
  check_in_debug(planned.fast, "widening");
  optimise(planned.fast, alias);
  if (planned.plan.is_ordinal && !planned.fast.accumulators.empty())
    planned.alignment = planned.plan.lanes * planned.plan.gangs;
  return true;
}

// Again as long as contributions have been separated for nothing. Why a loop is not in lanes then is what was in the
// way of the first try.
void put_in_lanes(PlannedRegion& planned, const PlanRequest& request, const AliasInfo& alias) {
  const Plan before = planned.plan;
  std::optional<std::vector<ir::InstructionId>> wanted;
  if (put_in_lanes(planned, request, alias, wanted)) return;
  const std::vector<LoopNote> first = planned.plan.loops;
  do planned.plan = before;
  while (!put_in_lanes(planned, request, alias, wanted));
  for (LoopNote& note : planned.plan.loops) {
    const auto known = std::ranges::find(first, note.loop, &LoopNote::loop);
    if (note.why_not.reason == Reason::CarriedValue && known != first.end() && known->why_not.reason != Reason::None)
      note.why_not = known->why_not;
  }
}

// The fast region in another form, some loop of which may be fit for lanes.
void rewrite(PlannedRegion& planned, ir::Region&& form, const PlanRequest& request, const AliasInfo& alias) {
  planned.fast = std::move(form);
  check_in_debug(planned.fast, "rewriting loops");
  optimise(planned.fast, alias);
  std::vector<LoopNote> notes = std::move(planned.plan.loops);
  planned.plan.loops.clear();
  put_in_lanes(planned, request, alias);
  if (planned.lane_loops.empty()) planned.plan.loops = std::move(notes); // of the loops as they were written
}

void put_pieces_in_lanes(PlannedRegion& planned, const PlanRequest& request, const AliasInfo& alias) {
  auto pieces = split_loops(planned.fast);
  if (!pieces) return;
  ir::Region whole = planned.fast;
  rewrite(planned, std::move(*pieces), request, alias);
  if (planned.lane_loops.empty()) planned.fast = std::move(whole);
}

void unroll(PlannedRegion& planned, const PlanRequest& request, const AliasInfo& alias) {
  const Nest nest(planned.fast);
  const Numbers numbers(nest.table(), request.scalars, request.arrays);
  const auto trips = [&](ir::InstructionId id) -> std::optional<std::int64_t> {
    const Span reach = numbers.reach(nest.loop_of(id), 0, std::max<std::int64_t>(request.iterations, 1));
    if (reach.empty) return 0;
    if (!reach.known || reach.greatest >= std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    return static_cast<std::int64_t>(reach.greatest) + 1;
  };
  auto unrolled = unroll_loops(planned.fast, trips, planned.plan.unrolled);
  if (!unrolled) return;
  planned.fast = std::move(*unrolled);
  check_in_debug(planned.fast, "unrolling");
  optimise(planned.fast, alias);
}

// Whether each load's subscripts are checked against the very dimension that they count in, unless they are no numbers
// that the entry could know (AliasInfo::forms_are_in_range). The elements of a view are not: they are checked against
// the view's length, and where the view lies by a guard in the body.
bool are_checked_where_they_count(const ir::Region& careful) {
  const std::vector<ir::InstructionId> made = ir::definitions(careful);
  const auto definition = [&](ir::ValueId value) {
    return value < made.size() && made[value] != ir::no_id ? &careful.at(made[value]) : nullptr;
  };
  const auto is_checked = [&](const ir::Instruction& load, std::size_t dimension) {
    const ir::Instruction* index = definition(load.operands[1 + dimension]);
    if (index == nullptr || index->op != ir::Op::Index) return false;
    const ir::Instruction* length = definition(index->operands[1]);
    return length != nullptr && length->op == ir::Op::Dim && length->operands[0] == load.operands[0] &&
           static_cast<std::size_t>(length->immediate) == dimension;
  };
  bool checked = true;
  ir::for_each_instruction(careful, careful.body, [&](ir::InstructionId id) {
    const ir::Instruction& it = careful.at(id);
    if (it.op != ir::Op::Load) return;
    for (std::size_t k = 0; k < ir::subscript_count(it); ++k) checked = checked && is_checked(it, k);
  });
  return checked;
}

} // namespace

PlannedRegion plan_region(const ir::Region& recorded, const PlanRequest& request) {
  PlannedRegion planned;
  planned.plan.title = fmt::format("{} ({}:{})", recorded.name, recorded.file, recorded.line);
  planned.careful = recorded;
  optimise_recorded(planned.careful);

  Nest nest(planned.careful);
  planned.dependences = find_dependences(nest, request.is_grain);
  planned.ordinal_loop = ordinal_loop_of(nest.table());
  if (request.is_grain) planned.accumulated = find_accumulated(recorded);
  note_orders(planned, request, planned.plan);
  HoistableBounds found;
  if (request.hoists_checks) found = find_hoistable(nest);
  planned.checks.table = nest.table();
  planned.checks.slots = recorded.arrays;
  const std::vector<HoistedIndex> hoisted =
      keep_passing(std::move(found), request, planned.checks, planned.careful, planned.plan);
  planned.plan.checks_at_entry = static_cast<int>(planned.checks.bounds.size());

  const std::vector<Disjoint> pairs = pairs_of(planned.dependences);
  const auto together = std::find_if(pairs.begin(), pairs.end(), [&](const Disjoint& pair) {
    return !are_disjoint(pair, planned.checks.slots, request.arrays);
  });
  const AliasInfo alias{.distinct_slots_are_disjoint = together == pairs.end(),
                        .forms_are_in_range = are_checked_where_they_count(planned.careful)};
  planned.fast = without_indices(planned.careful, hoisted);
  check_in_debug(planned.fast, "hoisting bounds");
  optimise(planned.fast, alias);
  note_inline_checks(planned.fast, planned.plan);
  if (alias.distinct_slots_are_disjoint) {
    planned.checks.disjoint = pairs;
    put_in_lanes(planned, request, alias);
    if (planned.lane_loops.empty()) put_pieces_in_lanes(planned, request, alias);
    if (planned.lane_loops.empty() && request.hoists_checks)
      if (auto versioned = version_loops(planned.fast)) rewrite(planned, std::move(*versioned), request, alias);
    if (planned.lane_loops.empty()) unroll(planned, request, alias);
  } else {
    const auto name = [&](std::uint16_t slot) { return request.register_name(recorded.arrays[slot].guest_register); };
    const std::string arrays = fmt::format("'{}' and '{}'", name(together->first), name(together->second));
    for (LoopId loop = 0; loop < nest.table().loops.size(); ++loop) {
      const Loop& facts = planned.dependences.table.loops[loop];
      if (facts.line == 0) continue;
      planned.plan.loops.push_back({.loop = loop,
                                    .line = facts.line,
                                    .declared = facts.declared,
                                    .why_not = {Reason::ArraysShareMemory, arrays, facts.line}});
    }
  }
  planned.plan.disjoint = planned.checks.disjoint;
  if (request.lanes > 1) planned.reconsider = what_to_reconsider(planned, request);
  return planned;
}

// ---- an entry ---------------------------------------------------------------------------------------------

PlannedEntry::PlannedEntry(const PlannedRegion& planned, const std::uint64_t* scalars,
                           const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end)
    : planned_(planned), entry_(planned.checks, scalars, arrays) {
  fast_possible_ = entry_.arrays_hold();
  for (const LoopId loop : planned.lane_loops)
    fast_possible_ =
        fast_possible_ && order_of(planned.lane_dependences, loop, scalars, arrays, begin, end).independent();
}

Order PlannedEntry::order(const PlannedRegion& planned, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
                          std::int64_t begin, std::int64_t end) {
  if (planned.ordinal_loop == none) return {};
  return order_of(planned.dependences, planned.ordinal_loop, scalars, arrays, begin, end);
}

std::vector<AccumulatedArray> PlannedEntry::copies(const PlannedRegion& planned, const std::uint64_t* scalars,
                                                   const ir::ArrayDescriptor* arrays, std::int64_t begin,
                                                   std::int64_t end) {
  if (planned.ordinal_loop == none || planned.accumulated.empty()) return {};
  return copies_for_independence(planned.accumulated, planned.dependences, planned.ordinal_loop, scalars, arrays, begin,
                                 end);
}

bool PlannedEntry::wants_new_plan(const PlannedRegion& planned, const std::uint64_t* scalars,
                                  const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end) {
  const Reconsider& was = planned.reconsider;
  const bool still_shared = std::any_of(was.shared.begin(), was.shared.end(), [&](const Disjoint& pair) {
    return !are_disjoint(pair, planned.dependences.slots, arrays);
  });
  if (!was.shared.empty()) return !still_shared;
  const bool resolved = std::any_of(was.conflicting_loops.begin(), was.conflicting_loops.end(), [&](LoopId loop) {
    return order_of(planned.dependences, loop, scalars, arrays, begin, end).independent();
  });
  if (resolved || was.few_trips.empty()) return resolved;
  const Numbers numbers(planned.dependences.table, scalars, arrays);
  return std::any_of(was.few_trips.begin(), was.few_trips.end(), [&](const Reconsider::FewTrips& few) {
    const auto trips = trips_of(planned.dependences.table, numbers, few.loop, begin, end);
    return trips && *trips >= few_trips && *trips / many_times >= few.trips;
  });
}

Entry::Piece PlannedEntry::next_piece(std::int64_t begin, std::int64_t end, std::int64_t block_start) const {
  if (!fast_possible_) return {end - begin, false};
  const std::int64_t beyond = (begin - block_start) % planned_.alignment;
  if (beyond != 0) return {std::min(end - begin, planned_.alignment - beyond), false};
  return entry_.next_piece(begin, end);
}

} // namespace pyvm::tracer::nest
