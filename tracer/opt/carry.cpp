// Recurrences through memory: what an iteration stores and the next one loads is carried.
//
//   for j:                               x0 = lo < hi ? load d[i, (lo + k) - 1] : 0
//     x = load d[i, (j + k) - 1]         for j (x = x0):
//     y = f(x)                    =>       y = f(x)
//     store d[i, j + k], y                 store d[i, j + k], y
//                                          yield y
//
// The store stays, so memory is what it was whenever somebody may look. What goes is the load, which waits some five
// cycles for the store before it: dynamic programming, running sums and recursive filters are chains of these.
//
// A load takes the value of the iteration before if
//   both stand in the loop's own body, so that each iteration comes to both, the load first,
//   the place loaded is the place that the store named one step earlier: subscripts that vary are the index (plus
//   something that does not vary) plus constants that differ by the step, the others are the same values,
//   the loop stores nothing else that may be there. Between store and load no other element matters: the store was the
//   last write to the array.
// Iterations that the guest declared independent are left alone. The first load is put under `lo < hi`: its subscripts
// are good because the first iteration runs it.
//
// A store cuts a narrow integer to its low bits, so the carried value is the cut one.
#include "tracer/opt/passes.h"

#include <algorithm>
#include <optional>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"
#include "tracer/opt/moving.h"
#include "tracer/opt/trips.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class Carrying {
public:
  Carrying(Region& region, const AliasInfo& alias)
      : region_(region), alias_(alias), made_(definitions(region)), replaced_(region) {}

  bool run() {
    body(region_.body);
    replaced_.apply(region_);
    return !replaced_.empty();
  }

