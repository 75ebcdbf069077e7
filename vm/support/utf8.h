#pragma once
// UTF-8: encode, decode, count, validate. Surrogates (from '\ud800' in a literal) are encoded as three bytes, as
// CPython's surrogatepass does; find_invalid_utf8 rejects them, as CPython's decoder does.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyvm {

void append_utf8(std::string& out, uint32_t code_point);

// Decodes the code point that begins at `index` and moves `index` behind it. A stray byte decodes to itself.
uint32_t decode_utf8(std::string_view text, std::size_t& index);

// Number of code points; a stray byte counts as one.
int32_t count_code_points(std::string_view text);

// Index of the first byte that does not belong to valid UTF-8, or text.size().
std::size_t find_invalid_utf8(std::string_view text);

} // namespace pyvm
