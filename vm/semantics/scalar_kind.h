#pragma once
// The kinds of scalars that guest programs compute with, and how one scalar travels as 64 raw bits.
//
// ScalarBits of a value: signed integers are sign-extended to 64 bits, unsigned ones zero-extended, bool is 0 or 1,
// float32 stands in the low 32 bits with zeros above, float64 is its own bits. Every function of this folder takes
// bits in this form and returns them in this form; two equal-kind values are the same value iff their bits are equal
// (but for NaN payloads and the two zeros).
//
// load_scalar and store_scalar read and write array memory of any alignment in native (little endian) byte order.
// A bool byte in memory that is neither 0 nor 1 loads as 1.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

namespace pyvm {

enum class ScalarKind : uint8_t {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) enumerator,
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
};

using ScalarBits = uint64_t;

inline constexpr std::array all_scalar_kinds = {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) ScalarKind::enumerator,
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
};
inline constexpr size_t scalar_kind_count = all_scalar_kinds.size();

// The kind of a C++ type, and the C++ type of a kind.
template <typename T> struct KindOf;
template <ScalarKind kind> struct TypeOf;
#define PYVM_SCALAR_KIND(enumerator, name, cpp_type, size, dtype)                                                      \
  template <> struct KindOf<cpp_type> { static constexpr ScalarKind value = ScalarKind::enumerator; };                 \
  template <> struct TypeOf<ScalarKind::enumerator> { using type = cpp_type; };                                        \
  static_assert(sizeof(cpp_type) == (size));
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
template <typename T> inline constexpr ScalarKind kind_of = KindOf<T>::value;
template <ScalarKind kind> using type_of = typename TypeOf<kind>::type;

constexpr size_t size_of(ScalarKind kind) {
  constexpr uint8_t sizes[] = {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) size,
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
  };
  return sizes[static_cast<size_t>(kind)];
}

// "float64"
constexpr std::string_view name_of(ScalarKind kind) {
  constexpr std::string_view names[] = {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) name,
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
  };
  return names[static_cast<size_t>(kind)];
}

// NumPy's dtype.str: "<f8"
constexpr std::string_view dtype_string_of(ScalarKind kind) {
  constexpr std::string_view strings[] = {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) dtype,
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
  };
  return strings[static_cast<size_t>(kind)];
}

constexpr std::optional<ScalarKind> kind_from_name(std::string_view name) {
  for (ScalarKind kind : all_scalar_kinds)
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

constexpr std::optional<ScalarKind> kind_from_dtype_string(std::string_view text) {
  for (ScalarKind kind : all_scalar_kinds)
    if (dtype_string_of(kind) == text) return kind;
  return std::nullopt;
}

constexpr bool is_float(ScalarKind kind) { return kind >= ScalarKind::Float32; }
// True for the eight integer kinds; bool is not one of them.
constexpr bool is_integer(ScalarKind kind) { return kind >= ScalarKind::Int8 && kind <= ScalarKind::UInt64; }
// True for int8 to int64 and the floats.
constexpr bool is_signed(ScalarKind kind) {
  return (kind >= ScalarKind::Int8 && kind <= ScalarKind::Int64) || is_float(kind);
}
constexpr bool is_unsigned_integer(ScalarKind kind) { return kind >= ScalarKind::UInt8 && kind <= ScalarKind::UInt64; }

// The bits of a C++ value, and back.
template <typename T> constexpr ScalarBits to_bits(T value) {
  if constexpr (std::is_same_v<T, double>)
    return __builtin_bit_cast(uint64_t, value);
  else if constexpr (std::is_same_v<T, float>)
    return __builtin_bit_cast(uint32_t, value);
  else if constexpr (std::is_signed_v<T>)
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  else
    return static_cast<uint64_t>(value);
}

template <typename T> constexpr T from_bits(ScalarBits bits) {
  if constexpr (std::is_same_v<T, double>)
    return __builtin_bit_cast(double, bits);
  else if constexpr (std::is_same_v<T, float>)
    return __builtin_bit_cast(float, static_cast<uint32_t>(bits));
  else if constexpr (std::is_same_v<T, bool>)
    return bits != 0;
  else
    return static_cast<T>(bits);
}

template <typename T> struct TypeTag { using type = T; };

// Calls f(TypeTag<T>{}) with the C++ type T of the kind; all eleven calls must return the same type.
template <typename F> constexpr decltype(auto) visit_kind(ScalarKind kind, F&& f) {
  switch (kind) {
#define PYVM_SCALAR_KIND(enumerator, name, cpp_type, size, dtype)                                                      \
  case ScalarKind::enumerator:                                                                                         \
    return f(TypeTag<cpp_type>{});
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
  }
  __builtin_unreachable();
}

constexpr bool is_nan(ScalarKind kind, ScalarBits bits) {
  return visit_kind(kind, [bits](auto tag) {
    const auto value = from_bits<typename decltype(tag)::type>(bits);
    return value != value;
  });
}
// Equal as results are: the bits, but NaNs are all the same (DESIGN section 2).
constexpr bool same_bits(ScalarKind kind, ScalarBits a, ScalarBits b) {
  return a == b || (is_nan(kind, a) && is_nan(kind, b));
}

struct Scalar {
  ScalarKind kind;
  ScalarBits bits;

  template <typename T> static constexpr Scalar of(T value) { return {kind_of<T>, to_bits<T>(value)}; }
  // The value read as T, which must be the C++ type of the kind.
  template <typename T> constexpr T as() const { return from_bits<T>(bits); }

  friend constexpr bool operator==(const Scalar& a, const Scalar& b) { return a.kind == b.kind && a.bits == b.bits; }
};

inline ScalarBits load_scalar(ScalarKind kind, const void* memory) {
  return visit_kind(kind, [memory](auto tag) {
    using T = typename decltype(tag)::type;
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte;
      std::memcpy(&byte, memory, 1);
      return ScalarBits{byte != 0};
    } else {
      T value;
      std::memcpy(&value, memory, sizeof value);
      return to_bits<T>(value);
    }
  });
}

// Little endian: the low bytes of the bits are the value in memory for every kind.
inline void store_scalar(ScalarKind kind, void* memory, ScalarBits bits) {
  switch (size_of(kind)) {
  case 1:
    std::memcpy(memory, &bits, 1);
    break;
  case 2:
    std::memcpy(memory, &bits, 2);
    break;
  case 4:
    std::memcpy(memory, &bits, 4);
    break;
  default:
    std::memcpy(memory, &bits, 8);
  }
}

static_assert(static_cast<uint8_t>(ScalarKind::Float64) + 1 == scalar_kind_count, "floats stand last");

} // namespace pyvm
