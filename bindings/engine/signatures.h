// Explicit signatures of njit: "float64(int32, float64[:, ::1])", and which overload takes given arguments.
//
// The rules are Numba's (numba/core/typeconv): a scalar converts to every scalar kind; an overload's rank is how many
// of its conversions are unsafe, safe and promotions, in that order; arrays are taken only when dtype, dimensions and
// layout fit. https://numba.readthedocs.io/en/stable/reference/types.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/object/objects.h"

namespace pyvm::engine {

struct SignatureType {
  enum class What : std::uint8_t { None, Scalar, Array, Text } what = What::Scalar;
  enum class Layout : std::uint8_t { Any, C, F } layout = Layout::Any; // of an array
  ScalarKind kind = ScalarKind::Float64;
  int dimensions = 0;
};

struct Signature {
  std::optional<SignatureType> result; // nothing: as it comes
  std::vector<SignatureType> parameters;
};

// "int64(int64)" or "(int64,)". TypeError or NameError for what is no signature, NotImplementedError for Numba's other
// types.
Signature parse_signature(std::string_view text);
// "float64", "int32[:, :]", "boolean".
SignatureType parse_type(std::string_view text);

// Numba's name of the type: "float64", "array(float64, 2d, C)".
std::string type_text(const SignatureType& type);
// The same of a value: "array(float64, 1d, A)".
std::string type_text(const Value& value);

// The index of the signature that fits best. TypeErrors as Numba's: no matching definition, ambiguous overloading.
// Arguments behind a signature's last parameter are defaults and not looked at.
std::size_t choose_signature(const std::vector<Signature>& signatures, std::span<const Value> arguments,
                             const std::string& function_text);

} // namespace pyvm::engine
