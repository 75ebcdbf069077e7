#include "tracer/nest/version.h"

#include <algorithm>
#include <vector>

#include "tracer/ir/walk.h"
#include "tracer/nest/copy.h"
#include "tracer/opt/edit.h"
#include "tracer/opt/moving.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

// Loops whose code would grow by more stay as they are.
constexpr std::size_t most_instructions = 400;

// A subscript below a length that stands still.
struct Check {
  MovingSubscript subscript;
  ValueId length = ir::no_id;
  friend bool operator==(const Check&, const Check&) = default;
};

class LoopVersioner : public Copier {
public:
  LoopVersioner(const ir::Region& from, ir::Region& to) : Copier(from, to), made_(ir::definitions(from)) {}

  bool changed() const { return changed_; }

private:
  // What an innermost loop would be rid of.
  struct Found {
    std::vector<Check> checks;
    std::vector<ir::InstructionId> indices;
  };

  void instruction(ir::InstructionId id) override {
    const ir::Instruction& it = from_.at(id);
    if (it.op == Op::Index && std::find(dropped_.begin(), dropped_.end(), id) != dropped_.end())
      return set(it.results[0], at(it.operands[0]));
    if (it.op == Op::For && dropped_.empty()) {
      const Found found = find(it);
      if (!found.indices.empty()) return version(id, found);
    }
    copy(id);
  }

  Found find(const ir::Instruction& loop) {
    Found found;
    const std::vector<bool> inside = defined_in(from_, loop.bodies[0]);
    std::size_t count = 0;
    bool innermost = true;
    ir::for_each_instruction(from_, loop.bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = from_.at(id);
      ++count;
      if (it.op == Op::For || it.op == Op::Loop) innermost = false;
    });
    if (!innermost || count > most_instructions) return found;
    ir::for_each_instruction(from_, loop.bodies[0], [&](ir::InstructionId id) {
      const ir::Instruction& it = from_.at(id);
      if (it.op != Op::Index || inside[it.operands[1]]) return;
      const auto subscript = moving_subscript(from_, made_, inside, loop.bodies[0].parameters[0], it.operands[0]);
      if (!subscript) return;
      const Check check{*subscript, it.operands[1]};
      found.indices.push_back(id);
      if (std::find(found.checks.begin(), found.checks.end(), check) == found.checks.end())
        found.checks.push_back(check);
    });
    return found;
  }

  void version(ir::InstructionId id, const Found& found) {
    const ir::Instruction& it = from_.at(id);
    changed_ = true;
    build_.set_line(it.line);
    const ValueId lo = at(it.operands[0]), hi = at(it.operands[1]), zero = build_.int_constant(0);
    std::optional<ValueId> all;
    const auto require = [&](Op op, ValueId a, ValueId b) {
      const ValueId holds = build_.emit(op, {a, b});
      all = all ? build_.emit(Op::And, {*all, holds}) : holds;
    };
    require(Op::Lt, lo, hi); // the loop's own condition: what its copies compute of its trips relies on it
    for (const Check& check : found.checks) {
      const auto place = [&](ValueId end) {
        const auto [offset, addend] = check.subscript;
        if (offset != ir::no_id) end = build_.emit(Op::Add, {end, at(offset)});
        return addend == 0 ? end : build_.emit(Op::Add, {end, build_.int_constant(addend)});
      };
      const ValueId first = place(lo);
      require(Op::Le, zero, first);
      if (first == lo) { // below hi
        require(Op::Le, hi, at(check.length));
        continue;
      }
      const ValueId end = place(build_.emit(Op::Add, {hi, build_.int_constant(-1)}));
      require(Op::Le, first, end);
      require(Op::Lt, end, at(check.length));
    }
    build_.begin_if(*all);
    side(id, found.indices);
    build_.begin_else();
    side(id, {});
    std::vector<ir::Type> types;
    for (const ValueId result : it.results) types.push_back(from_.type(result));
    set(it.results, build_.end_if(types));
    forget_exits();
  }

  void side(ir::InstructionId loop, const std::vector<ir::InstructionId>& dropped) {
    forget_exits(); // their values are those of this side's loop
    dropped_ = dropped;
    copy(loop);
    dropped_.clear();
    if (!build_.unreachable()) build_.yield(at(from_.at(loop).results));
  }

  const std::vector<ir::InstructionId> made_; // by value
  std::vector<ir::InstructionId> dropped_;    // the checks that the copy at work does without
  bool changed_ = false;
};

} // namespace

std::optional<ir::Region> version_loops(const ir::Region& region) {
  ir::Region result;
  LoopVersioner versioner(region, result);
  versioner.run();
  if (!versioner.changed()) return std::nullopt;
  return result;
}

} // namespace pyvm::tracer::nest
