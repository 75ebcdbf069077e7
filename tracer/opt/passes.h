#pragma once
// The passes over a region. Each has an essay at the top of its .cpp; pipeline.h puts them in order.
//
// All of them keep the IR's meaning bit for bit: results, memory, the lane record, which exit is taken with which
// values. All take a region that verifies, leave one, and return whether anything changed. Ids of values, instructions
// and exits may change; slots never do.

#include "tracer/ir/ir.h"
#include "tracer/opt/alias.h"

namespace pyvm::tracer {

// Writes the region anew through the builder: constants and identities that other passes have uncovered, common
// subexpressions, conditions that are known, code that cannot be reached, carried values that never change.
bool fold_and_number(ir::Region& region);

// An `if` whose constant makes the next one leave leaves itself: `while a and b` without a truth value.
bool thread_conditions(ir::Region& region);

// What follows an early return or a `continue` goes into the side of the `if` that goes on, and the block that was left
// goes. Not of a region in lanes: its blocks are where lanes wait.
bool nest_early_leaves(ir::Region& region);

// Loads get the value that was last stored or loaded there; stores that are overwritten before anyone can look go.
bool forward_memory(ir::Region& region, const AliasInfo& alias);

// Moves computations, and loads that are certain to run, out of the loops in which they do not vary.
bool hoist_invariants(ir::Region& region, const AliasInfo& alias);

// A place that a loop reads and writes in each iteration becomes a value that the loop carries.
bool promote_stores(ir::Region& region, const AliasInfo& alias);

// What one iteration of a loop stores and the next one loads becomes a value that the loop carries.
bool carry_recurrences(ir::Region& region, const AliasInfo& alias);

// Removes what nothing needs: instructions, results, carried values, whole loops.
bool remove_dead(ir::Region& region);

} // namespace pyvm::tracer
