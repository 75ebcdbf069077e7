// Conditions that are made of conditions.
//
// `while a and b:` is recorded as
//
//   r = if a { S; yield b } else { yield false }
//   if r { yield } else { br 0 ... }
//
// Where one side of the first `if` only yields a constant, and that constant makes the second `if` leave, the side can
// leave at once:
//
//   if a { yield } else { br 0 ... }
//   S
//   if b { yield } else { br 0 ... }
//
// No truth value is made, S is computed where what follows sees it, and where `a` is the same in all lanes while `b` is
// not, `a` stays a branch. `or` is the same with true. Nothing else may read r; what leaves is a single `br` or `exit`,
// which is copied, and nothing but a `not` may stand between the two.
#include "tracer/opt/passes.h"

#include <utility>

#include "tracer/ir/walk.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

class Threading {
public:
  explicit Threading(Region& region) : region_(region), made_(definitions(region)), reads_(region.values.size()) {
    for_each_instruction(region, region.body, [&](InstructionId id) {
      const Instruction& it = region.at(id);
      for (const ValueId value : it.operands) ++reads_[value];
      if (it.exit == no_id) return;
      for (const ValueId value : region.exits[it.exit].operands) ++reads_[value];
    });
  }

  bool run() {
    body(region_.body);
    return changed_;
  }

private:
  void body(Body& body) {
    for (const InstructionId id : std::vector<InstructionId>(body.instructions))
      for (std::size_t i = 0; i < region_.at(id).bodies.size(); ++i) {
        Body nested = std::move(region_.at(id).bodies[i]);
        this->body(nested);
        region_.at(id).bodies[i] = std::move(nested);
      }
    for (std::size_t k = 0; k < body.instructions.size(); ++k)
      while (thread(body, k)) changed_ = true;
  }

  bool only_ends(const Body& side) const { return side.instructions.size() == 1; }
  const Instruction& end(const Body& side) const { return end_of(region_, side); }

  // The constant that a side does nothing but yield.
  std::optional<bool> yielded_constant(const Body& side) const {
    if (!only_ends(side) || end(side).op != Op::Yield) return std::nullopt;
    const InstructionId made = made_[end(side).operands[0]];
    if (made == no_id || region_.at(made).op != Op::Const) return std::nullopt;
    return region_.at(made).immediate != 0;
  }

  // The `if` at position k of the body and the one behind it.
  bool thread(Body& body, std::size_t k) {
    const InstructionId first = body.instructions[k];
    if (region_.at(first).op != Op::If || region_.at(first).results.size() != 1) return false;
    const ValueId joined = region_.at(first).results[0];
    if (region_.type(joined) != b1 || reads_[joined] != 1) return false;
    std::size_t at = k + 1;
    ValueId condition = joined;
    bool negated = false;
    const Instruction& next = region_.at(body.instructions[at]);
    if (next.op == Op::Not && next.operands[0] == joined && reads_[next.results[0]] == 1) {
      condition = next.results[0];
      negated = true;
      ++at;
    }
    const InstructionId second = body.instructions[at];
    const Instruction& branch = region_.at(second);
    if (branch.op != Op::If || branch.operands[0] != condition || !branch.results.empty()) return false;
    for (const int side : {0, 1}) {
      const auto constant = yielded_constant(region_.at(first).bodies[static_cast<std::size_t>(side)]);
      if (!constant || end(region_.at(first).bodies[static_cast<std::size_t>(1 - side)]).op != Op::Yield) continue;
      const std::size_t taken = *constant != negated ? 0 : 1;
      const Op leaves = end(branch.bodies[taken]).op;
      if (!only_ends(branch.bodies[taken]) || (leaves != Op::Br && leaves != Op::Exit)) continue;
      split(body, k, side, region_.at(branch.bodies[taken].instructions[0]),
            negated ? body.instructions[k + 1] : second);
      return true;
    }
    return false;
  }

  // `reader` reads what the `if` at position k gives; its side `leaving` becomes a copy of `way_out`.
  void split(Body& body, std::size_t k, int leaving, const Instruction& way_out, InstructionId reader) {
    const InstructionId first = body.instructions[k];
    const InstructionId out = make(region_, way_out), goes_on = make(region_, {.op = Op::Yield});
    Instruction& it = region_.at(first);
    Body rest = std::exchange(it.bodies[static_cast<std::size_t>(1 - leaving)], Body{{}, {goes_on}});
    it.bodies[static_cast<std::size_t>(leaving)] = Body{{}, {out}};
    it.results.clear();
    const ValueId value = end(rest).operands[0];
    region_.at(reader).operands[0] = value;
    rest.instructions.pop_back();
    body.instructions.insert(body.instructions.begin() + static_cast<std::ptrdiff_t>(k) + 1, rest.instructions.begin(),
                             rest.instructions.end());
  }

  Region& region_;
  const std::vector<InstructionId> made_;
  std::vector<int> reads_;
  bool changed_ = false;
};

} // namespace

bool thread_conditions(Region& region) { return Threading(region).run(); }

} // namespace pyvm::tracer
