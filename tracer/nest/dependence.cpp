#include "tracer/nest/dependence.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "tracer/ir/walk.h"
#include "tracer/nest/entry_checks.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

// ---- facts ------------------------------------------------------------------------------------------------

namespace {

std::vector<ValueId> subscripts_of(const ir::Instruction& access) {
  return {access.operands.begin() + 1, access.operands.end() - (access.op == Op::Store ? 1 : 0)};
}

bool loads_place(const ir::Instruction& it, const ir::Instruction& store) {
  return it.op == Op::Load && it.operands[0] == store.operands[0] && subscripts_of(it) == subscripts_of(store);
}

// Whether the value is computed, in a few steps, from a load of the place that `store` writes. What a loop or a branch
// gives (an inner loop's updates, kept in a register) may come from any such load.
bool comes_from_place(const Nest& nest, ValueId value, const ir::Instruction& store, int steps) {
  const ir::Instruction* made = nest.definition(value);
  if (made == nullptr) return false;
  if (made->op == Op::Load) return loads_place(*made, store);
  if (!made->bodies.empty()) {
    bool found = false;
    ir::for_each_instruction(nest.region(), nest.region().body,
                             [&](ir::InstructionId id) { found = found || loads_place(nest.region().at(id), store); });
    return found;
  }
  if (steps == 0 || ir::info(made->op).effect != ir::Effect::Pure) return false;
  return std::any_of(made->operands.begin(), made->operands.end(),
                     [&](ValueId operand) { return comes_from_place(nest, operand, store, steps - 1); });
}

bool is_checked_in(const Nest& nest, const ir::Instruction& index, std::int64_t slot, std::size_t dimension) {
  const ir::Instruction* length = nest.definition(index.operands[1]);
  return length != nullptr && length->op == Op::Dim && nest.definition(length->operands[0])->immediate == slot &&
         static_cast<std::size_t>(length->immediate) == dimension;
}

// The operands of the `index`es that the form of `value` has been taken through.
void collect_indexed(Nest& nest, ValueId value, std::set<ValueId>& seen, std::vector<Form>& found) {
  const ir::Instruction* made = nest.definition(value);
  if (made == nullptr || !seen.insert(value).second) return;
  switch (made->op) {
  case Op::Index:
    if (const auto form = nest.form(made->operands[0])) found.push_back(*form);
    return collect_indexed(nest, made->operands[0], seen, found);
  case Op::Neg:
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Shl:
    for (const ValueId operand : made->operands) collect_indexed(nest, operand, seen, found);
    return;
  default:
    return;
  }
}

} // namespace

DependenceFacts find_dependences(Nest& nest, bool grain) {
  constexpr int steps_of_an_update = 4; // conversion, operation, conversion, wrap
  DependenceFacts facts;
  const ir::Region& region = nest.region();
  ir::for_each_instruction(region, region.body, [&](ir::InstructionId id) {
    const ir::Instruction& it = region.at(id);
    if (it.op != Op::Load && it.op != Op::Store) return;
    AccessFacts access{.is_store = it.op == Op::Store,
                       .is_update = false,
                       .slot = static_cast<std::uint16_t>(nest.definition(it.operands[0])->immediate),
                       .around = nest.loop_around(id),
                       .line = it.line,
                       .subscripts = {}};
    if (access.is_store) access.is_update = comes_from_place(nest, it.operands.back(), it, steps_of_an_update);
    for (const ValueId value : subscripts_of(it)) {
      const ir::Instruction* made = nest.definition(value);
      const bool checked =
          made != nullptr && made->op == Op::Index && is_checked_in(nest, *made, access.slot, access.subscripts.size());
      std::vector<Form> in_views;
      std::set<ValueId> seen;
      collect_indexed(nest, checked ? made->operands[0] : value, seen, in_views);
      access.subscripts.push_back({nest.form(value), checked, std::move(in_views), value, nest.made_in(value)});
    }
    facts.accesses.push_back(std::move(access));
  });
  facts.table = nest.table();
  facts.slots = region.arrays;
  for (Loop& loop : facts.table.loops) loop.declared = loop.ordinal ? grain : loop.declared;
  return facts;
}

