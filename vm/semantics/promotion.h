#pragma once
// Result kinds: which kind two operands are computed in and which kind comes out, for both dialects.
//
// The njit tables are Numba 0.68.1's as tried, the numpy tables NumPy 2.4's (NEP 50); tests/python/
// test_promotion_peers.py compares every cell with the live libraries. Inside njit an int literal is Int64 and a
// float literal Float64, there are no weak scalars.
//
// How a Promotion is used, always:
//   1. both operands are converted to `operand` (conversion.h),
//   2. the operator is applied in that kind (arithmetic.h),
//   3. the outcome is converted to `result` where that differs (comparisons: result is Bool and already there).
// nullopt means that the dialect refuses the operator for these kinds (a TypeError for the guest).
//
// Choices where the peer's own rule is not one conversion of each side:
//   - A shift converts the count to the operand kind too: only its low six bits count.
//   - float32 ** int computes in float64 and rounds once to float32, so that big exponents keep their parity.
//   - njit compares int64 with uint64 in float64, as Numba does; NumPy compares them exactly, which has no common
//     kind: numpy_compare_operand gives UInt64 and numpy_compare_is_mixed says that compare_mixed is to be used.

#include "vm/semantics/operators.h"
#include "vm/semantics/scalar_kind.h"

#include <cstdint>
#include <optional>

namespace pyvm {

struct Promotion {
  ScalarKind operand;
  ScalarKind result;

  friend constexpr bool operator==(const Promotion&, const Promotion&) = default;
};

// ---- inside njit -----------------------------------------------------------------------------------------------

// `a op b` on scalars. MatMul is refused for all scalars.
std::optional<Promotion> njit_promotion(BinaryOp op, ScalarKind a, ScalarKind b);
// The kind in which `a < b` and its five relatives are computed.
ScalarKind njit_compare_operand(ScalarKind a, ScalarKind b);
// The kind of min(a, b) and max(a, b).
ScalarKind njit_min_max(ScalarKind a, ScalarKind b);
// `op a`: operand and result as above. Not gives Bool for every kind (operand is a itself).
std::optional<Promotion> njit_unary(UnaryOp op, ScalarKind a);
// abs(a)
ScalarKind njit_abs(ScalarKind a);
// Element kinds of `array op array`, and of `array op scalar` in either order: Numba gives the same for all three.
std::optional<Promotion> njit_array_promotion(BinaryOp op, ScalarKind a, ScalarKind b);
ScalarKind njit_array_compare_operand(ScalarKind a, ScalarKind b);
std::optional<Promotion> njit_array_unary(UnaryOp op, ScalarKind a);
ScalarKind njit_array_abs(ScalarKind a);

// ---- outside njit: NumPy ------------------------------------------------------------------------------------------

// `a op b` where at least one side is an array or a NumPy scalar. A weak side is a Python bool, int or float, given as
// Bool, Int64 or Float64. At most one side may be weak. Whether a weak int's value fits the operand kind is the
// caller's question (see fits; NumPy raises OverflowError).
std::optional<Promotion> numpy_promotion(BinaryOp op, ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
// The kind in which `a < b` and its relatives are computed.
ScalarKind numpy_compare_operand(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
// True when one side is uint64 and the other a signed integer, neither weak: compared exactly by compare_mixed.
bool numpy_compare_is_mixed(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
std::optional<Promotion> numpy_unary(UnaryOp op, ScalarKind a);
// np.result_type of two strong kinds.
ScalarKind numpy_common_kind(ScalarKind a, ScalarKind b);
// np.sum, np.prod, np.cumsum of the kind: bool and small ints widen to 64 bits.
ScalarKind numpy_sum_kind(ScalarKind a);
// The kind of math-like ufuncs (np.sqrt, np.exp): NumPy gives float16 for 8-bit kinds, which we do not have; nullopt
// there.
std::optional<ScalarKind> numpy_float_function_kind(ScalarKind a);

// True when a Python int of this value can be stored in the kind without loss of range (floats take every int64).
bool fits(ScalarKind kind, int64_t value);

} // namespace pyvm
