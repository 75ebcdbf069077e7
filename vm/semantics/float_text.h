#pragma once
// Numbers as text, as CPython and NumPy print them: repr of float64 and float32, and format(value, spec) for int,
// float and str. Nothing here reads the C locale.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pyvm {

// CPython's repr(float): the shortest digits that read back as the same value; an exponent when it is below -4 or
// at least 16 ("1e+16", "1e-05"); "inf", "-inf", "nan"; always with ".0" or an exponent.
std::string repr_of(double value);
// NumPy's str(np.float32): shortest digits for float32, an exponent below 1e-4 or from 1e16 on. (repr() wraps the text
// in "np.float32(...)".)
std::string repr_of(float value);
// The shortest digits of NumPy's array printing: as repr_of but "1." for whole numbers, no exponent.
std::string positional_text(double value);
std::string positional_text(float value);
// NumPy's scientific form with the fewest digits that read back: "1.e+16", "1.5e-10".
std::string scientific_text(double value);
std::string scientific_text(float value);

// [[fill]align][sign][z][#][0][width][grouping][.precision][type] of PEP 3101. fill is one code point in UTF-8.
struct FormatSpec {
  std::string fill = " ";
  char align = 0;                // '<' '>' '^' '=' or 0 for none given
  char sign = 0;                 // '+' '-' ' ' or 0
  bool no_negative_zero = false; // z
  bool alternate = false;        // #
  int64_t width = -1;
  char grouping = 0; // ',' or '_' or 0
  int64_t precision = -1;
  char type = 0; // 0 when none is given
};

// Outcome of formatting: the text, or the message of the ValueError that CPython raises.
struct FormatResult {
  bool ok;
  std::string text; // the error message when not ok
};

// Parses a spec; on failure `error` gets CPython's message. `type_name` ("int", "float", "str") is for that message.
std::optional<FormatSpec> parse_format_spec(std::string_view text, std::string_view type_name, std::string& error);

// format(value, spec)
FormatResult format_int(int64_t value, std::string_view spec);
FormatResult format_uint(uint64_t value, std::string_view spec);
FormatResult format_bool(bool value, std::string_view spec);
FormatResult format_float(double value, std::string_view spec);
// `value` is UTF-8; widths and precisions count code points.
FormatResult format_text(std::string_view value, std::string_view spec);

// float(text): CPython's grammar (spaces around, underscores between digits, inf, nan, infinity); nullopt: ValueError.
std::optional<double> parse_float(std::string_view text);

} // namespace pyvm