// ---- lines ------------------------------------------------------------------------------------------------

namespace {

constexpr Wide most_exact = Wide{1} << 60;

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

// x * a + y * b = gcd(a, b), for a, b not both 0.
Wide extended_gcd(Wide a, Wide b, Wide& x, Wide& y) {
  if (b == 0) {
    x = a < 0 ? -1 : 1;
    y = 0;
    return magnitude(a);
  }
  Wide inner_x = 0, inner_y = 0;
  const Wide gcd = extended_gcd(b, a % b, inner_x, inner_y);
  x = inner_y;
  y = inner_x - (a / b) * inner_y;
  return gcd;
}

// Narrows [least, greatest] to the k with 0 <= start + slope * k < count; slope != 0.
void clip(Wide start, Wide slope, Wide count, Wide& least, Wide& greatest) {
  const Wide low = -start, high = count - 1 - start; // of slope * k
  const Wide first = slope > 0 ? ceiling_quotient(low, slope) : ceiling_quotient(-high, -slope);
  const Wide last = slope > 0 ? floor_quotient(high, slope) : floor_quotient(-low, -slope);
  least = std::max(least, first);
  greatest = std::min(greatest, last);
}

} // namespace

Meeting lines_meet(Wide x, Wide y, Wide c, Wide count) {
  if (count < 2) return Meeting::Never;
  if (x == 0 && y == 0) return c == 0 ? Meeting::Proven : Meeting::Never;
  if (magnitude(x) > most_exact || magnitude(y) > most_exact || magnitude(c) > most_exact || count > most_exact)
    return Meeting::Maybe;
  // x * i + (-y) * j = c: one solution by Euclid, all others along (y, x) / gcd.
  Wide i = 0, j = 0;
  const Wide gcd = extended_gcd(x, -y, i, j);
  if (c % gcd != 0) return Meeting::Never;
  const Wide scale = c / gcd, i_slope = y / gcd, j_slope = x / gcd;
  if (magnitude(scale) > most_exact) return Meeting::Maybe;
  i *= scale;
  j *= scale;
  Wide least = -(Wide{1} << 126), greatest = Wide{1} << 126;
  if (i_slope != 0)
    clip(i, i_slope, count, least, greatest);
  else if (i < 0 || i >= count)
    return Meeting::Never;
  if (j_slope != 0)
    clip(j, j_slope, count, least, greatest);
  else if (j < 0 || j >= count)
    return Meeting::Never;
  if (least > greatest) return Meeting::Never;
  // i == j at one k at most, unless the lines are the same.
  if (i_slope == j_slope) return i == j ? Meeting::Never : Meeting::Proven;
  if (least < greatest) return Meeting::Proven;
  return i + i_slope * least == j + j_slope * least ? Meeting::Never : Meeting::Proven;
}

// ---- one loop ---------------------------------------------------------------------------------------------

namespace {

class OrderTest {
public:
  OrderTest(const DependenceFacts& facts, LoopId loop, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
            std::int64_t begin, std::int64_t end, const std::vector<std::uint16_t>& apart)
      : facts_(facts), loop_(loop), arrays_(arrays), begin_(begin), end_(end), apart_(apart),
        numbers_(facts.table, scalars, arrays) {
    for (LoopId each = 0; each < facts.table.loops.size(); ++each) {
      spans_.push_back(numbers_.index_span(each, begin, end));
      reaches_.push_back(numbers_.reach(each, begin, end));
    }
    const Loop& own = facts.table.loops[loop];
    counts_from_first_ = !own.ordinal && numbers_.first(loop) != nullptr;
    own_ = counts_from_first_ ? reaches_[loop] : spans_[loop];
    if (own_.empty || spans_[loop].empty) count_ = 0;
    if (!own_.known || count_ == 0) return;
    count_ = (own_.greatest - own_.least) / own.step + 1;
    has_grid_ = own.ordinal || starts_at_one_number();
  }

