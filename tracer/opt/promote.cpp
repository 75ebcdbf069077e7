// Store promotion: `c[i, j] += a[i, k] * b[k, j]` in a loop over k keeps c[i, j] in a register.
//
//   for k:                          x0 = load c[i, j]
//     x = load c[i, j]              x9 = for k (x = x0):
//     y = x + ...            =>       y = x + ...
//     store c[i, j], y                yield y
//                                   store c[i, j], x9
//
// A place is promoted out of a `for` if
//   its subscripts do not vary in the loop,
//   it is stored to once, in the loop's own body, and loaded at most once, before that (forwarding has seen to it),
//   no other access in the loop may overlap it,
//   nothing in the loop may leave it: an exit must find memory as the program has it. (Stores that an exit would have
//   to flush could be listed in its snapshot; no exit has room for that yet, and bodies that matter have lost their
//   checks to the planner.)
// The load and the store behind the loop happen only if the loop has an iteration: they are put under `lo < hi`, unless
// that is certain.
//
// Lanes of the lane record are promoted in the same way: out of inner loops, where the ordinal stands still, and out of
// the ordinal loop if its step is a multiple of the lanes, so that each iteration comes back to the same ones. They
// need no condition: the record is always there, and to write back what was read changes nothing.
//
// A store cuts a narrow integer to its low bits, so the carried value is the cut one.
#include "tracer/opt/passes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"
#include "tracer/opt/trips.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class Promotion {
public:
  Promotion(Region& region, const AliasInfo& alias)
      : region_(region), oracle_(region, alias), made_(definitions(region)), replaced_(region) {}

  bool run() {
    body(region_.body, 0);
    replaced_.apply(region_);
    return changed_;
  }

