// What follows an early return.
//
// An inlined `if c: return v` and a loop's `if c: continue` are recorded as a side that leaves a block:
//
//   r = block {
//     if c { S; br 0 v } else { yield }
//     R
//     yield w
//   }
//
// The rest belongs to the other side, and then nothing leaves:
//
//   r = if c { S; yield v } else { R; yield w }
//
// In lanes that is a select, where lanes that have left the block would need a mask to wait under; and conditions of R
// are known to be behind `not c`. The rest is moved and never copied. So each `if` that has such a `br` in it may have
// one side that goes on to the rest, not two; a `br` out of a loop stays, and with it the whole block.
#include "tracer/opt/passes.h"

#include <algorithm>
#include <utility>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class EarlyLeaves {
public:
  explicit EarlyLeaves(Region& region) : region_(region), replaced_(region) {}

  bool run() {
    look(region_.body);
    replaced_.apply(region_);
    return changed_;
  }

private:
  // From the inside out, so that what an inner block became can go on into an outer one's rest.
  void look(Body& body) {
    std::vector<InstructionId> code;
    for (const InstructionId id : std::vector<InstructionId>(std::move(body.instructions))) {
      for (std::size_t i = 0; i < region_.at(id).bodies.size(); ++i) {
        Body nested = std::move(region_.at(id).bodies[i]);
        look(nested);
        region_.at(id).bodies[i] = std::move(nested);
      }
      if (may_go(id))
        dissolve(id, code);
      else
        code.push_back(id);
    }
    body.instructions = std::move(code);
  }

  const Instruction& end(const Body& body) const { return end_of(region_, body); }
  bool falls(const Body& body) const { return end(body).op == Op::Yield; }

  // Whether a `br` to the block that is `depth` blocks out stands in the body.
  bool leaves(const Body& body, std::int64_t depth) const {
    return std::any_of(body.instructions.begin(), body.instructions.end(), [&](InstructionId id) {
      const Instruction& it = region_.at(id);
      if (it.op == Op::Br) return it.immediate == depth;
      return leaves(it, depth + (it.op == Op::Block ? 1 : 0));
    });
  }
  bool leaves(const Instruction& it, std::int64_t depth) const {
    return std::any_of(it.bodies.begin(), it.bodies.end(), [&](const Body& body) { return leaves(body, depth); });
  }

  // The block is left from sides of `if`s alone, and its rest would never be needed twice.
  bool may_go(InstructionId id) const {
    const Instruction& it = region_.at(id);
    return it.op == Op::Block && falls(it.bodies[0]) && leaves(it, 0) && may_nest(it.bodies[0]);
  }
  bool may_nest(const Body& body) const {
    return std::all_of(body.instructions.begin(), body.instructions.end(), [&](InstructionId id) {
      const Instruction& it = region_.at(id);
      if (it.bodies.empty() || !leaves(it, it.op == Op::Block ? 1 : 0)) return true;
      return it.op == Op::If && !(falls(it.bodies[0]) && falls(it.bodies[1])) && may_nest(it.bodies[0]) &&
             may_nest(it.bodies[1]);
    });
  }

  // The block's code without the block.
  void dissolve(InstructionId id, std::vector<InstructionId>& code) {
    Body body = std::move(region_.at(id).bodies[0]);
    const std::vector<ValueId> results = region_.at(id).results;
    nest(body, results);
    for (const InstructionId each : body.instructions) enclosed_by_one_less(each, 1);
    const std::vector<ValueId> given = end(body).operands;
    for (std::size_t i = 0; i < results.size(); ++i) replaced_.add(results[i], given[i]);
    code.insert(code.end(), body.instructions.begin(), body.instructions.end() - 1);
    changed_ = true;
  }

  // The body is the last thing in the block: it yields what the block would give, `like` these values.
  void nest(Body& body, const std::vector<ValueId>& like) {
    Instruction& last = region_.at(body.instructions.back());
    if (last.op == Op::Br && last.immediate == 0)
      last = {.op = Op::Yield, .operands = last.operands, .line = last.line};
    const auto branch = std::find_if(body.instructions.begin(), body.instructions.end(), [&](InstructionId id) {
      return region_.at(id).op == Op::If && leaves(region_.at(id), 0);
    });
    if (branch == body.instructions.end()) return;
    const InstructionId id = *branch;
    const std::vector<InstructionId> rest(branch + 1, body.instructions.end());
    body.instructions.erase(branch + 1, body.instructions.end());
    std::vector<Body> sides = std::move(region_.at(id).bodies);
    for (Body& side : sides) {
      if (falls(side)) go_on(side, region_.at(id).results, rest);
      nest(side, like);
    }
    region_.at(id).bodies = std::move(sides);
    std::vector<ValueId> results;
    for (const ValueId value : like) results.push_back(region_.new_value(region_.type(value)));
    region_.at(id).results = results;
    body.instructions.push_back(make(region_, {.op = Op::Yield, .operands = results}));
  }

  // What read the results of the `if` reads what the one side that goes on gave.
  void go_on(Body& side, const std::vector<ValueId>& results, const std::vector<InstructionId>& rest) {
    const std::vector<ValueId> given = end(side).operands;
    for (std::size_t i = 0; i < results.size(); ++i) replaced_.add(results[i], given[i]);
    side.instructions.pop_back();
    side.instructions.insert(side.instructions.end(), rest.begin(), rest.end());
  }

  // A `br` that leaves `open` blocks or more has one block less on its way.
  void enclosed_by_one_less(InstructionId id, std::int64_t open) {
    Instruction& it = region_.at(id);
    if (it.op == Op::Br && it.immediate >= open) --it.immediate;
    const std::int64_t inside = open + (it.op == Op::Block ? 1 : 0);
    for (const Body& nested : it.bodies)
      for (const InstructionId each : nested.instructions) enclosed_by_one_less(each, inside);
  }

  Region& region_;
  Replacements replaced_;
  bool changed_ = false;
};

} // namespace

bool nest_early_leaves(Region& region) { return region.lanes == 1 && EarlyLeaves(region).run(); }

} // namespace pyvm::tracer
