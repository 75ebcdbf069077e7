#pragma once
// Selections: `if x > s: s = x; where = i` in a prange (also >=, <, <=), with any number of companions like `where`.
//
// A selection rounds nothing, so its result is that of the plain loop, bit for bit, on any grid: the variables hold
// what one iteration assigned, the last at which the comparison held, or what they held before the loop. Partial
// results keep beside their values the *place*, the loop's value in the iteration that assigned them. Of two partial
// results the one of the earlier iteration stands, unless the rule replaces it by the other, as in the plain loop. That
// settles ties (`>` keeps the lowest index, `>=` the highest), zeros of either sign, and NaN, which never replaces
// anything.
//
// A lane without a choice of its own holds the live-in, at a place one step before the loop's first: what a lane has
// chosen replaces the live-in by itself.
#include <cstdint>
#include <span>

#include "vm/semantics/operators.h"
#include "vm/semantics/scalar_kind.h"

namespace pyvm {

// Which of two places comes first in the loop.
struct PlaceOrder {
  bool ascending = true;
  bool earlier(std::int64_t a, std::int64_t b) const { return ascending ? a < b : b < a; }
};

// Lanes of one kind: the number of the one whose values stay. `rule` is the comparison of x with s.
std::size_t chosen_lane(CompareOp rule, ScalarKind kind, std::span<const ScalarBits> keys,
                        std::span<const ScalarBits> places, PlaceOrder order);

// Whether lanes of kind `lanes` may begin with a live-in of another kind: comparing with the converted live-in is then
// the same as comparing with itself, if it can be converted back to the same value.
bool lanes_may_begin_with(ScalarKind lanes, ScalarKind live_in);
bool converts_exactly(ScalarBits bits, ScalarKind from, ScalarKind to);

} // namespace pyvm
