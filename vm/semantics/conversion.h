#pragma once
// Conversions between scalar kinds, as DESIGN section 2 ("Edges") defines them for both arrays and scalars:
//   int -> int      keeps the low bits of the target's size (wraps).
//   int -> float    rounds once, to nearest even (also int64 -> float32).
//   float -> int    truncates to int64 and then wraps to the target; NaN, inf and what int64 cannot hold give
//                   int64 min first (x86's cvttsd2si). To uint64, [2^63, 2^64) converts exactly.
//   anything -> bool  is != 0 (NaN is true).
//   bool -> anything  is 0 or 1.
// None of these raise. The checked functions below are what int(x), floor(x), ceil(x), trunc(x), round(x) need:
// they report NaN and overflow, and the caller raises ValueError or OverflowError.
// No function here has undefined behaviour for any input.

#include "vm/semantics/scalar_kind.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace pyvm {

// cvttsd2si without its undefined C++ spelling.
constexpr int64_t float_to_int64(double value) {
  constexpr double limit = 9223372036854775808.0; // 2^63
  if (value >= -limit && value < limit) return static_cast<int64_t>(value);
  return std::numeric_limits<int64_t>::min();
}

constexpr uint64_t float_to_uint64(double value) {
  constexpr double half = 9223372036854775808.0; // 2^63
  if (value >= half && value < 2.0 * half) return static_cast<uint64_t>(value - half) + (uint64_t{1} << 63);
  return static_cast<uint64_t>(float_to_int64(value));
}

// One C++ value to another kind's type; the rule of the file's head.
template <typename To, typename From> constexpr To convert(From value) {
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (std::is_same_v<To, bool>)
    return value != From{0};
  else if constexpr (std::is_floating_point_v<To> || !std::is_floating_point_v<From>)
    return static_cast<To>(value);
  else if constexpr (std::is_same_v<To, uint64_t>)
    return float_to_uint64(static_cast<double>(value));
  else
    return static_cast<To>(float_to_int64(static_cast<double>(value)));
}

// Out of line because it has a case for each pair of kinds.
ScalarBits convert_unlike_bits(ScalarBits bits, ScalarKind from, ScalarKind to);

inline ScalarBits convert_bits(ScalarBits bits, ScalarKind from, ScalarKind to) {
  return from == to ? bits : convert_unlike_bits(bits, from, to);
}

inline Scalar convert_scalar(Scalar value, ScalarKind to) { return {to, convert_bits(value.bits, value.kind, to)}; }

// Python's truth of a scalar.
inline bool truth_of(ScalarKind kind, ScalarBits bits) { return convert_bits(bits, kind, ScalarKind::Bool) != 0; }
// The scalar as a double (ints round to nearest even).
inline double as_double(ScalarKind kind, ScalarBits bits) {
  return from_bits<double>(convert_bits(bits, kind, ScalarKind::Float64));
}

enum class IntStatus : uint8_t {
  Ok,
  NotANumber, // ValueError: cannot convert float NaN to integer
  Overflow,   // OverflowError: inf, or beyond int64
};
struct CheckedInt {
  IntStatus status;
  int64_t value; // 0 unless Ok
};

// The value of an integral (or infinite, or NaN) double as int64.
inline CheckedInt checked_integral(double value) {
  constexpr double limit = 9223372036854775808.0; // 2^63
  if (value != value) return {IntStatus::NotANumber, 0};
  if (!(value >= -limit && value < limit)) return {IntStatus::Overflow, 0};
  return {IntStatus::Ok, static_cast<int64_t>(value)};
}

// int(x) and math.trunc(x), math.floor(x), math.ceil(x), round(x) with one argument (half to even).
inline CheckedInt checked_trunc(double value) { return checked_integral(std::trunc(value)); }
inline CheckedInt checked_floor(double value) { return checked_integral(std::floor(value)); }
inline CheckedInt checked_ceil(double value) { return checked_integral(std::ceil(value)); }
inline CheckedInt checked_round(double value) { return checked_integral(std::nearbyint(value)); }

// round(x, digits) with CPython's result: the decimal rounding is exact, half to even on the exact value of x.
// NaN and inf come back as they are. A result beyond float64 gives inf (CPython: OverflowError; the caller's business).
double round_to_digits(double value, int64_t digits);

} // namespace pyvm
