#pragma once
// Numbers as text, as CPython and NumPy print them: repr of float64 and float32, and format(value, spec) for int,
// float and str. Nothing here reads the C locale.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyvm {

// CPython's repr(float): the shortest digits that read back as the same value; an exponent when the decimal point lies
// beyond 16 digits or below 1e-4 ("1e+16", "1e-05"); "inf", "-inf", "nan"; else always with a point ("3.0").
std::string repr_of(double value);
// NumPy 2.4's str(np.float32(value)): the shortest digits that read back as the same float32; an exponent from 1e6 on
// and below 1e-4. (NumPy's repr wraps the text in "np.float32(...)".)
std::string repr_of(float value);

// The two forms of NumPy's array printing. Digits are the shortest that read back, and at most `most_decimals` behind
// the point (np.printoptions' precision is 8; negative: no limit), rounded half to even. Trailing zeros are not
// written, the point always is: "1.", "0.12345679", "1.5e-10", "1.e+16".
std::string positional_text(double value, int most_decimals = -1);
std::string positional_text(float value, int most_decimals = -1);
std::string scientific_text(double value, int most_decimals = -1);
std::string scientific_text(float value, int most_decimals = -1);

// format(value, spec): the text, or what CPython raises with its message. The spec is PEP 3101's
// [[fill]align][sign][z][#][0][width][,|_][.precision][type] in UTF-8; types d b o x X c n e E f F g G % s.
enum class FormatStatus : uint8_t { Ok, ValueError, OverflowError };
struct FormatResult {
  FormatStatus status;
  std::string text; // the message when the status is not Ok
};
FormatResult format_int(int64_t value, std::string_view spec);
FormatResult format_uint(uint64_t value, std::string_view spec);
FormatResult format_bool(bool value, std::string_view spec);
FormatResult format_float(double value, std::string_view spec);
// `value` is UTF-8; width and precision count code points.
FormatResult format_text(std::string_view value, std::string_view spec);

// float(text): CPython's grammar (ASCII spaces around, underscores between digits, inf, infinity, nan); nullopt where
// CPython raises ValueError. Too big gives inf, too small gives zero.
std::optional<double> parse_float(std::string_view text);

} // namespace pyvm
