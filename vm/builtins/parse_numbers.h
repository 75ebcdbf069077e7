// int(text, base) and float(text), as CPython reads them.
#pragma once

#include <cstdint>
#include <string_view>

namespace pyvm {

// ValueError "invalid literal for int() with base 10: 'abc'", OverflowError beyond 64 bits.
std::int64_t int_from_text(std::string_view text, std::int64_t base);
// ValueError "could not convert string to float: 'abc'".
double float_from_text(std::string_view text);

} // namespace pyvm
