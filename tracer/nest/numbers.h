// What affine forms come to with the numbers of one entry: spans of subscripts and indices, trip counts.
//
// Arithmetic is 128 bits wide; what leaves even those is reported as unknown, never wrapped. Spans take zero-trip loops
// into account: a form inside a loop that has no iteration takes no value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "tracer/ir/region_abi.h"
#include "tracer/nest/affine.h"

namespace pyvm::tracer::nest {

using Wide = __int128;

// Greatest c with c * b <= a, least c with c * b >= a, for b > 0.
Wide floor_quotient(Wide a, Wide b);
Wide ceiling_quotient(Wide a, Wide b);

constexpr int most_indices = 6; // in one form

// A form with numbers: a constant and a coefficient for each loop whose index it has.
struct Linear {
  Wide constant = 0;
  int count = 0;
  std::array<LoopId, most_indices> loops{};
  std::array<Wide, most_indices> coefficients{};

  Wide coefficient(LoopId loop) const;
  // this += times * other. False when it has too many indices or leaves 120 bits; the value is then void.
  [[nodiscard]] bool add(const Linear& other, Wide times);
  [[nodiscard]] bool add_index(LoopId loop, Wide coefficient);
  void forget(LoopId loop);
  static Linear index(LoopId loop);
};

// Least and greatest value of something; `empty`: it never has one; not `known`: it may be anything.
struct Span {
  bool known = true;
  bool empty = false;
  Wide least = 0, greatest = 0;
  static Span unknown() { return {false, false, 0, 0}; }
  static Span nothing() { return {true, true, 0, 0}; }
  static Span of(Wide least, Wide greatest) { return {true, false, least, greatest}; }
};

// The numbers of one entry for one table, which must outlive it. Scalars and arrays are read by the constructor alone.
class Numbers {
public:
  Numbers(const LoopTable& table, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays);

  std::optional<Linear> linear(const Form& form) const;
  // Values of a form inside the loop `around` (none: outside of all), over all iterations of that loop and of those
  // around it, with the ordinal in [begin, end). Exact where loop bounds depend on the ordinal and the entry alone;
  // otherwise it may be too wide, never too narrow. Growing the ordinals never shrinks it. Unknown when bounds matter
  // that are not known.
  Span span(const Linear& form, LoopId around, std::int64_t begin, std::int64_t end) const;
  Span index_span(LoopId loop, std::int64_t begin, std::int64_t end) const;
  // How far the loop's index goes above its first value, for a `for` with one lower bound: [0, greatest].
  Span reach(LoopId loop, std::int64_t begin, std::int64_t end) const;
  // The lower bound of such a loop; null for others.
  const Linear* first(LoopId loop) const;

private:
  struct Bounds {
    int lo_count = 0, hi_count = 0; // 0: nothing is known
    std::array<Linear, most_bound_forms> lo, hi;
    std::optional<Wide> last; // last index - lo, where that is one number; negative: there is no iteration
    bool known() const { return lo_count > 0 && hi_count > 0; }
  };
  Bounds bounds_of(const Loop& loop) const;
  int add_linears(const Bound& bound, std::array<Linear, most_bound_forms>& into) const;
  // The ordinals for which the loops around can all run.
  Span ordinals(LoopId around, std::int64_t begin, std::int64_t end) const;
  // True when the bounds of all loops around, as far as they are known, are int64 numbers.
  bool bounds_in_range(LoopId around, std::int64_t begin, std::int64_t end) const;
  // The form at its greatest or least, as a linear of the ordinal alone. `choice`: which of two bounds to take.
  std::optional<Linear> extreme(Linear form, LoopId around, bool greatest, int choice) const;
  Span over_ordinals(const Linear& form, LoopId around, const Span& ordinals) const;
  LoopId ordinal_around(LoopId around) const;

  const LoopTable& table_;
  std::vector<ScalarBits> values_; // of the invariants
  std::vector<Bounds> bounds_;     // of the loops
};

} // namespace pyvm::tracer::nest
