#pragma once
// Guest arithmetic on scalars of one kind: the one body for every operator. The interpreter, the IR evaluator,
// constant folding and the recorder all call it; generated code must give the same bits.
//
// Rules (DESIGN section 2):
//   ints         wrap at the width of their kind (computed in 64 bits, which gives the same low bits); int64 min // -1
//   is int64 min and int64 min % -1 is 0.
//   // and %     round to minus infinity, the remainder has the divisor's sign (Python).
//   zero divisor gives 0 for ints and NumPy's inf or nan for floats. Raising is the caller's business.
//   float // %   CPython's and NumPy's algorithm (fmod, then one correction; npy_divmod).
//   int **       squaring with wrap; a negative exponent gives 0 here, raising ValueError is the caller's business.
//   float **     SLEEF's pow; `x ** literal int` goes to pow_literal instead.
//   shifts       the count is taken modulo 64; >> is arithmetic for signed kinds. Then wrapped to the kind.
//   max(s, x)    is x > s ? x : s, min(s, x) is x < s ? x : s.
//   bool         + is or, * is and, other arithmetic computes with 0 and 1 and keeps "is not 0". The promotion tables
//                use Bool as an operand kind for + * & | ^ ~ and comparisons alone.
// No function here has undefined behaviour for any input, none raises, none reads the rounding mode.

#include "vm/semantics/math_functions.h"
#include "vm/semantics/operators.h"
#include "vm/semantics/scalar_kind.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace pyvm {

template <typename T> constexpr T add(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a + b;
  else if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

template <typename T> constexpr T subtract(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a - b;
  else if constexpr (std::is_same_v<T, bool>)
    return a != b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

template <typename T> constexpr T multiply(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return a * b;
  else if constexpr (std::is_same_v<T, bool>)
    return a && b;
  else
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// Floats only: the tables convert ints to a float kind first. IEEE division, x / 0 is inf or nan.
template <typename T> constexpr T true_divide(T a, T b) {
  static_assert(std::is_floating_point_v<T>);
  return a / b;
}

template <typename T> struct DivMod {
  T quotient;
  T remainder;
};

// fmod is exact, so every correct implementation gives the same bits.
template <typename T> inline DivMod<T> float_divmod(T a, T b) {
  T remainder = std::fmod(a, b);
  if (b == T{0}) return {a / b, remainder};
  T quotient = (a - remainder) / b;
  if (remainder != T{0}) {
    if ((b < T{0}) != (remainder < T{0})) {
      remainder += b;
      quotient -= T{1};
    }
  } else {
    remainder = std::copysign(T{0}, b);
  }
  if (quotient == T{0}) return {std::copysign(T{0}, a / b), remainder};
  T floored = std::floor(quotient);
  if (quotient - floored > T{0.5}) floored += T{1};
  return {floored, remainder};
}

template <typename T> inline T floor_divide(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return float_divmod(a, b).quotient;
  } else if (b == T{0}) {
    return T{0};
  } else if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return subtract<T>(T{0}, a);
    T quotient = static_cast<T>(a / b);
    bool inexact = a % b != 0;
    return static_cast<T>(quotient - (inexact && (a < 0) != (b < 0)));
  } else {
    return static_cast<T>(a / b);
  }
}

template <typename T> inline T modulo(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return float_divmod(a, b).remainder;
  } else if (b == T{0}) {
    return T{0};
  } else if constexpr (std::is_signed_v<T>) {
    if (b == T{-1}) return T{0};
    T remainder = static_cast<T>(a % b);
    return remainder != 0 && (a < 0) != (b < 0) ? static_cast<T>(remainder + b) : remainder;
  } else {
    return static_cast<T>(a % b);
  }
}

// np.fmod of ints: C's %, with the sign of the dividend; by zero 0. (Numba 0.68.1 divides as if there were no sign.)
template <typename T> inline T int_fmod(T a, T b) {
  if (b == T{0}) return T{0};
  if constexpr (std::is_signed_v<T>)
    if (b == T{-1}) return T{0};
  return static_cast<T>(a % b);
}

// Squaring with wrap-around. A negative exponent gives 0.
template <typename T> constexpr T int_power(T base, T exponent) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0) return T{0};
  }
  uint64_t result = 1;
  uint64_t square = static_cast<uint64_t>(base);
  for (uint64_t rest = static_cast<uint64_t>(exponent); rest != 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return static_cast<T>(result);
}

// `x ** n` for a literal n: binary powers multiplied low bit first (x*x2*x4 for 7), 1/... for a negative n, 1 for 0.
// For ints a negative n gives 0.
template <typename T> constexpr T pow_literal(T base, int64_t exponent) {
  if constexpr (!std::is_floating_point_v<T>) {
    if (exponent < 0) return T{0};
  }
  uint64_t rest = exponent < 0 ? uint64_t{0} - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  T result{1};
  bool started = false;
  T square = base;
  while (rest != 0) {
    if (rest & 1) {
      result = started ? multiply<T>(result, square) : square;
      started = true;
    }
    rest >>= 1;
    if (rest != 0) square = multiply<T>(square, square);
  }
  if constexpr (std::is_floating_point_v<T>)
    return exponent < 0 ? T{1} / result : result;
  else
    return result;
}

