#pragma once
// Short scalar loops, several iterations at a time.
//
// A loop's own work, an addition, a comparison and a jump, costs as much as the body of `h[a[i]] += 1` does. So the
// body of a short loop that stays scalar is written four times, and a copy of the loop does what is left over:
//
//   for i = lo to hi (s) {            last = lo + (lo < hi ? (hi - lo) & -4 : 0)
//     f(i, s)                 =>      for i = lo to last step 4 (s) { f(i, s); f(i + 1, s); f(i + 2, s); f(i + 3, s) }
//   }                                 for i = last to hi (s) { f(i, s) }
//
// The iterations keep their order and their operations, so the bits are the same, exits name the values of the
// iteration that leaves, and no dependence is asked about. hi - lo is a number without sign: right for all bounds.
//
// A loop is unrolled if
//   its body is a straight line, short, of scalars, without what is dear (divisions, functions): there the loop's own
//   work does not show,
//   it checks at most two subscripts: each has an exit in each copy,
//   it is not the careful copy of a loop (version.h): it seldom runs,
//   what has most trips with the numbers of the moment has several turns, as far as that is known,
//   nothing in it can leave, or read the lane record, if it is the ordinal loop: whoever leaves there names the ordinal
//   by the loop's index, and a step of several ordinals means lanes.
// Regions with loops in lanes are left alone: what is scalar there is what the lanes have left over.
#include <functional>
#include <optional>
#include <vector>

#include "tracer/ir/ir.h"

namespace pyvm::tracer::nest {

constexpr int iterations_a_turn = 4;

// The region with such loops unrolled; nothing where there is none. `lines`: of the loops that were, in order.
// `trips`: how many iterations a `for` of the region makes at most with the numbers of the moment; nothing where they
// are not known.
std::optional<ir::Region> unroll_loops(const ir::Region& region,
                                       const std::function<std::optional<std::int64_t>(ir::InstructionId)>& trips,
                                       std::vector<int>& lines);

} // namespace pyvm::tracer::nest
