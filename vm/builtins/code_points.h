// Strings by code points: Str holds UTF-8, the guest counts and subscripts code points.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pyvm {

// Number of code points.
std::int64_t length_of_text(std::string_view text);
// One code point as a string.
std::string character(std::uint32_t code_point);
// The code points at start, start + step, ... (count of them; all inside the text).
std::string text_slice(std::string_view text, std::int64_t start, std::int64_t step, std::int64_t count);

} // namespace pyvm
