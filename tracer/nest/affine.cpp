#include "tracer/nest/affine.h"

#include <algorithm>
#include <tuple>

#include "tracer/ir/scalar_meaning.h"
#include "tracer/ir/walk.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

// Beyond these a form would cost more at every entry than the check that it saves.
constexpr std::size_t most_terms = 12;
constexpr std::size_t most_factors = 3;

// Adds a term where its like stands, or at its place in the order.
bool add_term(Form& form, const Term& term) {
  const auto key = [](const Term& t) { return std::tie(t.loop, t.factors); };
  const auto before = [&](const Term& a, const Term& b) { return key(a) < key(b); };
  const auto place = std::lower_bound(form.terms.begin(), form.terms.end(), term, before);
  if (place == form.terms.end() || key(*place) != key(term)) {
    if (term.coefficient != 0) form.terms.insert(place, term);
    return form.terms.size() <= most_terms;
  }
  if (__builtin_add_overflow(place->coefficient, term.coefficient, &place->coefficient)) return false;
  if (place->coefficient == 0) form.terms.erase(place);
  return true;
}

} // namespace

Form Form::constant(std::int64_t value) {
  Form form;
  if (value != 0) form.terms.push_back({value, {}, none});
  return form;
}

bool Form::mentions(LoopId loop) const {
  return std::any_of(terms.begin(), terms.end(), [&](const Term& term) { return term.loop == loop; });
}

bool Form::is_invariant() const {
  return std::all_of(terms.begin(), terms.end(), [](const Term& term) { return term.loop == none; });
}

std::optional<std::int64_t> Form::constant_value() const {
  if (terms.empty()) return 0;
  if (terms.size() == 1 && terms[0].factors.empty() && terms[0].loop == none) return terms[0].coefficient;
  return std::nullopt;
}

std::optional<Form> sum(const Form& a, const Form& b, std::int64_t times_b) {
  Form result = a;
  for (Term term : b.terms) {
    if (__builtin_mul_overflow(term.coefficient, times_b, &term.coefficient)) return std::nullopt;
    if (!add_term(result, term)) return std::nullopt;
  }
  return result;
}

std::optional<Form> product(const Form& a, const Form& b) {
  Form result;
  for (const Term& x : a.terms) {
    for (const Term& y : b.terms) {
      if (x.loop != none && y.loop != none) return std::nullopt;
      Term term{0, x.factors, std::min(x.loop, y.loop)};
      if (__builtin_mul_overflow(x.coefficient, y.coefficient, &term.coefficient)) return std::nullopt;
      term.factors.insert(term.factors.end(), y.factors.begin(), y.factors.end());
      std::sort(term.factors.begin(), term.factors.end());
      if (term.factors.size() > most_factors || !add_term(result, term)) return std::nullopt;
    }
  }
  return result;
}

bool LoopTable::encloses(LoopId outer, LoopId inner) const {
  while (inner != none && inner != outer) inner = loops[inner].parent;
  return inner == outer;
}

// ---- reading a region -------------------------------------------------------------------------------------

Nest::Nest(const ir::Region& region, bool forms_are_in_range)
    : forms_are_in_range_(forms_are_in_range), region_(region), definitions_(ir::definitions(region)),
      loop_around_(region.instructions.size(), none), made_in_(region.values.size(), none),
      index_of_(region.values.size(), none) {
  walk(region.body, none);
}

void Nest::walk(const ir::Body& body, LoopId loop) {
  for (const ir::InstructionId id : body.instructions) {
    loop_around_[id] = loop;
    const ir::Instruction& it = region_.at(id);
    LoopId inside = loop;
    if (it.op == Op::For || it.op == Op::Loop) inside = add_loop(id, loop);
    for (const ir::ValueId value : it.results) made_in_[value] = loop;
    for (const ir::Body& nested : it.bodies) {
      for (const ir::ValueId value : nested.parameters) made_in_[value] = inside;
      walk(nested, inside);
    }
  }
}

LoopId Nest::add_loop(ir::InstructionId id, LoopId parent) {
  const ir::Instruction& it = region_.at(id);
  Loop loop;
  loop.parent = parent;
  loop.declared = it.independent;
  loop.line = it.line != 0 || parent != none ? it.line : region_.line; // the region's own loop may have none
  loop.instruction = id;
  const auto made = static_cast<LoopId>(table_.loops.size());
  if (it.op == Op::For) {
    const auto is = [&](ValueId value, Op op) { return definition(value) != nullptr && definition(value)->op == op; };
    loop.step = it.immediate;
    loop.ordinal = parent == none && loop.step == 1 && is(it.operands[0], Op::Begin) && is(it.operands[1], Op::End);
    if (!loop.ordinal) {
      loop.lo = bound(it.operands[0], Op::Max);
      loop.hi = bound(it.operands[1], Op::Min);
    }
    index_of_[it.bodies[0].parameters[0]] = made;
  }
  table_.loops.push_back(std::move(loop));
  return made;
}