  Order run() {
    if (count_ < 2) return {};
    collect();
    Order doubtful;
    for (const Place& store : places_) {
      if (!store.access->is_store) continue;
      if (!has_separate_elements(arrays_[store.access->slot], facts_.slots[store.access->slot]))
        return report(Reason::OverlappingElements, store, store, 0);
      for (const Place& other : places_) {
        const Order order = pair(store, other);
        if (order.reason == Reason::None) continue;
        const bool certain = order.reason != Reason::MaybeShared && order.reason != Reason::MaybeSameElement;
        // Lanes share the scratch: the user's word does not reach there.
        if (certain || facts_.slots[store.access->slot].is_apart()) return order;
        if (doubtful.independent()) doubtful = order;
      }
    }
    if (!facts_.table.loops[loop_].declared) return doubtful;
    Order declared;
    declared.is_doubted = !doubtful.independent();
    return declared;
  }

private:
  struct Subscript {
    bool known = false;
    bool wraps_at_times = false;
    // Indices of inner loops stand for how far they are above their first values, where those are known, so that what
    // an inner loop's bounds take from the loop at work is in its coefficient here. So does the index of the loop at
    // work itself, if it is not the ordinal's: in `for j in range(i + 1, n)` no j is i.
    Linear linear;
    bool hides_bounds = false; // some first value is not known
    Span span;
    const SubscriptFacts* facts = nullptr;
  };
  struct Place {
    const AccessFacts* access = nullptr;
    std::vector<Subscript> subscripts;
  };
  // a * i - b * j + [least, greatest] for iterations i of one access and j of the other.
  struct Difference {
    bool known = true;
    Wide a = 0, b = 0, least = 0, greatest = 0;
    void widen(Wide coefficient, const Span& span) {
      if (coefficient == 0) return;
      known = known && span.known && !span.empty;
      least += coefficient * (coefficient > 0 ? span.least : span.greatest);
      greatest += coefficient * (coefficient > 0 ? span.greatest : span.least);
    }
  };
  enum class Kind : std::uint8_t {
    Never,
    Always, // whatever the iterations
    At,     // exactly for iterations `distance` apart
    Line,   // certainly for some
    Maybe,
  };
  struct Verdict {
    Kind kind = Kind::Never;
    Wide distance = 0;
  };

  bool starts_at_one_number() const {
    const Linear* lo = numbers_.first(loop_);
    return lo != nullptr && std::all_of(lo->coefficients.begin(), lo->coefficients.begin() + lo->count,
                                        [](Wide coefficient) { return coefficient == 0; });
  }

  // The accesses inside the loop that run at all.
  void collect() {
    for (const AccessFacts& access : facts_.accesses) {
      if (!facts_.table.encloses(loop_, access.around) || spans_[access.around].empty) continue;
      // Each iteration of the ordinal loop has its scratch to itself, and each block of them what it accumulates.
      if (facts_.table.loops[loop_].ordinal && facts_.slots[access.slot].is_apart()) continue;
      if (std::ranges::find(apart_, access.slot) != apart_.end()) continue;
      Place place{&access, {}};
      for (std::size_t d = 0; d < access.subscripts.size(); ++d)
        place.subscripts.push_back(subscript(access, access.subscripts[d], arrays_[access.slot].shape[d]));
      places_.push_back(std::move(place));
    }
  }

  Subscript subscript(const AccessFacts& access, const SubscriptFacts& facts, std::int64_t length) const {
    Subscript result;
    result.facts = &facts;
    const auto linear = facts.form ? numbers_.linear(*facts.form) : std::nullopt;
    if (!linear || !std::ranges::all_of(facts.in_views, [&](const Form& form) { return is_natural(form, access); }))
      return result;
    result.known = true;
    result.linear = from_first(*linear, access.around, result.hides_bounds);
    result.span = numbers_.span(*linear, access.around, begin_, end_);
    if (!facts.may_wrap) return result;
    if (result.span.known && !result.span.empty && result.span.greatest < 0) {
      result.linear.constant += length;
      result.span.least += length;
      result.span.greatest += length;
    }
    result.wraps_at_times = !result.span.known || result.span.least < 0;
    return result;
  }