private:
  // What becomes a carried value. load: no_id if the loop only stores.
  struct Candidate {
    InstructionId load = no_id;
    InstructionId store = no_id;
  };

  // `loops`: how many enclose the body. Inner loops first: what they give up may be promoted again further out.
  void body(Body& body, int loops) {
    std::vector<InstructionId> now;
    for (const InstructionId id : std::vector<InstructionId>(body.instructions)) {
      const Op op = region_.at(id).op;
      const int deeper = loops + (op == Op::For || op == Op::Loop ? 1 : 0);
      for (std::size_t i = 0; i < region_.at(id).bodies.size(); ++i) {
        Body nested = std::move(region_.at(id).bodies[i]);
        this->body(nested, deeper);
        region_.at(id).bodies[i] = std::move(nested);
      }
      now.push_back(id);
      if (op == Op::For) promote(id, loops, now);
    }
    body.instructions = std::move(now);
  }

  // Promotes all it can out of the loop, which stands at the end of `code`.
  void promote(InstructionId loop, int loops, std::vector<InstructionId>& code) {
    const Body& own = region_.at(loop).bodies[0];
    if (end_of(region_, own).op != Op::Yield) return;
    if (std::any_of(own.instructions.begin(), own.instructions.end(),
                    [&](InstructionId id) { return may_leave(region_, region_.at(id)); }))
      return;
    const std::vector<Candidate> candidates = candidates_of(loop, loops);
    if (candidates.empty()) return;
    changed_ = true;
    code.pop_back();
    std::vector<InstructionId> guarded, behind, behind_anyway;
    for (const Candidate& candidate : candidates)
      if (is_always_there(candidate)) carry(loop, candidate, code, behind_anyway);
    const std::size_t results = region_.at(loop).results.size();
    for (const Candidate& candidate : candidates)
      if (!is_always_there(candidate)) carry(loop, candidate, guarded, behind);
    guarded.push_back(loop);
    guarded.insert(guarded.end(), behind.begin(), behind.end());
    if (behind.empty() || runs_at_least_once(region_, made_, region_.at(loop)))
      code.insert(code.end(), guarded.begin(), guarded.end());
    else
      put_under_condition(loop, results, std::move(guarded), code);
    code.insert(code.end(), behind_anyway.begin(), behind_anyway.end());
  }

  // May be read and written back whether the loop runs or not.
  bool is_always_there(const Candidate& candidate) const {
    const Instruction& store = region_.at(candidate.store);
    if (store.op == Op::LaneSet) return true;
    const Instruction& array = region_.at(made_[store.operands[0]]);
    if (array.op != Op::ArrayRef || store.operands.size() != 3) return false;
    const std::vector<ScratchLength>& lengths = region_.arrays[static_cast<std::size_t>(array.immediate)].scratch;
    if (lengths.size() != 1 || !lengths[0].is_constant()) return false;
    const InstructionId subscript = made_[store.operands[1]];
    if (subscript == no_id || region_.at(subscript).op != Op::Const) return false;
    const auto at = static_cast<std::int64_t>(region_.at(subscript).immediate);
    const int elements = region_.type(store.operands.back()).lanes;
    return at >= 0 && at + elements <= lengths[0].constant;
  }

  // ---- which ------------------------------------------------------------------------------------------------------
  std::vector<Candidate> candidates_of(InstructionId loop, int loops) const {
    const Body& own = region_.at(loop).bodies[0];
    const std::vector<bool> inside = defined_in(region_, own);
    std::vector<InstructionId> accesses;
    for_each_instruction(region_, own, [&](InstructionId id) {
      if (is_access(region_.at(id))) accesses.push_back(id);
    });
    std::vector<Candidate> candidates;
    for (const InstructionId id : own.instructions) {
      if (!is_access(region_.at(id)) || !is_write(region_.at(id)) || !stands_still(id, loop, loops, inside)) continue;
      if (const auto candidate = candidate_of(id, own, accesses)) candidates.push_back(*candidate);
    }
    return candidates;
  }

  bool stands_still(InstructionId store, InstructionId loop, int loops, const std::vector<bool>& inside) const {
    const Instruction& it = region_.at(store);
    if (it.masked) return false; // some lanes keep what is there
    if (it.op == Op::LaneSet) return loops > 0 || region_.at(loop).immediate % region_.reduction_lanes == 0;
    const std::vector<ValueId> place = place_operands(it);
    return std::none_of(place.begin(), place.end(),
                        [&](ValueId value) { return value < inside.size() && inside[value]; });
  }

  std::optional<Candidate> candidate_of(InstructionId store, const Body& own,
                                        const std::vector<InstructionId>& accesses) const {
    Candidate candidate{.store = store};
    for (const InstructionId other : accesses) {
      if (other == store || oracle_.overlap(region_.at(store), region_.at(other)) == Overlap::Never) continue;
      const bool same = oracle_.overlap(region_.at(store), region_.at(other)) == Overlap::Same;
      if (!same || is_write(region_.at(other)) || candidate.load != no_id) return std::nullopt;
      candidate.load = other;
    }
    if (candidate.load == no_id) return candidate;
    const auto at = [&](InstructionId id) {
      return std::find(own.instructions.begin(), own.instructions.end(), id) - own.instructions.begin();
    };
    if (at(candidate.load) >= at(store)) return std::nullopt; // behind the store, or in a nested body
    return candidate;
  }

  // ---- how --------------------------------------------------------------------------------------------------------
  void carry(InstructionId loop, const Candidate& candidate, std::vector<InstructionId>& before,
             std::vector<InstructionId>& behind) {
    const Instruction store = region_.at(candidate.store);
    const Type type = region_.type(store.operands.back());
    const ValueId parameter = region_.new_value(type), result = region_.new_value(type);
    before.push_back(start(candidate, store, type));
    const ValueId started = region_.at(before.back()).results[0];
    behind.push_back(candidate.store);
    region_.at(candidate.store).operands.back() = result;
    if (candidate.load != no_id) replaced_.add(region_.at(candidate.load).results[0], parameter);

    Instruction& it = region_.at(loop);
    it.operands.push_back(started);
    it.independent = false; // whatever the guest declared: from now on one iteration needs the one before
    it.results.push_back(result);
    it.bodies[0].parameters.push_back(parameter);
    std::vector<InstructionId>& code = it.bodies[0].instructions;
    std::erase(code, candidate.load);
    std::erase(code, candidate.store);
    const InstructionId end = code.back();
    const ValueId next = stored_value(region_, store, loop);
    region_.at(end).operands.push_back(next);
  }

  // What the loop starts with: the place's contents, or nothing in particular if each iteration stores before it looks.
  InstructionId start(const Candidate& candidate, const Instruction& store, Type type) {
    const bool reads = candidate.load != no_id || is_always_there(candidate);
    if (!reads) return make(region_, {.op = Op::Const}, {type});
    Instruction load = store;
    load.op = store.op == Op::LaneSet ? Op::LaneGet : Op::Load;
    load.operands.pop_back();
    return make(region_, std::move(load), {type});
  }

  // if lo < hi { loads; loop; stores; yield results } else { yield what the loop would have started with }
  // `own`: how many results of the loop are used behind all this; those of the promoted places follow.
  void put_under_condition(InstructionId loop, std::size_t own, std::vector<InstructionId> guarded,
                           std::vector<InstructionId>& code) {
    Instruction branch{.op = Op::If, .operands = {trips_condition(region_, loop, code)}, .line = region_.at(loop).line};
    const auto first = [own](const std::vector<ValueId>& values, std::size_t from) {
      return std::vector<ValueId>(values.begin() + from, values.begin() + from + own);
    };
    const std::vector<ValueId> outer = first(region_.at(loop).results, 0);
    const std::vector<ValueId> started = first(region_.at(loop).operands, 2);
    branch.results = outer;
    std::vector<ValueId> inner;
    for (const ValueId value : outer) inner.push_back(region_.new_value(region_.type(value)));
    std::copy(inner.begin(), inner.end(), region_.at(loop).results.begin());
    guarded.push_back(make(region_, {.op = Op::Yield, .operands = inner}));
    branch.bodies.push_back({{}, std::move(guarded)});
    branch.bodies.push_back({{}, {make(region_, {.op = Op::Yield, .operands = started})}});
    code.push_back(make(region_, std::move(branch)));
  }

  Region& region_;
  const AliasOracle oracle_;
  const std::vector<InstructionId> made_;
  Replacements replaced_;
  bool changed_ = false;
};

} // namespace

bool promote_stores(Region& region, const AliasInfo& alias) { return Promotion(region, alias).run(); }

} // namespace pyvm::tracer
