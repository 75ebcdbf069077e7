#include "tracer/nest/entry_checks.h"

#include <algorithm>
#include <map>

#include "tracer/ir/walk.h"
#include "tracer/nest/copy.h"

namespace pyvm::tracer::nest {

using ir::Op;

// ---- finding ----------------------------------------------------------------------------------------------

namespace {

// The bounds of every loop that the form's span needs are known: those of the loops whose indices it mentions and, in
// turn, of those that their bounds mention.
bool is_spannable(const LoopTable& table, const Form& form);

bool is_spannable(const LoopTable& table, const Bound& bound) {
  return !bound.forms.empty() && std::all_of(bound.forms.begin(), bound.forms.end(),
                                             [&](const Form& form) { return is_spannable(table, form); });
}

bool is_spannable(const LoopTable& table, const Form& form) {
  return std::all_of(form.terms.begin(), form.terms.end(), [&](const Term& term) {
    if (term.loop == none || table.loops[term.loop].ordinal) return true;
    return is_spannable(table, table.loops[term.loop].lo) && is_spannable(table, table.loops[term.loop].hi);
  });
}

bool same_row(const BoundsCheck& a, const BoundsCheck& b) {
  return a.around == b.around && a.place == b.place && a.length == b.length;
}

// What a value does not exceed if that is no negative number; then the value is not negative either. A byte from an
// array, a remainder, masked bits.
std::optional<Form> greatest(Nest& nest, ir::ValueId value) {
  const ir::Instruction* made = nest.definition(value);
  if (made == nullptr) return std::nullopt;
  switch (made->op) {
  case Op::Load:
  case Op::Wrap:
    if (made->element == ScalarKind::Bool) return Form::constant(1);
    if (!is_unsigned_integer(made->element) || size_of(made->element) == 8) return std::nullopt;
    return Form::constant((std::int64_t{1} << (8 * size_of(made->element))) - 1);
  case Op::BoolToInt:
    return Form::constant(1);
  case Op::And:
    for (const ir::ValueId operand : made->operands) {
      const ir::Instruction* mask = nest.definition(operand);
      if (mask != nullptr && mask->op == Op::Const && mask->immediate >= 0) return Form::constant(mask->immediate);
    }
    return std::nullopt;
  case Op::FloorMod: {
    const auto divisor = nest.form(made->operands[1]);
    if (!divisor || !divisor->is_invariant()) return std::nullopt;
    return sum(*divisor, Form::constant(1), -1);
  }
  default:
    return std::nullopt;
  }
}

} // namespace

HoistableBounds find_hoistable(Nest& nest) {
  HoistableBounds found;
  ir::for_each_instruction(nest.region(), nest.region().body, [&](ir::InstructionId id) {
    const ir::Instruction& it = nest.region().at(id);
    if (it.op != Op::Index) return;
    auto place = nest.form(it.operands[0]);
    const bool exact = place.has_value();
    if (!exact) place = greatest(nest, it.operands[0]);
    const auto length = nest.form(it.operands[1]);
    if (!place || !length || !length->is_invariant() || !is_spannable(nest.table(), *place)) return;
    const auto fixed = place->constant_value();
    const bool from_end = exact && fixed && *fixed < 0;
    if (from_end) place = sum(*place, *length, 1);
    if (!place) return;
    BoundsCheck row{*place, *length, nest.loop_around(id), 0, 0, it.line};
    if (const ir::Instruction* dim = nest.definition(it.operands[1]); dim != nullptr && dim->op == Op::Dim) {
      row.slot = static_cast<std::uint16_t>(nest.definition(dim->operands[0])->immediate);
      row.dimension = static_cast<std::uint8_t>(dim->immediate);
    }
    const auto like = std::find_if(found.rows.begin(), found.rows.end(),
                                   [&](const BoundsCheck& other) { return same_row(row, other); });
    found.indices.push_back({id, from_end, static_cast<std::size_t>(like - found.rows.begin())});
    if (like == found.rows.end()) found.rows.push_back(std::move(row));
  });
  return found;
}

namespace {

class IndexDropper : public Copier {
public:
  IndexDropper(const ir::Region& from, ir::Region& to, const std::vector<HoistedIndex>& hoisted) : Copier(from, to) {
    for (const HoistedIndex& index : hoisted) from_end_[index.index] = index.from_end;
  }

private:
  void instruction(ir::InstructionId id) override {
    const auto hoisted = from_end_.find(id);
    if (hoisted == from_end_.end()) return copy(id);
    const ir::Instruction& it = from_.at(id);
    build_.set_line(it.line);
    set(it.results[0], hoisted->second ? build_.emit(Op::Add, at(it.operands)) : at(it.operands[0]));
  }