private:
  struct Loop {
    InstructionId id;
    ValueId index;
    std::vector<bool> inside; // the values that its body defines
  };

  void body(Body& body) {
    std::vector<InstructionId> now;
    for (const InstructionId id : std::vector<InstructionId>(body.instructions)) {
      for (std::size_t i = 0; i < region_.at(id).bodies.size(); ++i) {
        Body nested = std::move(region_.at(id).bodies[i]);
        this->body(nested);
        region_.at(id).bodies[i] = std::move(nested);
      }
      if (region_.at(id).op == Op::For && !region_.at(id).independent) carry_in(id, now);
      now.push_back(id);
    }
    body.instructions = std::move(now);
  }

  // `before`: the code in front of the loop.
  void carry_in(InstructionId id, std::vector<InstructionId>& before) {
    const auto body = [&]() -> const Body& { return region_.at(id).bodies[0]; };
    if (end_of(region_, body()).op != Op::Yield) return;
    const Loop loop{id, body().parameters[0], defined_in(region_, body())};
    for (std::size_t at = 0; at < body().instructions.size(); ++at) {
      const Body& own = body();
      const InstructionId load = own.instructions[at];
      if (region_.at(load).op != Op::Load || region_.type(region_.at(load).results[0]).lanes > 1) continue;
      const InstructionId store = only_store(own, region_.at(load));
      const auto behind = own.instructions.begin() + static_cast<std::ptrdiff_t>(at);
      if (store == no_id || std::find(behind, own.instructions.end(), store) == own.instructions.end()) continue;
      if (!follows(loop, region_.at(load), region_.at(store))) continue;
      carry(loop, load, store, before);
      --at; // the load has gone
    }
  }

  // The one store of the body (and of those nested in it) that may be where the load is; no_id if there are several.
  InstructionId only_store(const Body& own, const Instruction& load) const {
    InstructionId found = no_id;
    bool others = false;
    for_each_instruction(region_, own, [&](InstructionId id) {
      const Instruction& it = region_.at(id);
      if (info(it.op).effect != Effect::Write) return;
      const bool same_array = it.operands[0] == load.operands[0];
      if (!same_array && alias_.distinct_slots_are_disjoint) return;
      if (!same_array || found != no_id) others = true;
      found = id;
    });
    return others ? no_id : found;
  }

  bool stands_still(const Loop& loop, ValueId value) const {
    return value >= loop.inside.size() || !loop.inside[value];
  }

  std::optional<MovingSubscript> moving(const Loop& loop, ValueId subscript) const {
    return moving_subscript(region_, made_, loop.inside, loop.index, subscript);
  }

  // Whether the load names what the store named one step before.
  bool follows(const Loop& loop, const Instruction& load, const Instruction& store) const {
    if (load.element != store.element || region_.type(store.operands.back()).lanes > 1) return false;
    bool moves = false;
    for (std::size_t d = 1; d < load.operands.size(); ++d) {
      const ValueId loaded = load.operands[d], stored = store.operands[d];
      if (loaded == stored && stands_still(loop, loaded)) continue;
      const auto from = moving(loop, loaded), to = moving(loop, stored);
      if (!from || !to || from->offset != to->offset) return false;
      if (to->addend - from->addend != region_.at(loop.id).immediate) return false;
      moves = true;
    }
    return moves;
  }

  void carry(const Loop& loop, InstructionId load, InstructionId store, std::vector<InstructionId>& before) {
    const Type type = region_.type(region_.at(load).results[0]);
    const ValueId started = first_value(loop, load, type, before), parameter = region_.new_value(type);
    replaced_.add(region_.at(load).results[0], parameter);
    const ValueId next = stored_value(region_, region_.at(store), loop.id);
    Instruction& it = region_.at(loop.id);
    it.operands.push_back(started);
    it.results.push_back(region_.new_value(type));
    it.bodies[0].parameters.push_back(parameter);
    std::vector<InstructionId>& code = it.bodies[0].instructions;
    std::erase(code, load);
    region_.at(code.back()).operands.push_back(next);
  }

  // if lo < hi { load of the first iteration's place } else { nothing in particular }
  ValueId first_value(const Loop& loop, InstructionId load, Type type, std::vector<InstructionId>& before) {
    Instruction first = region_.at(load);
    std::vector<InstructionId> then;
    for (std::size_t d = 1; d < first.operands.size(); ++d)
      if (!stands_still(loop, first.operands[d])) first.operands[d] = at_start(loop, first.operands[d], then);
    first.results.clear();
    Instruction branch{.op = Op::If, .operands = {trips_condition(region_, loop.id, before)}, .line = first.line};
    const auto yields = [&](std::vector<InstructionId> code, Instruction value) {
      const InstructionId made = make(region_, std::move(value), {type});
      code.push_back(made);
      code.push_back(make(region_, {.op = Op::Yield, .operands = {region_.at(made).results[0]}}));
      return Body{{}, std::move(code)};
    };
    branch.bodies.push_back(yields(std::move(then), std::move(first)));
    branch.bodies.push_back(yields({}, {.op = Op::Const}));
    before.push_back(make(region_, std::move(branch), {type}));
    return region_.at(before.back()).results[0];
  }

  ValueId at_start(const Loop& loop, ValueId subscript, std::vector<InstructionId>& code) {
    const MovingSubscript moves = *moving(loop, subscript);
    const auto add = [&](ValueId a, ValueId b) {
      code.push_back(make(region_, {.op = Op::Add, .operands = {a, b}}, {i64}));
      return region_.at(code.back()).results[0];
    };
    ValueId value = region_.at(loop.id).operands[0];
    if (moves.offset != no_id) value = add(value, moves.offset);
    if (moves.addend == 0) return value;
    code.push_back(make(region_, {.op = Op::Const, .immediate = moves.addend}, {i64}));
    return add(value, region_.at(code.back()).results[0]);
  }

  Region& region_;
  const AliasInfo alias_;
  const std::vector<InstructionId> made_;
  Replacements replaced_;
};

} // namespace

bool carry_recurrences(Region& region, const AliasInfo& alias) { return Carrying(region, alias).run(); }

} // namespace pyvm::tracer