  // Elsewhere in a view than in its array lie the elements that are counted from its end.
  bool is_natural(const Form& form, const AccessFacts& access) const {
    const auto linear = numbers_.linear(form);
    if (!linear) return false;
    const Span span = numbers_.span(*linear, access.around, begin_, end_);
    return span.known && (span.empty || span.least >= 0);
  }

  Linear from_first(Linear linear, LoopId around, bool& hides_bounds) const {
    const auto count_from_first = [&](LoopId loop) {
      const Wide coefficient = linear.coefficient(loop);
      if (coefficient == 0) return;
      const Linear* first = numbers_.first(loop);
      if (first == nullptr || !linear.add(*first, coefficient)) hides_bounds = true;
    };
    for (LoopId loop = around; loop != loop_; loop = facts_.table.loops[loop].parent) count_from_first(loop);
    if (counts_from_first_) count_from_first(loop_);
    return linear;
  }

  Order report(Reason reason, const Place& store, const Place& other, Wide distance) const {
    return {reason,
            store.access->slot,
            other.access->slot,
            store.access->line,
            other.access->line,
            static_cast<std::int64_t>(magnitude(distance))};
  }

  bool is_same_array(std::uint16_t x, std::uint16_t y) const {
    if (x == y) return true;
    const ir::ArrayDescriptor &a = arrays_[x], &b = arrays_[y];
    const ir::ArraySlot &s = facts_.slots[x], &t = facts_.slots[y];
    return a.data == b.data && s.ndim == t.ndim && size_of(s.dtype) == size_of(t.dtype) &&
           std::equal(a.shape, a.shape + s.ndim, b.shape) && std::equal(a.strides, a.strides + s.ndim, b.strides);
  }

  Order pair(const Place& store, const Place& other) const {
    const std::uint16_t x = store.access->slot, y = other.access->slot;
    const bool same = is_same_array(x, y);
    if (!same && !extent_of(arrays_[x], facts_.slots[x]).meets(extent_of(arrays_[y], facts_.slots[y]))) return {};
    const Verdict verdict = same ? by_dimension(store, other) : by_address(store, other);
    if (verdict.kind == Kind::Never) return {};
    if (verdict.kind == Kind::Maybe) {
      if (same && store.access->is_update) return report(Reason::ArrayUpdate, store, other, 0);
      return report(same ? Reason::MaybeSameElement : Reason::MaybeShared, store, other, 0);
    }
    if (!same) return report(Reason::SharedMemory, store, other, verdict.distance);
    return report(verdict.kind == Kind::Always ? Reason::SameElement : Reason::OtherIteration, store, other,
                  verdict.distance);
  }

  // ---- one array ------------------------------------------------------------------------------------------
  Verdict by_dimension(const Place& store, const Place& other) const {
    Verdict all{Kind::Always, 0};
    int lines = 0;
    for (std::size_t d = 0; d < store.subscripts.size(); ++d) {
      const Verdict verdict = dimension(store, other, d);
      switch (verdict.kind) {
      case Kind::Never:
        return verdict;
      case Kind::Always:
        break;
      case Kind::At:
        if (all.kind == Kind::At && all.distance != verdict.distance) return {Kind::Never, 0};
        if (all.kind != Kind::Maybe) all = verdict;
        break;
      case Kind::Line:
        ++lines;
        break;
      case Kind::Maybe:
        all.kind = Kind::Maybe;
      }
    }
    // A line fixes iterations that another dimension may not agree with.
    if (lines == 1 && all.kind == Kind::Always) return {Kind::Line, 0};
    return lines > 0 ? Verdict{Kind::Maybe, 0} : all;
  }

