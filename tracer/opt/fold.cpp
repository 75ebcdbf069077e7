// Folding and value numbering of a whole region.
//
// The builder folds and numbers while it writes. Passes that work in place uncover more: a load that became a constant,
// two loads of one place that became one value, a hoisted condition. Instead of a second set of rules for IR that
// stands already, the region is written anew, in order, through the builder, so that every rule exists once. The copy
// costs microseconds, and leaves behind what earlier passes have cut out of the tree.
//
// One rule needs to see a loop's end before its beginning and lives here: a carried value whose next value is itself,
// or what it started as, is no carried value.
//
// Exits are numbered anew in the order of their first use. An exit that several instructions name is split if the
// values that it stores have become different ones.
#include "tracer/opt/passes.h"

#include <utility>

#include "tracer/ir/builder.h"
#include "tracer/ir/equal.h"
#include "tracer/ir/walk.h"

namespace pyvm::tracer {

using namespace ir;

namespace {

// Everything that a region says besides its code. The code is put aside meanwhile, so that it is not copied.
Region without_code(Region& region) {
  Region code;
  const auto exchange = [&] {
    std::swap(code.exits, region.exits);
    std::swap(code.body, region.body);
    std::swap(code.values, region.values);
    std::swap(code.instructions, region.instructions);
  };
  exchange();
  Region rest = region;
  exchange();
  return rest;
}

class Rewriter {
public:
  Rewriter(const Region& from, Region& to)
      : from_(from), builder_(to), value_(from.values.size(), no_id), exits_(from.exits.size()) {}

  void run() {
    body(from_.body, {});
    builder_.finish();
  }

private:
  // Which carried values of a loop stay; empty: all of them.
  using Kept = std::vector<bool>;

  ValueId mapped(ValueId value) const { return value_[value]; }
  std::vector<ValueId> mapped(const std::vector<ValueId>& values, const Kept& kept = {}) const {
    std::vector<ValueId> result;
    result.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (kept.empty() || kept[i]) result.push_back(value_[values[i]]);
    return result;
  }
  std::vector<Type> types(const std::vector<ValueId>& values) const {
    std::vector<Type> result;
    for (const ValueId value : values) result.push_back(from_.type(value));
    return result;
  }
  void define(const std::vector<ValueId>& values, const std::vector<ValueId>& now) {
    for (std::size_t i = 0; i < values.size(); ++i) value_[values[i]] = now[i];
  }

  void body(const Body& body, const Kept& kept) {
    for (const InstructionId id : body.instructions) {
      const Instruction& it = from_.at(id);
      builder_.set_line(it.line);
      if (it.op == Op::Yield)
        builder_.yield(mapped(it.operands, kept));
      else if (info(it.op).effect == Effect::Control)
        control(it);
      else
        plain(it);
    }
  }

  void plain(const Instruction& it) {
    Attributes attributes{.type = it.results.empty() ? Type{} : from_.type(it.results[0]),
                          .immediate = it.immediate,
                          .element = it.element,
                          .lane_stride = it.lane_stride,
                          .lane_dimension = it.lane_dimension,
                          .lane_step = it.lane_step,
                          .gang = it.gang,
                          .masked = it.masked};
    if (it.exit != no_id) attributes.exit = exit(it.exit);
    operands_.clear();
    for (const ValueId operand : it.operands) operands_.push_back(mapped(operand));
    const ValueId result = builder_.emit(it.op, operands_, attributes);
    if (!it.results.empty()) value_[it.results[0]] = result;
  }

  void control(const Instruction& it) {
    switch (it.op) {
    case Op::Br:
      return builder_.br(static_cast<int>(it.immediate), mapped(it.operands));
    case Op::Exit:
      return builder_.exit(exit(it.exit));
    case Op::If:
      builder_.begin_if(mapped(it.operands[0]));
      body(it.bodies[0], {});
      builder_.begin_else();
      body(it.bodies[1], {});
      return define(it.results, builder_.end_if(types(it.results)));
    case Op::Block:
      builder_.begin_block(types(it.results));
      body(it.bodies[0], {});
      return define(it.results, builder_.end_block());
    default:
      return it.op == Op::For ? for_loop(it) : endless_loop(it);
    }
  }

