#include "tracer/nest/numbers.h"

#include <algorithm>
#include <limits>

#include "tracer/ir/scalar_meaning.h"

namespace pyvm::tracer::nest {

using ir::Op;

namespace {

// Products of two numbers below this still fit 128 bits, with room for a few sums.
constexpr Wide most = Wide{1} << 120;

bool fits(Wide value) { return -most <= value && value <= most; }

bool multiply(Wide a, Wide b, Wide& result) { return !__builtin_mul_overflow(a, b, &result) && fits(result); }

bool is_int64(Wide value) {
  return std::numeric_limits<std::int64_t>::min() <= value && value <= std::numeric_limits<std::int64_t>::max();
}

} // namespace

Wide floor_quotient(Wide a, Wide b) { return a / b - (a % b < 0 ? 1 : 0); }
Wide ceiling_quotient(Wide a, Wide b) { return a / b + (a % b > 0 ? 1 : 0); }

Wide Linear::coefficient(LoopId loop) const {
  for (int i = 0; i < count; ++i)
    if (loops[i] == loop) return coefficients[i];
  return 0;
}

bool Linear::add_index(LoopId loop, Wide coefficient) {
  if (coefficient == 0) return true;
  for (int i = 0; i < count; ++i) {
    if (loops[i] != loop) continue;
    coefficients[i] += coefficient;
    return fits(coefficients[i]);
  }
  if (count == most_indices) return false;
  loops[count] = loop;
  coefficients[count++] = coefficient;
  return fits(coefficient);
}

bool Linear::add(const Linear& other, Wide times) {
  Wide part = 0;
  if (!multiply(other.constant, times, part)) return false;
  constant += part;
  for (int i = 0; i < other.count; ++i)
    if (!multiply(other.coefficients[i], times, part) || !add_index(other.loops[i], part)) return false;
  return fits(constant);
}

void Linear::forget(LoopId loop) {
  for (int i = 0; i < count; ++i)
    if (loops[i] == loop) coefficients[i] = 0;
}

Linear Linear::index(LoopId loop) {
  Linear result;
  result.count = 1;
  result.loops[0] = loop;
  result.coefficients[0] = 1;
  return result;
}

Numbers::Numbers(const LoopTable& table, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays)
    : table_(table) {
  values_.reserve(table.invariants.size());
  for (const Invariant& step : table.invariants) {
    const ir::Instruction& it = step.instruction;
    ScalarBits arguments[3] = {};
    switch (it.op) {
    case Op::Const:
      values_.push_back(static_cast<ScalarBits>(it.immediate));
      break;
    case Op::Param:
      values_.push_back(scalars[it.immediate]);
      break;
    case Op::Dim:
      values_.push_back(static_cast<ScalarBits>(arrays[it.operands[0]].shape[it.immediate]));
      break;
    default:
      for (std::size_t i = 0; i < it.operands.size(); ++i) arguments[i] = values_[it.operands[i]];
      values_.push_back(ir::compute(it, step.operand, step.result, {arguments, it.operands.size()}));
    }
  }
  bounds_.reserve(table.loops.size());
  for (const Loop& loop : table.loops) bounds_.push_back(bounds_of(loop));
}

int Numbers::add_linears(const Bound& bound, std::array<Linear, most_bound_forms>& into) const {
  int count = 0;
  for (const Form& form : bound.forms)
    if (const auto value = linear(form)) into[count++] = *value;
  return count;
}

Numbers::Bounds Numbers::bounds_of(const Loop& loop) const {
  Bounds bounds;
  if (loop.ordinal) return bounds;
  bounds.lo_count = add_linears(loop.lo, bounds.lo);
  bounds.hi_count = add_linears(loop.hi, bounds.hi);
  if (!loop.lo.exact || !loop.hi.exact || bounds.lo_count != 1 || bounds.hi_count != 1) return bounds;
  Linear distance = bounds.hi[0];
  if (!distance.add(bounds.lo[0], -1)) return bounds;
  const bool fixed = std::all_of(distance.coefficients.begin(), distance.coefficients.begin() + distance.count,
                                 [](Wide coefficient) { return coefficient == 0; });
  if (fixed) bounds.last = floor_quotient(distance.constant - 1, loop.step) * loop.step;
  return bounds;
}

std::optional<Linear> Numbers::linear(const Form& form) const {
  Linear result;
  for (const Term& term : form.terms) {
    Wide value = term.coefficient;
    for (const InvariantId factor : term.factors)
      if (!multiply(value, static_cast<std::int64_t>(values_[factor]), value)) return std::nullopt;
    if (term.loop != none) {
      if (!result.add_index(term.loop, value)) return std::nullopt;
    } else {
      result.constant += value;
      if (!fits(result.constant)) return std::nullopt;
    }
  }
  return result;
}

LoopId Numbers::ordinal_around(LoopId around) const {
  while (around != none && !table_.loops[around].ordinal) around = table_.loops[around].parent;
  return around;
}

std::optional<Linear> Numbers::extreme(Linear form, LoopId around, bool greatest, int choice) const {
  for (LoopId loop = around; loop != none; loop = table_.loops[loop].parent) {
    const Wide coefficient = form.coefficient(loop);
    if (coefficient == 0 || table_.loops[loop].ordinal) continue;
    const Bounds& bounds = bounds_[loop];
    if (!bounds.known()) return std::nullopt;
    form.forget(loop);
    const bool at_last = (coefficient > 0) == greatest;
    const bool from_lo = !at_last || bounds.last;
    Linear place =
        from_lo ? bounds.lo[std::min(choice, bounds.lo_count - 1)] : bounds.hi[std::min(choice, bounds.hi_count - 1)];
    place.constant += !at_last ? Wide{0} : bounds.last ? *bounds.last : Wide{-1};
    if (!form.add(place, coefficient)) return std::nullopt;
  }
  return form;
}

Span Numbers::ordinals(LoopId around, std::int64_t begin, std::int64_t end) const {
  if (begin >= end) return Span::nothing();
  const LoopId ordinal = ordinal_around(around);
  Span result = Span::of(begin, Wide{end} - 1);
  // False when this difference of bounds leaves no ordinal.
  const auto clip = [&](Linear distance, LoopId outside) {
    distance.constant -= 1; // at least 0 where the loop runs
    const auto best = extreme(distance, outside, true, 0);
    if (!best) return true;
    const Wide slope = ordinal == none ? Wide{0} : best->coefficient(ordinal);
    if (slope > 0) result.least = std::max(result.least, ceiling_quotient(-best->constant, slope));
    if (slope < 0) result.greatest = std::min(result.greatest, floor_quotient(best->constant, -slope));
    return (slope != 0 || best->constant >= 0) && result.least <= result.greatest;
  };
  for (LoopId loop = around; loop != none; loop = table_.loops[loop].parent) {
    const Bounds& bounds = bounds_[loop];
    for (int i = 0; i < bounds.hi_count; ++i)
      for (int j = 0; j < bounds.lo_count; ++j) {
        Linear distance = bounds.hi[i];
        if (distance.add(bounds.lo[j], -1) && !clip(distance, table_.loops[loop].parent)) return Span::nothing();
      }
  }
  return result;
}

Span Numbers::over_ordinals(const Linear& form, LoopId around, const Span& ordinals) const {
  const LoopId ordinal = ordinal_around(around);
  const auto at = [&](const Linear& value, bool greatest, Wide& result) {
    const Wide slope = ordinal == none ? Wide{0} : value.coefficient(ordinal);
    const Wide t = (slope > 0) == greatest ? ordinals.greatest : ordinals.least;
    if (!multiply(slope, t, result)) return false;
    result += value.constant;
    return fits(result);
  };
  Span span = Span::unknown();
  for (int choice = 0; choice < static_cast<int>(most_bound_forms); ++choice) {
    const auto high = extreme(form, around, true, choice), low = extreme(form, around, false, choice);
    Span found;
    if (!high || !low || !at(*high, true, found.greatest) || !at(*low, false, found.least)) continue;
    if (span.known) {
      found.least = std::max(found.least, span.least);
      found.greatest = std::min(found.greatest, span.greatest);
    }
    span = found;
  }
  return span;
}

bool Numbers::bounds_in_range(LoopId around, std::int64_t begin, std::int64_t end) const {
  const Span whole = Span::of(begin, Wide{end} - 1);
  const auto good = [&](const Linear& bound, LoopId outside) {
    const Span span = over_ordinals(bound, outside, whole);
    return span.known && is_int64(span.least) && is_int64(span.greatest);
  };
  for (LoopId loop = around; loop != none; loop = table_.loops[loop].parent) {
    const Bounds& bounds = bounds_[loop];
    const LoopId outside = table_.loops[loop].parent;
    if (!bounds.known()) continue;
    for (int i = 0; i < bounds.lo_count; ++i)
      if (!good(bounds.lo[i], outside)) return false;
    for (int i = 0; i < bounds.hi_count; ++i)
      if (!good(bounds.hi[i], outside)) return false;
  }
  return true;
}

Span Numbers::span(const Linear& form, LoopId around, std::int64_t begin, std::int64_t end) const {
  if (!bounds_in_range(around, begin, end)) return Span::unknown();
  const Span t = ordinals(around, begin, end);
  return t.empty ? t : over_ordinals(form, around, t);
}

Span Numbers::index_span(LoopId loop, std::int64_t begin, std::int64_t end) const {
  return span(Linear::index(loop), loop, begin, end);
}

const Linear* Numbers::first(LoopId loop) const {
  const Bounds& bounds = bounds_[loop];
  return bounds.known() && bounds.lo_count == 1 && table_.loops[loop].lo.exact ? &bounds.lo[0] : nullptr;
}

Span Numbers::reach(LoopId loop, std::int64_t begin, std::int64_t end) const {
  const Bounds& bounds = bounds_[loop];
  if (first(loop) == nullptr) return Span::unknown();
  Span best = Span::unknown();
  for (int i = 0; i < bounds.hi_count; ++i) {
    Linear distance = bounds.hi[i];
    if (!distance.add(bounds.lo[0], -1)) continue;
    distance.constant -= 1;
    const Span span = this->span(distance, table_.loops[loop].parent, begin, end);
    if (span.empty) return span;
    if (!span.known) continue;
    const Wide greatest = std::max(span.greatest, Wide{0});
    best = Span::of(0, best.known ? std::min(best.greatest, greatest) : greatest);
  }
  return best;
}

} // namespace pyvm::tracer::nest