template <typename T> inline T power(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a || !b;
  else if constexpr (std::is_floating_point_v<T>)
    return math_power(a, b);
  else
    return int_power(a, b);
}

template <typename T> constexpr T shift_left(T a, T count) {
  static_assert(!std::is_floating_point_v<T>);
  return static_cast<T>(static_cast<uint64_t>(a) << (static_cast<uint64_t>(count) & 63));
}

template <typename T> constexpr T shift_right(T a, T count) {
  static_assert(!std::is_floating_point_v<T>);
  if constexpr (std::is_signed_v<T>)
    return static_cast<T>(static_cast<int64_t>(a) >> (static_cast<uint64_t>(count) & 63));
  else
    return static_cast<T>(static_cast<uint64_t>(a) >> (static_cast<uint64_t>(count) & 63));
}

template <typename T> constexpr T bit_and(T a, T b) { return static_cast<T>(a & b); }
template <typename T> constexpr T bit_or(T a, T b) { return static_cast<T>(a | b); }
template <typename T> constexpr T bit_xor(T a, T b) { return static_cast<T>(a ^ b); }

template <typename T> constexpr T minimum(T s, T x) { return x < s ? x : s; }
template <typename T> constexpr T maximum(T s, T x) { return x > s ? x : s; }

template <typename T> constexpr T negate(T a) {
  if constexpr (std::is_floating_point_v<T>)
    return -a;
  else
    return subtract<T>(T{0}, a);
}

// abs(int64 min) wraps to itself.
template <typename T> constexpr T absolute(T a) {
  if constexpr (std::is_floating_point_v<T>)
    return __builtin_copysign(a, T{1});
  else if constexpr (std::is_signed_v<T>)
    return a < 0 ? negate(a) : a;
  else
    return a;
}

// ~a; on bool it is `not`, as in NumPy and Numba.
template <typename T> constexpr T invert(T a) {
  static_assert(!std::is_floating_point_v<T>);
  if constexpr (std::is_same_v<T, bool>)
    return !a;
  else
    return static_cast<T>(~a);
}

template <typename T> constexpr bool compare(CompareOp op, T a, T b) {
  switch (op) {
  case CompareOp::Lt:
    return a < b;
  case CompareOp::Le:
    return a <= b;
  case CompareOp::Gt:
    return a > b;
  case CompareOp::Ge:
    return a >= b;
  case CompareOp::Eq:
    return a == b;
  case CompareOp::Ne:
    return a != b;
  default:
    return false;
  }
}

// ---- by kind, over raw bits ------------------------------------------------------------------------------------

// `a op b`, both of kind `operand`, result of that kind too. TrueDiv needs a float kind, shifts and bit operators a
// kind that is not float, MatMul is never allowed (assertion).
ScalarBits apply_binary(BinaryOp op, ScalarKind operand, ScalarBits a, ScalarBits b);
// As apply_binary with the two rules of NumPy outside njit that differ: a shift count that is not less than the kind's
// width in bits (or negative) shifts everything out, and float ** is libm's pow.
ScalarBits apply_numpy_binary(BinaryOp op, ScalarKind operand, ScalarBits a, ScalarBits b);
// NumPy's `array ** scalar`, which has ways of its own for some exponents: 2 multiplies, 0.5 is sqrt, 1 copies, -1
// divides, 0 gives 1; all others are apply_numpy_binary. For float operands.
ScalarBits apply_numpy_power_by_scalar(ScalarKind operand, ScalarBits a, double exponent);
// Not gives 0 or 1 for every kind; the others give the kind of the operand.
ScalarBits apply_unary(UnaryOp op, ScalarKind operand, ScalarBits a);
// Lt to Ne (assertion).
bool apply_compare(CompareOp op, ScalarKind operand, ScalarBits a, ScalarBits b);
ScalarBits apply_min(ScalarKind kind, ScalarBits s, ScalarBits x);
ScalarBits apply_max(ScalarKind kind, ScalarBits s, ScalarBits x);
ScalarBits apply_abs(ScalarKind kind, ScalarBits a);
// `a ** n` for a literal n, a of any kind that is not Bool.
ScalarBits apply_pow_literal(ScalarKind kind, ScalarBits a, int64_t n);
// True when a // b, a % b or a / b raises ZeroDivisionError under Python's error model.
bool is_zero(ScalarKind kind, ScalarBits bits);
// Exact comparison of int64 with uint64, which have no common kind: a is int64 bits, b uint64 bits.
bool compare_mixed(CompareOp op, int64_t a, uint64_t b);

} // namespace pyvm
