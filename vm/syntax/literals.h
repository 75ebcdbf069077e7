#pragma once
// The values of number and string literals. Places are the caller's: a failure is a message without one.

#include "vm/syntax/ast.h"

#include <string>
#include <string_view>
#include <variant>

namespace pyvm::syntax {

// A message with CPython's wording.
struct LiteralError {
  std::string message;
};

// `text` is a Number token. Int, LargeInt, Float or Complex.
std::variant<ConstantValue, LiteralError> decode_number(std::string_view text);

// `text` is a String token with prefix and quotes. String, Bytes or NamedEscape.
std::variant<ConstantValue, LiteralError> decode_string(std::string_view text);

// `text` is the inside of a str literal (or a piece of an f-string). String or NamedEscape.
std::variant<ConstantValue, LiteralError> decode_string_body(std::string_view text, bool raw);

} // namespace pyvm::syntax