  Verdict dimension(const Place& store, const Place& other, std::size_t d) const {
    const Subscript &x = store.subscripts[d], &y = other.subscripts[d];
    const bool fixed = x.facts->value == y.facts->value && !facts_.table.encloses(loop_, x.facts->made_in);
    if (fixed) return {Kind::Always, 0};
    if (!x.known || !y.known) return {Kind::Maybe, 0};
    if (x.hides_bounds || y.hides_bounds) return {Kind::Maybe, 0};
    const bool alike = *x.facts->form == *y.facts->form;
    if (alike && x.linear.coefficient(loop_) == 0) return {Kind::Always, 0};
    const Verdict verdict = solve(difference(x.linear, y.linear), 0, 0);
    if (verdict.kind != Kind::Never || (!x.wraps_at_times && !y.wraps_at_times)) return verdict;
    // Subscripts that wrap at times are still injective if all of them together span no more than the dimension.
    const std::int64_t length = arrays_[store.access->slot].shape[d];
    const bool injective = alike && x.span.known && x.span.greatest - x.span.least < length;
    return {injective ? Kind::Never : Kind::Maybe, 0};
  }

  // ---- memory that two arrays share -----------------------------------------------------------------------
  std::optional<Linear> address(const Place& place) const {
    const ir::ArrayDescriptor& array = arrays_[place.access->slot];
    Linear result;
    result.constant = static_cast<Wide>(reinterpret_cast<std::uintptr_t>(array.data));
    for (std::size_t d = 0; d < place.subscripts.size(); ++d) {
      const Subscript& subscript = place.subscripts[d];
      if (!subscript.known || subscript.hides_bounds || subscript.wraps_at_times ||
          !result.add(subscript.linear, array.strides[d]))
        return std::nullopt;
    }
    return result;
  }

  Verdict by_address(const Place& store, const Place& other) const {
    const auto x = address(store), y = address(other);
    if (!x || !y) return {Kind::Maybe, 0};
    const Wide x_size = size_of(facts_.slots[store.access->slot].dtype);
    const Wide y_size = size_of(facts_.slots[other.access->slot].dtype);
    const Difference apart = difference(*x, *y);
    const auto aligned = [&](Wide value) { return value % x_size == 0; };
    if (x_size == y_size && aligned(apart.a) && aligned(apart.b) && aligned(apart.least) && aligned(apart.greatest))
      return solve(apart, 0, 0);
    return solve(apart, 1 - x_size, y_size - 1);
  }

  // ---- the equation ---------------------------------------------------------------------------------------
  Difference difference(const Linear& x, const Linear& y) const {
    Difference result;
    result.least = result.greatest = x.constant - y.constant;
    result.a = x.coefficient(loop_);
    result.b = y.coefficient(loop_);
    const auto is_outer = [&](LoopId loop) { return loop != loop_ && facts_.table.encloses(loop, loop_); };
    for (int k = 0; k < x.count; ++k) {
      const LoopId loop = x.loops[k];
      if (is_outer(loop))
        result.widen(x.coefficients[k] - y.coefficient(loop), spans_[loop]);
      else if (loop != loop_)
        result.widen(x.coefficients[k], reaches_[loop]);
    }
    for (int k = 0; k < y.count; ++k) {
      const LoopId loop = y.loops[k];
      if (is_outer(loop)) {
        if (x.coefficient(loop) == 0) result.widen(-y.coefficients[k], spans_[loop]);
      } else if (loop != loop_) {
        result.widen(-y.coefficients[k], reaches_[loop]);
      }
    }
    return result;
  }

