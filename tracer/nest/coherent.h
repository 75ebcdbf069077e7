#pragma once
// Which `if`s of a loop in lanes get their sides a second time, without masks.
//
// Data often come sorted, in runs, or with few exceptions, and then all lanes of a step take the same side. The masks
// are in the way there: on some CPUs a store under a mask costs several stores, and elements with a distance are loaded
// one by one with a branch around each. So the Widener can write
//
//   if any(c) {
//     if any(not c) { both sides under masks }
//     else { the first side, for all lanes }
//   } else { the second side, for all lanes }
//
// which asks one question more than the masked sides alone do (none more, where the `if` has two sides). What is gained
// is what the masks cost (ir::MaskCosts, by CPU); no profile is kept, so that it must be much of what a side costs.
// What is lost when lanes differ is the one branch.
//
// Rejected: a copy of the whole step under one test of all conditions together (grows with each `if`, and one that is
// not coherent spoils the others); copies under a mask (`c` in all *active* lanes: what costs is the mask, whatever it
// is); copies of `while` loops that run until the first lane leaves (masks cost such loops little: computations need
// none).
//
// Legal wherever all lanes are active: that is what makes an access without a mask right, and a check there is one that
// all lanes of the gang leave at together (README.md, rule 6). So not in the partial step at a loop's end, not behind
// anything that may take lanes away for the rest of the step (LaneView::ways), not in loops with trips that vary.
#include <set>

#include "tracer/ir/code_generator.h"
#include "tracer/nest/lanes.h"

namespace pyvm::tracer::nest {

struct CoherentRequest {
  ir::MaskCosts masks{};
  int most_copied = 0;       // instructions, all copies together
  bool at_any_price = false; // stress and tests: whatever is legal and not flat
};

std::set<const ir::Instruction*> coherent_branches(const LaneView& view, const CoherentRequest& request);

} // namespace pyvm::tracer::nest
