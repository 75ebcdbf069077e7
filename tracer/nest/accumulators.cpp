#include "tracer/nest/accumulators.h"

#include <algorithm>
#include <map>
#include <optional>

#include "tracer/ir/walk.h"
#include "tracer/nest/entry_checks.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

std::optional<ReductionOp> reduction_of(Op op) {
  switch (op) {
  case Op::Add:
  case Op::Sub:
    return ReductionOp::Add;
  case Op::Mul:
    return ReductionOp::Mul;
  case Op::And:
    return ReductionOp::BitAnd;
  case Op::Or:
    return ReductionOp::BitOr;
  case Op::Xor:
    return ReductionOp::BitXor;
  default:
    return std::nullopt;
  }
}

class Finder {
public:
  explicit Finder(const ir::Region& region)
      : region_(region), made_(ir::definitions(region)), uses_(region.values.size()) {
    ir::for_each_instruction(region, region.body, [&](ir::InstructionId id) {
      for (const ValueId value : region.at(id).operands) ++uses_[value];
    });
  }

  std::vector<AccumulatedArray> run() {
    ir::for_each_instruction(region_, region_.body, [&](ir::InstructionId id) { look_at(region_.at(id)); });
    std::vector<AccumulatedArray> found;
    for (const auto& [slot, facts] : slots_) {
      const ir::ArraySlot& array = region_.arrays[slot];
      const bool whole = is_integer(array.dtype) && array.dtype != ScalarKind::Bool;
      if (facts.holds && facts.updates > 0 && facts.loads == facts.updates && whole && array.writable &&
          array.contiguous && !array.is_apart())
        found.push_back({slot, facts.op, facts.line});
    }
    return found;
  }

private:
  struct Facts {
    bool holds = true;
    int loads = 0, updates = 0, line = 0;
    ReductionOp op = ReductionOp::Add;
  };

  const ir::Instruction* definition(ValueId value) const {
    return made_[value] == ir::no_id ? nullptr : &region_.at(made_[value]);
  }

  std::optional<std::uint16_t> slot_of(ValueId value) const {
    const ir::Instruction* made = definition(value);
    if (made == nullptr || made->op != Op::ArrayRef) return std::nullopt;
    return static_cast<std::uint16_t>(made->immediate);
  }

  void look_at(const ir::Instruction& it) {
    for (std::size_t k = 0; k < it.operands.size(); ++k) {
      const auto slot = slot_of(it.operands[k]);
      if (!slot) continue;
      Facts& facts = slots_[*slot];
      if (it.op == Op::Load) {
        ++facts.loads;
      } else if (it.op == Op::Store) {
        update(it, facts);
      } else if (it.op != Op::Dim) {
        facts.holds = false;
      }
    }
  }

  void update(const ir::Instruction& store, Facts& facts) {
    const auto op = operator_of(store);
    if (!op || (facts.updates > 0 && facts.op != *op)) {
      facts.holds = false;
      return;
    }
    facts.op = *op;
    if (facts.updates++ == 0) facts.line = store.line;
  }

  // What the stored value is made with, if it is an update.
  std::optional<ReductionOp> operator_of(const ir::Instruction& store) const {
    const ir::Instruction* made = used_once(store.operands.back());
    if (made != nullptr && made->op == Op::Wrap) made = used_once(made->operands[0]);
    if (made == nullptr) return std::nullopt;
    const auto op = reduction_of(made->op);
    if (!op || region_.type(made->results[0]) != ir::i64) return std::nullopt;
    const bool commutes = made->op != Op::Sub;
    const bool left = loads_place(made->operands[0], store), right = loads_place(made->operands[1], store);
    return left != right && (left || commutes) ? op : std::nullopt;
  }

  const ir::Instruction* used_once(ValueId value) const { return uses_[value] == 1 ? definition(value) : nullptr; }

  bool loads_place(ValueId value, const ir::Instruction& store) const {
    const ir::Instruction* load = used_once(value);
    return load != nullptr && load->op == Op::Load && load->element == store.element &&
           slot_of(load->operands[0]) == slot_of(store.operands[0]) &&
           std::equal(load->operands.begin() + 1, load->operands.end(), store.operands.begin() + 1,
                      store.operands.end() - 1);
  }

  const ir::Region& region_;
  const std::vector<ir::InstructionId> made_;
  std::vector<int> uses_; // by instructions
  std::map<std::uint16_t, Facts> slots_;
};

} // namespace

std::vector<AccumulatedArray> find_accumulated(const ir::Region& recorded) { return Finder(recorded).run(); }

std::vector<AccumulatedArray> copies_for_independence(const std::vector<AccumulatedArray>& candidates,
                                                      const DependenceFacts& facts, LoopId loop,
                                                      const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
                                                      std::int64_t begin, std::int64_t end) {
  std::vector<AccumulatedArray> copies;
  std::vector<std::uint16_t> apart;
  for (;;) {
    const Order order = order_of(facts, loop, scalars, arrays, begin, end, apart);
    if (order.independent()) return copies;
    const auto found = std::ranges::find(candidates, order.slot, &AccumulatedArray::slot);
    if (order.slot != order.other_slot || found == candidates.end() ||
        std::ranges::find(apart, order.slot) != apart.end())
      return {};
    // What shares its memory would not see the updates.
    for (std::uint16_t other = 0; other < facts.slots.size(); ++other) {
      const Disjoint pair{found->slot, other};
      if (!facts.slots[other].is_apart() && !are_disjoint(pair, facts.slots, arrays)) return {};
    }
    copies.push_back(*found);
    apart.push_back(found->slot);
  }
}

} // namespace pyvm::tracer::nest