  std::map<ir::InstructionId, bool> from_end_;
};

} // namespace

ir::Region without_indices(const ir::Region& region, const std::vector<HoistedIndex>& hoisted) {
  ir::Region result;
  IndexDropper(region, result, hoisted).run();
  return result;
}

// ---- arrays -----------------------------------------------------------------------------------------------

Extent extent_of(const ir::ArrayDescriptor& array, const ir::ArraySlot& slot) {
  const auto start = static_cast<Wide>(reinterpret_cast<std::uintptr_t>(array.data));
  Extent extent{start, start + static_cast<Wide>(size_of(slot.dtype))};
  for (int d = 0; d < slot.ndim; ++d) {
    if (array.shape[d] == 0) return {};
    const Wide reach = Wide{array.shape[d] - 1} * array.strides[d];
    (reach < 0 ? extent.first : extent.last) += reach;
  }
  return extent;
}

bool has_separate_elements(const ir::ArrayDescriptor& array, const ir::ArraySlot& slot) {
  std::vector<std::pair<Wide, Wide>> dimensions; // stride, length
  for (int d = 0; d < slot.ndim; ++d) {
    if (array.shape[d] == 0) return true;
    const Wide stride = array.strides[d];
    if (array.shape[d] > 1) dimensions.emplace_back(stride < 0 ? -stride : stride, array.shape[d]);
  }
  std::sort(dimensions.begin(), dimensions.end());
  Wide filled = static_cast<Wide>(size_of(slot.dtype));
  for (const auto& [stride, length] : dimensions) {
    if (stride < filled) return false;
    filled += (length - 1) * stride;
  }
  return true;
}

bool are_disjoint(const Disjoint& pair, const std::vector<ir::ArraySlot>& slots, const ir::ArrayDescriptor* arrays) {
  const Extent first = extent_of(arrays[pair.first], slots[pair.first]);
  if (pair.first == pair.second) return has_separate_elements(arrays[pair.first], slots[pair.first]);
  return !first.meets(extent_of(arrays[pair.second], slots[pair.second]));
}

// ---- an entry ---------------------------------------------------------------------------------------------

Entry::Entry(const EntryChecks& checks, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays)
    : numbers_(checks.table, scalars, arrays) {
  rows_.reserve(checks.bounds.size());
  for (const BoundsCheck& check : checks.bounds) {
    const auto place = numbers_.linear(check.place), length = numbers_.linear(check.length);
    rows_.push_back(place && length ? Row{true, *place, length->constant, check.around} : Row{});
  }
  for (const Disjoint& pair : checks.disjoint) arrays_hold_ = arrays_hold_ && are_disjoint(pair, checks.slots, arrays);
  for (const UnitStride& unit : checks.unit_strides) {
    const auto size = static_cast<std::int64_t>(size_of(checks.slots[unit.slot].dtype));
    arrays_hold_ = arrays_hold_ && arrays[unit.slot].strides[unit.dimension] == size;
  }
}

bool Entry::row_holds(std::size_t row, std::int64_t begin, std::int64_t end) const {
  const Row& it = rows_[row];
  if (!it.known) return false;
  const Span span = numbers_.span(it.place, it.around, begin, end);
  return span.empty || (span.known && span.least >= 0 && span.greatest < it.length);
}

bool Entry::holds(std::int64_t begin, std::int64_t end) const {
  for (std::size_t row = 0; row < rows_.size(); ++row)
    if (!row_holds(row, begin, end)) return false;
  return true;
}

std::int64_t Entry::longest_prefix(std::int64_t begin, std::int64_t end) const {
  if (begin >= end) return 0;
  if (holds(begin, end)) return end - begin;
  std::int64_t passes = begin, fails = end; // [begin, passes) does, [begin, fails) does not
  while (fails - passes > 1) {
    const std::int64_t middle = passes + (fails - passes) / 2;
    (holds(begin, middle) ? passes : fails) = middle;
  }
  return passes - begin;
}

Entry::Piece Entry::next_piece(std::int64_t begin, std::int64_t end) const {
  if (!arrays_hold_) return {end - begin, false};
  if (const std::int64_t passing = longest_prefix(begin, end); passing > 0) return {passing, true};
  // The first fails. Look ahead in growing strides for one that passes, then back for the first such.
  std::int64_t fails = begin;
  for (std::int64_t stride = 1; end - fails > stride; stride *= 2) {
    std::int64_t passes = fails + stride;
    if (!holds(passes, passes + 1)) {
      fails = passes;
      continue;
    }
    while (passes - fails > 1) {
      const std::int64_t middle = fails + (passes - fails) / 2;
      (holds(middle, middle + 1) ? passes : fails) = middle;
    }
    return {passes - begin, false};
  }
  return {end - begin, false};
}

} // namespace pyvm::tracer::nest
