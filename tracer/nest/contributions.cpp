// A carried value is followed from the end of the body back to its beginning: through results of `if`s, both sides of
// which have to lead there, through selects, and through the one operation, with a contribution as its other operand.
// Nothing else may read what is met on the way, and no exit may name it: the interpreter would go on with it.
#include "tracer/nest/contributions.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tracer/ir/walk.h"
#include "tracer/nest/lanes.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer::nest {

using ir::InstructionId;
using ir::Op;
using ir::ValueId;

namespace {

class Separator {
public:
  explicit Separator(ir::Region& region) : region_(region) { look_again(); }

  bool run(InstructionId loop) {
    bool changed = false;
    const ir::Body& body = region_.at(loop).bodies[0];
    if (end_of(region_, body).op != Op::Yield) return false;
    for (std::size_t k = 0; k + 2 < region_.at(loop).operands.size(); ++k) changed |= separate(loop, k);
    return changed;
  }

private:
  const ir::Instruction* inside(ValueId value) const {
    return value < made_.size() && made_[value] != ir::no_id && is_inside_[value] ? &region_.at(made_[value]) : nullptr;
  }
  static std::size_t result_of(const ir::Instruction& it, ValueId value) {
    return static_cast<std::size_t>(std::ranges::find(it.results, value) - it.results.begin());
  }

  bool separate(InstructionId loop, std::size_t carried) {
    const ir::Body& body = region_.at(loop).bodies[0];
    loop_ = loop;
    before_ = body.parameters[carried + 1];
    is_inside_ = defined_in(region_, body);
    op_.reset();
    is_conditional_ = false;
    visits_.clear();
    may_lead_on_.clear();
    chains_.clear();
    own_.clear();
    identity_ = ir::no_id;
    const ValueId after = end_of(region_, body).operands[carried];
    if (!leads_on(after) || !is_conditional_ || !op_) return false;
    const auto read_elsewhere = [&](const auto& visit) { return visit.second != reads_[visit.first]; };
    if (std::ranges::any_of(visits_, read_elsewhere)) return false;
    const ValueId own = own_of(after);
    const ir::Instruction update{.op = *op_, .operands = {before_, own}, .line = region_.at(loop).line};
    const InstructionId id = make(region_, update, {region_.type(before_)});
    std::vector<InstructionId>& code = region_.at(loop).bodies[0].instructions;
    code.insert(code.end() - 1, id);
    region_.at(code.back()).operands[carried] = region_.at(id).results[0];
    look_again();
    return true;
  }

  bool is_exact() const { return !region_.type(before_).is_float(); }
  // Differences of integers are sums.
  Op family(Op op) const { return op == Op::Sub && is_exact() ? Op::Add : op; }

  // Whether every way that the value comes leads to what is carried.
  bool leads_on(ValueId value) {
    if (visits_[value]++ > 0 || value == before_) return true;
    const ir::Instruction* made = inside(value);
    if (made == nullptr || named_[value]) return false;
    if (made->op == Op::If) {
      is_conditional_ = true;
      const std::size_t result = result_of(*made, value);
      return std::ranges::all_of(made->bodies, [&](const ir::Body& side) {
        const ir::Instruction& end = end_of(region_, side);
        return end.op == Op::Yield && leads_on(end.operands[result]);
      });
    }
    if (made->op == Op::Select) {
      is_conditional_ = true;
      return leads_on(made->operands[1]) && leads_on(made->operands[2]);
    }
    const auto chain = chain_of(*made);
    if (!chain || (op_ && *op_ != family(made->op))) return false;
    op_ = family(made->op);
    chains_[made_[value]] = *chain;
    const ValueId from = made->operands[*chain];
    return (from == before_ || is_exact()) && leads_on(from);
  }

  // Which operand of an update leads on; none where it is no update.
  std::optional<std::size_t> chain_of(const ir::Instruction& it) {
    const ir::Type type = region_.type(before_);
    if (it.operands.size() != 2 || !folds_with(it.op, type)) return std::nullopt;
    if (may_lead_on(it.operands[0])) return 0;
    if (folds_on_either_side(it.op, type) && may_lead_on(it.operands[1])) return 1;
    return std::nullopt;
  }
  bool may_lead_on(ValueId value) {
    if (value == before_) return true;
    if (const auto known = may_lead_on_.find(value); known != may_lead_on_.end()) return known->second;
    const ir::Instruction* made = inside(value);
    return may_lead_on_[value] = made != nullptr && leads_from(*made, value);
  }
  bool leads_from(const ir::Instruction& made, ValueId value) {
    if (made.op == Op::If)
      return std::ranges::any_of(made.bodies, [&](const ir::Body& side) {
        const ir::Instruction& end = end_of(region_, side);
        return end.op == Op::Yield && may_lead_on(end.operands[result_of(made, value)]);
      });
    if (made.op == Op::Select) return may_lead_on(made.operands[1]) || may_lead_on(made.operands[2]);
    return chain_of(made).has_value();
  }