  // True for each carried value that changes. Parameters and operands of the others mean the same.
  Kept changing(const Instruction& it, std::size_t first_operand, std::size_t first_parameter) const {
    const Body& nested = it.bodies[0];
    const Instruction& end = from_.at(nested.instructions.back());
    Kept kept;
    for (std::size_t i = first_operand; i < it.operands.size(); ++i) {
      const ValueId parameter = nested.parameters[i - first_operand + first_parameter];
      const ValueId next = end.op == Op::Yield ? end.operands[i - first_operand] : parameter;
      kept.push_back(next != parameter && next != it.operands[i]);
    }
    return kept;
  }

  void for_loop(const Instruction& it) {
    const Kept kept = changing(it, 2, 1);
    const std::vector<ValueId> started(it.operands.begin() + 2, it.operands.end());
    const ValueId lo = mapped(it.operands[0]), hi = mapped(it.operands[1]);
    const Builder::ForBody loop = builder_.begin_for(lo, hi, it.immediate, mapped(started, kept));
    if (it.independent) builder_.declare_independent();
    value_[it.bodies[0].parameters[0]] = loop.index;
    const std::vector<ValueId> parameters(it.bodies[0].parameters.begin() + 1, it.bodies[0].parameters.end());
    spread(parameters, started, kept, loop.parameters);
    body(it.bodies[0], kept);
    spread(it.results, started, kept, builder_.end_for());
  }

  void endless_loop(const Instruction& it) {
    const Kept kept = changing(it, 0, 0);
    spread(it.bodies[0].parameters, it.operands, kept, builder_.begin_loop(mapped(it.operands, kept)));
    body(it.bodies[0], kept);
    builder_.end_loop();
  }

  // Values that are kept become the next one of `now`, the others what they started as.
  void spread(const std::vector<ValueId>& values, const std::vector<ValueId>& started, const Kept& kept,
              const std::vector<ValueId>& now) {
    auto next = now.begin();
    for (std::size_t i = 0; i < values.size(); ++i) value_[values[i]] = kept[i] ? *next++ : mapped(started[i]);
  }

  ExitId exit(ExitId id) {
    if (builder_.unreachable()) return id;
    const std::vector<ValueId> operands = mapped(from_.exits[id].operands);
    for (const ExitId known : exits_[id])
      if (builder_.region().exits[known].operands == operands) return known;
    Exit copy = from_.exits[id];
    copy.operands = operands;
    exits_[id].push_back(builder_.add_exit(std::move(copy)));
    return exits_[id].back();
  }

  const Region& from_;
  Builder builder_;
  std::vector<ValueId> operands_;          // of the plain instruction that is being written
  std::vector<ValueId> value_;             // by value of the old region: the value of the new one
  std::vector<std::vector<ExitId>> exits_; // by exit of the old region: what became of it
};

// The builder may have dropped an instruction after its exit was made.
void drop_unused_exits(Region& region) {
  std::vector<ExitId> renumbered(region.exits.size(), no_id);
  std::vector<Exit> used;
  for_each_instruction(region, region.body, [&](InstructionId id) {
    Instruction& it = region.at(id);
    if (it.exit == no_id) return;
    if (renumbered[it.exit] == no_id) {
      renumbered[it.exit] = static_cast<ExitId>(used.size());
      used.push_back(std::move(region.exits[it.exit]));
    }
    it.exit = renumbered[it.exit];
  });
  region.exits = std::move(used);
}

} // namespace

bool fold_and_number(Region& region) {
  Region folded = without_code(region);
  folded.instructions.reserve(region.instructions.size());
  folded.values.reserve(region.values.size());
  Rewriter(region, folded).run();
  drop_unused_exits(folded);
  if (same(region, folded)) return false;
  region = std::move(folded);
  return true;
}

} // namespace pyvm::tracer
