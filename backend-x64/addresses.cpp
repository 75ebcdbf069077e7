// Takes subscripts apart. See addresses.h.

#include "backend-x64/addresses.h"

namespace pyvm::x64 {
namespace {

using ir::Instruction;
using ir::Op;

constexpr int deepest_sum = 12;
constexpr std::size_t most_terms = 4;

struct Sum {
  std::vector<AddressTerm> terms; // no dimensions
  std::int64_t constant = 0;
};

std::int64_t wrapping_multiply(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

void add_term(std::vector<AddressTerm>& terms, const AddressTerm& term) {
  for (auto it = terms.begin(); it != terms.end(); ++it) {
    if (it->value != term.value || it->dimension != term.dimension) continue;
    it->factor = wrapping_add(it->factor, term.factor);
    if (it->factor == 0) terms.erase(it);
    return;
  }
  if (term.factor != 0) terms.push_back(term);
}

void add_scaled(Sum& sum, const Sum& other, std::int64_t factor) {
  for (AddressTerm term : other.terms) {
    term.factor = wrapping_multiply(term.factor, factor);
    add_term(sum.terms, term);
  }
  sum.constant = wrapping_add(sum.constant, wrapping_multiply(other.constant, factor));
}

class Splitter {
public:
  Splitter(const Facts& facts, LoopId loop) : facts_(facts), loop_(loop) {
    if (loop != no_loop) index_ = facts.loop(loop).index;
  }

  Sum split(ValueId value, int depth = 0) const {
    const Instruction* it = facts_.definition(value);
    if (it && it->op == Op::Const) return {{}, it->immediate};
    if (it && depth < deepest_sum) {
      Sum sum;
      if (split_into(*it, depth + 1, sum) && worth_it(value, sum)) return sum;
    }
    return {{{value, AddressTerm::none, 1}}, 0};
  }

private:
  bool changes(ValueId value) const { return facts_.of(value).loop == loop_ && value != index_; }

  bool split_into(const Instruction& it, int depth, Sum& sum) const {
    switch (it.op) {
    case Op::Add:
      sum = split(it.operands[0], depth);
      add_scaled(sum, split(it.operands[1], depth), 1);
      return true;
    case Op::Sub:
      sum = split(it.operands[0], depth);
      add_scaled(sum, split(it.operands[1], depth), -1);
      return true;
    case Op::Neg:
      add_scaled(sum, split(it.operands[0], depth), -1);
      return true;
    case Op::Mul:
      return split_product(it.operands[0], it.operands[1], depth, sum) ||
             split_product(it.operands[1], it.operands[0], depth, sum);
    case Op::Shl:
      if (const Instruction* count = facts_.constant(it.operands[1])) {
        std::uint64_t factor = std::uint64_t{1} << (static_cast<std::uint64_t>(count->immediate) & 63);
        add_scaled(sum, split(it.operands[0], depth), static_cast<std::int64_t>(factor));
        return true;
      }
      return false;
    default:
      return false;
    }
  }

  bool split_product(ValueId factor, ValueId other, int depth, Sum& sum) const {
    const Instruction* constant = facts_.constant(factor);
    if (!constant) return false;
    add_scaled(sum, split(other, depth), constant->immediate);
    return true;
  }

  // A value that the loop does not change only sheds its constants: it is in a register anyway.
  bool worth_it(ValueId value, const Sum& sum) const {
    if (sum.terms.size() <= 1) return true;
    if (loop_ == no_loop || facts_.of(value).loop != loop_ || sum.terms.size() > most_terms) return false;
    int changing = 0;
    for (const AddressTerm& term : sum.terms) changing += changes(term.value);
    return changing <= 1;
  }

  const Facts& facts_;
  LoopId loop_;
  ValueId index_ = no_id;
};

} // namespace

bool has_constant_stride(const ir::ArraySlot& slot, int dimension) {
  return slot.contiguous && dimension + 1 == slot.ndim;
}

std::int64_t array_slot(const ir::Region&, const Facts& facts, ValueId array) {
  const Instruction* it = facts.definition(array);
  return it && it->op == Op::ArrayRef ? it->immediate : -1;
}

AddressForm address_form(const ir::Region& region, const Facts& facts, const Instruction& access, LoopId loop) {
  const ir::ArraySlot& slot = region.arrays[static_cast<std::size_t>(array_slot(region, facts, access.operands[0]))];
  const Splitter splitter(facts, loop);
  const auto item = static_cast<std::int64_t>(size_of(slot.dtype));
  AddressForm form;
  for (std::size_t d = 0; d < subscript_count(access); ++d) {
    ValueId subscript = access.operands[d + 1];
    if (region.type(subscript).lanes > 1) continue;
    Sum sum = splitter.split(subscript);
    bool constant = has_constant_stride(slot, static_cast<int>(d));
    for (AddressTerm term : sum.terms) {
      if (constant)
        term.factor = wrapping_multiply(term.factor, item);
      else
        term.dimension = static_cast<std::int8_t>(d);
      add_term(form.terms, term);
    }
    if (constant)
      form.offset = wrapping_add(form.offset, wrapping_multiply(sum.constant, item));
    else
      add_term(form.terms, {no_id, static_cast<std::int8_t>(d), sum.constant});
  }
  return form;
}

} // namespace pyvm::x64
