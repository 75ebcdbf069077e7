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
//   3. the outcome is converted to `result` where that differs.
// nullopt means that the dialect refuses the operator for these kinds (a TypeError for the guest).
//
// Choices where the peer's own rule is not one conversion of each side:
//   - A shift converts the count to the operand kind too: only its low six bits count (outside njit see
//     apply_numpy_binary).
//   - float32 ** int computes in float64 and rounds once to float32, so that big exponents keep their parity.
//   - njit arrays of int64 and uint64 compute in float64, as NumPy does. (Numba wraps in int64 and then converts.)
//   - njit compares int64 with uint64 in float64, as Numba does. NumPy compares them exactly: compare_mixed.
//   - A unary minus, + or ~ inside njit computes in the small kind and then widens, as Numba does: -np.uint8(1) is
//     255 of kind uint64.

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
// The kind in which `a < b` and its five relatives are computed, for scalars and for elements of arrays.
ScalarKind njit_compare_operand(ScalarKind a, ScalarKind b);
// The kind of min(a, b) and max(a, b).
ScalarKind njit_min_max(ScalarKind a, ScalarKind b);
// `op a`. Not gives Bool for every kind, and its operand is a itself.
std::optional<Promotion> njit_unary(UnaryOp op, ScalarKind a);
// float(a): a float of any width stays what it is.
ScalarKind njit_float(ScalarKind a);
// The kind in which abs(a) is computed, and its result: small ints stay small, bool becomes int8.
ScalarKind njit_abs(ScalarKind a);
// Elements of `array op array`, and of `array op scalar` in either order: Numba gives the same for all three.
std::optional<Promotion> njit_array_promotion(BinaryOp op, ScalarKind a, ScalarKind b);
// Elements of `op array`; Not is refused. np.abs keeps the kind.
std::optional<Promotion> njit_array_unary(UnaryOp op, ScalarKind a);
// np.minimum(a, b) of scalars and of elements: float32 takes all ints along. The kind they are compared in, too.
ScalarKind njit_ufunc_common(ScalarKind a, ScalarKind b);
// np.add(a, b) and its kin, of scalars and of elements. Unlike the operators these keep small ints small, and compute
// in the kind of the result: an int64 beside a float32 is rounded first.
std::optional<ScalarKind> njit_ufunc(BinaryOp op, ScalarKind a, ScalarKind b);

// ---- outside njit: NumPy ------------------------------------------------------------------------------------------

// `a op b` where at least one side is an array or a NumPy scalar. A weak side is a Python bool, int or float, given as
// Bool, Int64 or Float64. At most one side may be weak. Whether a weak int's value fits the operand kind is the
// caller's question (fits; NumPy raises OverflowError).
std::optional<Promotion> numpy_promotion(BinaryOp op, ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
// The kind in which `a < b` and its relatives are computed. A weak int is compared by its value whether it fits or not,
// as in NumPy, so that it needs no check by the caller.
ScalarKind numpy_compare_operand(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
// True when one side is uint64 and the other a signed integer: there is no common kind, use compare_mixed.
// (numpy_compare_operand gives UInt64 then.)
bool numpy_compare_is_mixed(ScalarKind a, bool a_is_weak, ScalarKind b, bool b_is_weak);
std::optional<Promotion> numpy_unary(UnaryOp op, ScalarKind a);
// np.result_type of two strong kinds.
ScalarKind numpy_common_kind(ScalarKind a, ScalarKind b);
// np.sum, np.prod, np.cumsum of the kind: bool and small ints widen to 64 bits.
ScalarKind numpy_sum_kind(ScalarKind a);
// The kind of np.sqrt, np.exp and their like. NumPy gives float16 for 8-bit kinds, which we do not have: nullopt.
std::optional<ScalarKind> numpy_float_function_kind(ScalarKind a);

// True when a Python int of this value can be stored in the kind without loss of range (floats take every int64).
bool fits(ScalarKind kind, int64_t value);

} // namespace pyvm