  // The same ways once more, each value once: what has been contributed up to there.
  ValueId own_of(ValueId value) {
    if (value == before_) return identity();
    const auto [known, is_new] = own_.try_emplace(value, value);
    if (!is_new) return known->second;
    return own_[value] = made_own(value);
  }

  ValueId made_own(ValueId value) {
    const InstructionId id = made_[value];
    const std::size_t result = result_of(region_.at(id), value);
    if (region_.at(id).op == Op::If) {
      for (std::size_t side = 0; side < 2; ++side) {
        const InstructionId end = region_.at(id).bodies[side].instructions.back();
        region_.at(end).operands[result] = own_of(ValueId{region_.at(end).operands[result]});
      }
      return value;
    }
    if (region_.at(id).op == Op::Select) {
      for (const std::size_t side : {std::size_t{1}, std::size_t{2}})
        region_.at(id).operands[side] = own_of(ValueId{region_.at(id).operands[side]});
      return value;
    }
    const std::size_t chain = chains_.at(id);
    const ValueId from = region_.at(id).operands[chain], x = region_.at(id).operands[1 - chain];
    const bool is_taken = region_.at(id).op == Op::Sub && is_exact();
    if (from != before_) {
      region_.at(id).operands[chain] = own_of(from);
      return value;
    }
    if (is_taken) {
      region_.at(id).op = Op::Neg;
      region_.at(id).operands = {x};
      return value;
    }
    erase(region_.at(loop_).bodies[0], id);
    return x;
  }

  ValueId identity() {
    if (identity_ != ir::no_id) return identity_;
    const ir::Type type = region_.type(before_);
    const InstructionId id =
        make(region_, {.op = Op::Const, .immediate = static_cast<std::int64_t>(fold_identity(*op_, type))}, {type});
    region_.body.instructions.insert(region_.body.instructions.begin(), id);
    return identity_ = region_.at(id).results[0];
  }

  bool erase(ir::Body& body, InstructionId id) {
    if (std::erase(body.instructions, id) != 0) return true;
    return std::ranges::any_of(body.instructions, [&](InstructionId each) {
      return std::ranges::any_of(region_.at(each).bodies, [&](ir::Body& nested) { return erase(nested, id); });
    });
  }

  void look_again() {
    made_ = ir::definitions(region_);
    reads_.assign(region_.values.size(), 0);
    named_.assign(region_.values.size(), false);
    ir::for_each_instruction(region_, region_.body, [&](InstructionId id) {
      for (const ValueId value : region_.at(id).operands) ++reads_[value];
    });
    for (const ir::Exit& exit : region_.exits)
      for (const ValueId value : exit.operands) named_[value] = true;
  }

  ir::Region& region_;
  std::vector<InstructionId> made_;
  std::vector<int> reads_;      // by instructions
  std::vector<bool> named_;     // by exits
  std::vector<bool> is_inside_; // the loop at work
  InstructionId loop_ = ir::no_id;
  ValueId before_ = ir::no_id, identity_ = ir::no_id;
  std::optional<Op> op_;
  bool is_conditional_ = false;
  std::map<ValueId, int> visits_;               // of values on the way
  std::map<ValueId, bool> may_lead_on_;         // as far as it was asked
  std::map<InstructionId, std::size_t> chains_; // of updates: which operand leads on
  std::map<ValueId, ValueId> own_;
};

} // namespace

std::vector<InstructionId> separate_contributions(ir::Region& region,
                                                  const std::function<bool(InstructionId)>& wanted) {
  std::vector<InstructionId> loops, changed;
  ir::for_each_instruction(region, region.body, [&](InstructionId id) {
    const ir::Instruction& it = region.at(id);
    if (it.op == Op::For && it.operands.size() > 2 && wanted(id)) loops.push_back(id);
  });
  if (loops.empty()) return changed;
  Separator separator(region);
  for (const InstructionId loop : loops)
    if (separator.run(loop)) changed.push_back(loop);
  return changed;
}

} // namespace pyvm::tracer::nest
