#include "vm/interp/block_totals.h"

#include <algorithm>

#include "vm/object/guest_error.h"
#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

namespace pyvm {

std::int64_t blocks_in_group(std::int64_t blocks) {
  std::int64_t size = 1;
  while ((blocks - 1) / size >= most_groups) size *= 2;
  return size;
}

Value combine_values(ReductionOp op, const Value& a, const Value& b) {
  const auto kind = accumulator_kind(op, a.scalar_kind(), b.scalar_kind());
  PYVM_ASSERT(kind, "lanes of a reduction hold numbers that combine");
  const ScalarBits x = convert_bits(a.bits(), a.scalar_kind(), *kind);
  const ScalarBits y = convert_bits(b.bits(), b.scalar_kind(), *kind);
  return Value::njit_scalar(*kind, combine_bits(op, *kind, x, y));
}

bool is_identity(const PrangeReduction& r, const Value& value) {
  return value.tag() == r.identity.tag() && value.bits() == r.identity.bits();
}

namespace {

// Two lanes or blocks; one without a contribution leaves the other as it is.
Value combine_partial(const PrangeReduction& r, const Value& a, const Value& b) {
  if (is_identity(r, b)) return a;
  return is_identity(r, a) ? b : combine_values(r.op, a, b);
}

} // namespace

Value fold_values(const PrangeReduction& r, std::span<Value> lanes) {
  for (std::size_t width = lanes.size() / 2; width > 0; width /= 2)
    for (std::size_t l = 0; l < width; ++l) lanes[l] = combine_partial(r, lanes[l], lanes[l + width]);
  return lanes[0];
}

bool replaces(const PrangeSelection& selection, const Choice& a, const Choice& b) {
  if (b.place.is_unbound()) return false;
  if (a.place.is_unbound()) return true;
  if (!a.key.is_number() || !b.key.is_number())
    throw GuestError(ExceptionKind::TypeError, "a prange can choose among numbers only: use range for this loop");
  const auto holds = [&](const Value& x, const Value& s) {
    const ScalarKind kind = njit_compare_operand(x.scalar_kind(), s.scalar_kind());
    return apply_compare(selection.rule, kind, convert_bits(x.bits(), x.scalar_kind(), kind),
                         convert_bits(s.bits(), s.scalar_kind(), kind));
  };
  const bool follows = selection.order.earlier(a.place.as_int(), b.place.as_int());
  return follows ? holds(b.key, a.key) : !holds(a.key, b.key);
}

std::size_t chosen_lane(const PrangeSelection& selection, std::span<const Value> lanes, std::size_t width) {
  const auto choice_of = [&](std::size_t lane) {
    return Choice{lanes[selection.key * width + lane], lanes[selection.place * width + lane]};
  };
  std::size_t best = 0;
  for (std::size_t lane = 1; lane < width; ++lane)
    if (replaces(selection, choice_of(best), choice_of(lane))) best = lane;
  return best;
}

std::optional<std::size_t> chosen_group(const PrangeSelection& selection, std::span<const PrangeReduction> reductions) {
  const std::vector<Value>&keys = reductions[selection.key].totals, &places = reductions[selection.place].totals;
  std::size_t best = 0;
  for (std::size_t group = 1; group < keys.size(); ++group)
    if (replaces(selection, {keys[best], places[best]}, {keys[group], places[group]})) best = group;
  if (places[best].is_unbound()) return std::nullopt;
  return best;
}

// As a one runs through a binary counter that counts blocks. Where the group ends, what is pending moves up as it is,
// until something stands on its left.
void GroupFold::carry(PrangeReduction& r, std::vector<Value>& pending, std::int64_t block, Value total) {
  const auto join_pending = [&] {
    total = combine_partial(r, pending.back(), total);
    pending.pop_back();
  };
  const std::int64_t number = block % size_;
  for (std::int64_t counter = number; counter & 1; counter >>= 1) join_pending();
  if (number + 1 != size_ && block != last_block_) {
    pending.push_back(total);
    return;
  }
  while (!pending.empty()) join_pending();
  r.totals[static_cast<std::size_t>(block / size_)] = total;
}

// Groups of one kind, the usual case, as plain bits.
Value total_of_groups(PrangeReduction& r) {
  std::vector<Value>& level = r.totals;
  const Tag tag = level[0].tag();
  if (std::all_of(level.begin(), level.end(), [tag](const Value& v) { return v.is(tag); })) {
    const ScalarKind kind = level[0].scalar_kind();
    const bool keeps_kind = accumulator_kind(r.op, kind, kind) == kind;
    if (keeps_kind) {
      std::vector<ScalarBits> bits;
      for (const Value& v : level) bits.push_back(v.bits());
      return Value::njit_scalar(kind, combine_blocks(r.op, kind, bits));
    }
  }
  while (level.size() > 1) {
    std::size_t to = 0;
    for (std::size_t k = 0; k < level.size(); k += 2)
      level[to++] = k + 1 < level.size() ? combine_partial(r, level[k], level[k + 1]) : level[k];
    level.resize(to);
  }
  return level[0];
}

} // namespace pyvm
