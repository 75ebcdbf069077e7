// Choosing among lanes, typed.
#include "vm/semantics/selection.h"

#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"

namespace pyvm {

std::size_t chosen_lane(CompareOp rule, ScalarKind kind, std::span<const ScalarBits> keys,
                        std::span<const ScalarBits> places, PlaceOrder order) {
  return visit_kind(kind, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::size_t best = 0;
    for (std::size_t lane = 1; lane < keys.size(); ++lane) {
      const T key = from_bits<T>(keys[lane]), standing = from_bits<T>(keys[best]);
      const bool follows =
          order.earlier(static_cast<std::int64_t>(places[best]), static_cast<std::int64_t>(places[lane]));
      if (follows ? compare(rule, key, standing) : !compare(rule, standing, key)) best = lane;
    }
    return best;
  });
}

bool lanes_may_begin_with(ScalarKind lanes, ScalarKind live_in) {
  if (lanes == live_in || is_float(lanes)) return true;
  const auto is_signed_or_small = [](ScalarKind kind) {
    return !is_float(kind) && kind != ScalarKind::Bool && kind != ScalarKind::UInt64;
  };
  return is_signed_or_small(lanes) && is_signed_or_small(live_in);
}

bool converts_exactly(ScalarBits bits, ScalarKind from, ScalarKind to) {
  if (from == to) return true;
  const ScalarBits there = convert_bits(bits, from, to);
  return convert_bits(there, to, from) == bits;
}

} // namespace pyvm
