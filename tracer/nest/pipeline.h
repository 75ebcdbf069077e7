// From a recorded region to what runs: the whole of tracer/nest in one function, and the class that takes its result
// through one entry.
//
//   recorded --optimise--> careful                                     scalar, every subscript checked where it stands
//                             |
//                             +-- without hoisted checks --optimise--> fast, scalar
//                                                                        |
//                                                                        +-- widened --optimise--> fast, in lanes
//                                                                        |
//                                                                        +-- or unrolled --optimise--> fast, scalar
//
// The careful region may run any iterations at any entry. The fast one may run only those that PlannedEntry::next_piece
// gives it: its subscripts are in range for them, its arrays share no memory, the loop in lanes is independent with the
// numbers of this entry, and reductions start at a whole step.
#pragma once

#include "tracer/nest/accumulators.h"
#include "tracer/nest/plan.h"

namespace pyvm::tracer::nest {

// What was so when the plan was made, and kept something from being better. When it is no longer so, a new plan is
// worth its while: a first call with tiny arrays must not decide over all later ones.
struct Reconsider {
  struct FewTrips {
    LoopId loop;
    std::int64_t trips;
  };
  std::vector<FewTrips> few_trips;       // loops of `dependences`
  std::vector<LoopId> conflicting_loops; // of `dependences`
  std::vector<Disjoint> shared;          // arrays that met
};

struct PlannedRegion {
  ir::Region fast, careful;
  EntryChecks checks;
  DependenceFacts dependences;               // of the careful region
  LoopId ordinal_loop = none;                // in `dependences`; none when the region is a `while` loop
  std::vector<AccumulatedArray> accumulated; // of a parallel prange: what threads may have copies of
  DependenceFacts lane_dependences;          // of the fast region before it was widened
  std::vector<LoopId> lane_loops;            // in those; none when the fast region is scalar
  std::int64_t alignment = 1;                // fast pieces begin at block_start + a multiple of this
  Plan plan;
  Reconsider reconsider;
};

// `recorded` verifies; it has at most one ordinal loop, a top-level `for` over begin and end with step 1.
PlannedRegion plan_region(const ir::Region& recorded, const PlanRequest& request);

// One entry of a planned region for ordinals [begin, end), the whole loop. Made once, shared by the threads that run
// the grains. `planned` must outlive it; scalars and arrays are read by the constructor and by order() alone.
class PlannedEntry {
public:
  PlannedEntry(const PlannedRegion& planned, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
               std::int64_t begin, std::int64_t end);

  // Whether the region's own loop may run its iterations in any order. Independent for a `while` loop means nothing.
  static Order order(const PlannedRegion& planned, const std::uint64_t* scalars, const ir::ArrayDescriptor* arrays,
                     std::int64_t begin, std::int64_t end);
  // Where they may not: the arrays that each thread needs a copy of so that they may; none when that does not help.
  static std::vector<AccumulatedArray> copies(const PlannedRegion& planned, const std::uint64_t* scalars,
                                              const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end);
  // Some iterations may run in the fast region.
  bool fast_possible() const { return fast_possible_; }
  // The plan was made for other numbers: planning again for these would change it. Reads scalars and arrays once more.
  static bool wants_new_plan(const PlannedRegion& planned, const std::uint64_t* scalars,
                             const ir::ArrayDescriptor* arrays, std::int64_t begin, std::int64_t end);
  // What to run next of [begin, end), begin < end: that many iterations, in the fast or in the careful region.
  // `block_start`: of the reduction block that `begin` lies in, as in the region's context.
  Entry::Piece next_piece(std::int64_t begin, std::int64_t end, std::int64_t block_start) const;

private:
  const PlannedRegion& planned_;
  const Entry entry_;
  bool fast_possible_ = false;
};

} // namespace pyvm::tracer::nest