// `chosen`: the op that makes a tighter bound of two. `range(k, min(k + width, n))` has two upper bounds.
Bound Nest::bound(ValueId value, Op chosen) {
  if (auto exact = form(value)) return {{std::move(*exact)}, true};
  const ir::Instruction* made = definition(value);
  if (made == nullptr || made->op != chosen) return {{}, false};
  Bound result = bound(made->operands[0], chosen);
  const Bound other = bound(made->operands[1], chosen);
  result.forms.insert(result.forms.end(), other.forms.begin(), other.forms.end());
  result.exact = result.exact && other.exact && result.forms.size() <= most_bound_forms;
  if (result.forms.size() > most_bound_forms) result.forms.resize(most_bound_forms);
  return result;
}

LoopId Nest::loop_of(ir::InstructionId owner) const {
  for (LoopId loop = 0; loop < table_.loops.size(); ++loop)
    if (table_.loops[loop].instruction == owner) return loop;
  PYVM_UNREACHABLE("an instruction that is no loop of the region");
}

const ir::Instruction* Nest::definition(ValueId value) const {
  return definitions_[value] == ir::no_id ? nullptr : &region_.at(definitions_[value]);
}

std::optional<Form> Nest::form(ValueId value) {
  if (const auto known = forms_.find(value); known != forms_.end()) return known->second;
  std::optional<Form> result = compute_form(value);
  return forms_[value] = std::move(result);
}

std::optional<Form> Nest::compute_form(ValueId value) {
  if (region_.type(value) != ir::i64) return std::nullopt;
  if (index_of_[value] != none) return Form::index(index_of_[value]);
  const ir::Instruction* made = definition(value);
  if (made == nullptr) return std::nullopt;
  const auto operand = [&](std::size_t i) { return form(made->operands[i]); };
  std::optional<Form> result;
  switch (made->op) {
  case Op::Const:
    return Form::constant(made->immediate);
  case Op::Index:
    return operand(0);
  case Op::Neg:
    if (const auto a = operand(0)) result = sum(Form{}, *a, -1);
    break;
  case Op::Add:
  case Op::Sub:
    if (const auto a = operand(0), b = operand(1); a && b) result = sum(*a, *b, made->op == Op::Add ? 1 : -1);
    break;
  case Op::Mul:
    if (const auto a = operand(0), b = operand(1); a && b) result = product(*a, *b);
    break;
  case Op::Shl:
    if (const auto a = operand(0), b = operand(1); a && b) {
      const auto count = b->constant_value();
      if (count && *count >= 0 && *count < 63) result = product(*a, Form::constant(std::int64_t{1} << *count));
    }
    break;
  default:
    break;
  }
  if (result) return result;
  const auto id = invariant(value);
  return id ? std::optional(Form::invariant(*id)) : std::nullopt;
}

std::optional<InvariantId> Nest::invariant(ValueId value) {
  if (const auto known = invariant_ids_.find(value); known != invariant_ids_.end()) return known->second;
  const std::optional<InvariantId> result = compute_invariant(value);
  return invariant_ids_[value] = result;
}

std::optional<InvariantId> Nest::compute_invariant(ValueId value) {
  const ir::Instruction* made = definition(value);
  if (made == nullptr || region_.type(value).lanes != 1) return std::nullopt;
  Invariant step{.instruction = *made, .result = region_.type(value).base};
  switch (made->op) {
  case Op::Const:
  case Op::Param:
    break;
  case Op::Dim:
    step.instruction.operands = {static_cast<std::uint32_t>(definition(made->operands[0])->immediate)};
    break;
  default:
    if (!ir::computes_by_lane(made->op)) return std::nullopt;
    step.operand = region_.type(made->operands[made->op == Op::Select ? 1 : 0]).base;
    for (ValueId& operand : step.instruction.operands) {
      const auto id = invariant(operand);
      if (!id) return std::nullopt;
      operand = *id;
    }
  }
  table_.invariants.push_back(std::move(step));
  return static_cast<InvariantId>(table_.invariants.size() - 1);
}

} // namespace pyvm::tracer::nest
