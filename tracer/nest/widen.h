#pragma once
// Widening: a scalar region becomes one with lanes in its types.
//
//   for i = lo to hi step s { body }
//
// becomes, with W = lanes * gangs,
//
//   for i = lo  to m1 step s * W      { body over W iterations: `gangs` vectors, interleaved operation by operation }
//   for i = m1  to m2 step s * lanes  { body over one vector }              (only when gangs > 1)
//   for i = m2  to hi step s          { body }
//
// where m1 and m2 are as far as whole steps go. Where lanes need masks anyway (LaneView::has_masks), a partial vector
// takes the place of the last two: `for i = m1 to hi step s * lanes`, with the lanes beyond hi masked off. Where checks
// may give a step up (LaneView::may_restart), the loops of vectors stand in a block that says where the last one
// begins.
//
// Values that do not vary stay scalars, computed once a step; those that vary are one vector for each gang. All else of
// the region is copied. Exits give `gangs` values for each operand everywhere; where there are fewer vectors, or a
// scalar, the last is repeated.
//
// With reductions the caller starts a widened region at a multiple of the first loop's step after the block's start, so
// that a vector's lanes are neighbours in the lane record. That the accumulators live in registers while the step is
// the number of reduction lanes is store promotion's work (tracer/opt), not done here.

#include "tracer/nest/lanes.h"

namespace pyvm::tracer::nest {

// What the loop carries is folded (LaneView::folds): a sum of floats is one scalar, which takes the lanes' values in
// order; other folds are a vector for each gang, joined behind the last whole step. An extreme of floats that comes out
// as zero is looked for again in order, since zeros have signs.

struct LaneLoop {
  const LaneView* view; // has no refusal
  int gangs = 1;        // at least 1
  // `if`s that vary and whose sides are written without masks, too, for when all lanes take one (coherent.h).
  std::set<const ir::Instruction*> coherent{};
};

// None of the loops stands inside another. lanes: 2, 4, 8 or 16.
ir::Region widen(const std::vector<LaneLoop>& loops, int lanes);

} // namespace pyvm::tracer::nest