  // Whether a * i - b * j + r lies in [low, high] for iterations i != j.
  Verdict solve(const Difference& d, Wide low, Wide high) const {
    if (!d.known || outsized(d)) return {Kind::Maybe, 0};
    const bool exact = d.least == d.greatest;
    const Wide u = low - d.greatest, v = high - d.least; // a * i - b * j has to lie in [u, v]
    const Wide step = facts_.table.loops[loop_].step;
    if (d.a == 0 && d.b == 0) return {u > 0 || v < 0 ? Kind::Never : exact ? Kind::Always : Kind::Maybe, 0};
    if (d.a == d.b) {
      const Wide unit = magnitude(d.a) * step;
      const Wide least = std::max(ceiling_quotient(u, unit), 1 - count_);
      const Wide greatest = std::min(floor_quotient(v, unit), count_ - 1);
      if (least > greatest || (least == 0 && greatest == 0)) return {Kind::Never, 0};
      return {exact ? Kind::At : Kind::Maybe, (least != 0 ? least : greatest) * (d.a < 0 ? -1 : 1)};
    }
    if (!own_.known) return {Kind::Maybe, 0};
    if (exact && low == high && has_grid_) {
      switch (lines_meet(d.a * step, d.b * step, u - (d.a - d.b) * own_.least, count_)) {
      case Meeting::Never:
        return {Kind::Never, 0};
      case Meeting::Proven:
        return {Kind::Line, 0};
      case Meeting::Maybe:
        break;
      }
    }
    Difference whole;
    whole.widen(d.a, own_);
    whole.widen(-d.b, own_);
    return {whole.greatest < u || whole.least > v ? Kind::Never : Kind::Maybe, 0};
  }

  bool outsized(const Difference& d) const {
    constexpr Wide most = Wide{1} << 100;
    return magnitude(d.a) > most_exact || magnitude(d.b) > most_exact || magnitude(d.least) > most ||
           magnitude(d.greatest) > most || magnitude(own_.least) > most_exact || magnitude(own_.greatest) > most_exact;
  }

  const DependenceFacts& facts_;
  const LoopId loop_;
  const ir::ArrayDescriptor* arrays_;
  const std::int64_t begin_, end_;
  const std::vector<std::uint16_t>& apart_;
  const Numbers numbers_;
  std::vector<Span> spans_;   // of the loops' indices
  std::vector<Span> reaches_; // of those above the first
  bool counts_from_first_ = false;
  Span own_;                   // of the loop at work: of its index, or of that above the first
  Wide count_ = Wide{1} << 62; // iterations, or more than any
  bool has_grid_ = false;      // the indices are own_.least + k * step
  std::vector<Place> places_;
};

} // namespace

Order order_of(const DependenceFacts& facts, LoopId loop, const std::uint64_t* scalars,
               const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end,
               const std::vector<std::uint16_t>& apart) {
  const bool stores = std::any_of(facts.accesses.begin(), facts.accesses.end(), [&](const AccessFacts& access) {
    return access.is_store && facts.table.encloses(loop, access.around);
  });
  return stores ? OrderTest(facts, loop, scalars, arrays, begin, end, apart).run() : Order{};
}

// ---- text -------------------------------------------------------------------------------------------------

std::string default_register_name(std::uint16_t guest_register) { return fmt::format("r{}", guest_register); }

std::string detail_of(const Order& order, const std::vector<ir::ArraySlot>& slots, const RegisterName& name) {
  const auto array = [&](std::uint16_t slot) { return fmt::format("'{}'", name(slots[slot].guest_register)); };
  std::string text = array(order.slot);
  if (order.slot != order.other_slot) text += " and " + array(order.other_slot);
  if (order.line == order.other_line)
    text += fmt::format(" (line {}", order.line);
  else
    text += fmt::format(" (lines {} and {}", order.line, order.other_line);
  if (order.distance != 0) text += fmt::format(", {} apart", order.distance);
  return text + ")";
}

std::string sentence_of(const Order& order, const std::vector<ir::ArraySlot>& slots, const RegisterName& name) {
  return order.independent() ? std::string() : sentence_of(order.reason, detail_of(order, slots, name));
}

} // namespace pyvm::tracer::nest
