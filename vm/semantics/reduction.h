#pragma once
// Reductions of prange loops (DESIGN section 6): the grid, the lanes and the trees that make a reduction's bits depend
// on the input alone. Every tier calls these or generates code that gives the same bits.
//
// A loop of n iterations with ordinals t = 0 .. n-1 is cut into blocks of block_size(...) iterations. Inside a block,
// iteration t belongs to lane (t - block start) mod lane_count(...). A lane starts empty, and empty is the identity of
// the operator: combining the identity with x gives x, bit for bit (-0.0 for float +). For min and max the lane starts
// at the live-in value. At the end of a block lanes fold by halving (fold_lanes), blocks combine by a fixed binary tree
// (combine_blocks), and the live-in joins once, on the left, at the very end (join_live_in).
// With no contribution at all the caller keeps the live-in untouched, kind and all; it need not call anything here.

#include "vm/semantics/operators.h"
#include "vm/semantics/scalar_kind.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pyvm {

// Selected: a variable that is replaced together with others where a comparison holds (selection.h); the functions
// below are not for it.
enum class ReductionOp : uint8_t { Add, Sub, Mul, Div, BitAnd, BitOr, BitXor, Min, Max, Selected };

std::string_view name_of(ReductionOp op);
// The reduction of `s op= x`; nullopt for operators that are none (//, %, **, shifts, @).
std::optional<ReductionOp> reduction_of(BinaryOp op);
// The operator of `s op= x`; Min, Max and Selected have none.
BinaryOp operator_of(ReductionOp op);
// What partial results meet by: + for -=, * for /=, else the reduction itself.
ReductionOp joining(ReductionOp op);

inline constexpr int64_t simple_block_size = 4096;
inline constexpr int64_t most_blocks_of_a_deep_loop = 1024;
inline constexpr int most_lanes = 32;

// Iterations in a block. `body_has_loop_or_call` is a fact of the source of the body (min and max as the reduction
// itself are no calls).
int64_t block_size(int64_t iterations, bool body_has_loop_or_call);
int64_t block_count(int64_t iterations, int64_t iterations_per_block);
// 32, or 16 when the source of the loop has more than two reduction variables.
int lane_count(int reduction_variables);
inline int lane_of(int64_t ordinal, int64_t iterations_per_block, int lanes) {
  return static_cast<int>((ordinal % iterations_per_block) % lanes);
}

// The kind K in which lanes accumulate: the njit result kind of `live_in op x` (min, max: njit_min_max).
// nullopt when the operator is refused for these kinds.
std::optional<ScalarKind> accumulator_kind(ReductionOp op, ScalarKind live_in, ScalarKind contribution);

// What an empty lane holds, in kind `kind`. `live_in` (already converted to that kind) is used by Min and Max alone.
ScalarBits identity_bits(ReductionOp op, ScalarKind kind, ScalarBits live_in);

// One contribution x (already converted to the kind) enters a lane: lane op x, with lane - x for Sub, lane / x for Div.
ScalarBits contribute_bits(ReductionOp op, ScalarKind kind, ScalarBits lane, ScalarBits x);
// Two partial results of lanes or blocks, a the one with the lower ordinals: + for Add and Sub, * for Mul and Div.
ScalarBits combine_bits(ReductionOp op, ScalarKind kind, ScalarBits a, ScalarBits b);
// The live-in (converted to the kind) and the total: live_in op total.
ScalarBits join_live_in(ReductionOp op, ScalarKind kind, ScalarBits live_in, ScalarBits total);

// Folds 16 or 32 lanes by halving: lane[l] = lane[l] op lane[l + w] for w = 16, 8, 4, 2, 1; lane 0 is the result.
ScalarBits fold_lanes(ReductionOp op, ScalarKind kind, std::span<const ScalarBits> lanes);
// Combines block results level by level: (0,1), (2,3), ...; an odd last one moves up unchanged. Overwrites the array.
// Zero blocks are not allowed.
ScalarBits combine_blocks(ReductionOp op, ScalarKind kind, std::span<ScalarBits> blocks);

} // namespace pyvm
