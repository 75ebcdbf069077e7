// The Widener's sides that all lanes take: coherent.h says which `if`s have them, and what is written.
#include "tracer/nest/widener.h"

namespace pyvm::tracer::nest {

using ir::ValueId;

bool Widener::has_coherent_sides(const Instruction& it) const {
  return !masked() && flat_depth_ == 0 && coherent_->count(&it) != 0;
}

// Lanes may be gone behind any of the three ways through it, so all of them hand on the same state.
bool Widener::coherent_if(const Instruction& it) {
  const List condition = vectors(it.operands[0]);
  Ways ways = view_->ways(it.bodies[0], true);
  ways.add(view_->ways(it.bodies[1], true));
  const Types results = flat_types(it.results);
  Types types = results;
  const Types state = pack_types(ways);
  types.insert(types.end(), state.begin(), state.end());
  const State before = state_;
  build_.begin_if(any(condition));
  build_.begin_if(any(without({}, condition)));
  bool falls = masked_if(it);
  List mixed;
  for (const ValueId value : it.results)
    for (const ValueId each : vectors(value)) mixed.push_back(each);
  yield_with(mixed, ways);
  build_.begin_else();
  state_ = before;
  falls |= side_of_all(it.bodies[0], results, ways);
  const List some = build_.end_if(types);
  build_.yield(some);
  build_.begin_else();
  state_ = before;
  falls |= side_of_all(it.bodies[1], results, ways);
  const List joined = build_.end_if(types);
  state_ = before;
  auto next = joined.begin();
  take(it.results, 0, next);
  unpack(ways, next);
  if (ways.any()) check_empty();
  return falls;
}

// No mask: an empty list stands for all lanes. What the side computes is not there behind it, its exits neither.
bool Widener::side_of_all(const ir::Body& body, const Types& results, const Ways& ways) {
  const std::map<ir::ExitId, ir::ExitId> exits = exits_;
  if (ways.any()) {
    Types types = results;
    const Types state = pack_types(ways);
    types.insert(types.end(), state.begin(), state.end());
    begin_block(types);
    scopes_.push_back({open_blocks_ - 1, ways, true, [this, &results] { return zeros(results); }});
  }
  const bool falls = lanes_body(body);
  List values;
  if (falls)
    for (const ValueId value : end_of(body).operands)
      for (const ValueId each : vectors(value)) values.push_back(each);
  yield_with(falls ? values : zeros(results), ways);
  if (ways.any()) {
    scopes_.pop_back();
    const List given = end_block();
    build_.yield(given);
  }
  exits_ = exits;
  return falls;
}

void Widener::yield_with(List values, const Ways& ways) {
  if (build_.unreachable()) return;
  const List state = pack(ways);
  values.insert(values.end(), state.begin(), state.end());
  build_.yield(values);
}

} // namespace pyvm::tracer::nest
