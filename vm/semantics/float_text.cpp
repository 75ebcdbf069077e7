// Shortest decimal text of floats. std::to_chars finds the digits; the layouts are CPython's and NumPy's.

#include "vm/semantics/float_text.h"

#include "vm/support/assert.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace pyvm {
namespace {

// A finite value as sign, digits d1 d2 d3 ... without trailing zeros (at least one), and the place of the point:
// the value is 0.d1d2d3... * 10^point. Zero has the digit 0 and point 1.
struct Decimal {
  bool negative = false;
  std::string digits;
  int point = 1;
};

Decimal from_scientific(std::string_view text) {
  Decimal decimal;
  decimal.negative = text[0] == '-';
  text.remove_prefix(decimal.negative);
  size_t mark = text.find('e');
  for (char character : text.substr(0, mark))
    if (character != '.') decimal.digits += character;
  int exponent = 0;
  size_t first = mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(text.data() + first, text.data() + text.size(), exponent);
  decimal.point = exponent + 1;
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') decimal.digits.pop_back();
  return decimal;
}

template <typename T> Decimal shortest_decimal(T value) {
  char buffer[64];
  char* end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  return from_scientific({buffer, static_cast<size_t>(end - buffer)});
}

// `decimals` digits behind the point of the scientific form, correctly rounded.
Decimal rounded_decimal(double value, int decimals) {
  std::string buffer(static_cast<size_t>(decimals) + 32, '\0');
  char* first = buffer.data();
  char* end = std::to_chars(first, first + buffer.size(), value, std::chars_format::scientific, decimals).ptr;
  return from_scientific({first, static_cast<size_t>(end - first)});
}

const char* non_finite_text(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

std::string sign_of(const Decimal& decimal) { return decimal.negative ? "-" : ""; }

std::string exponent_text(int exponent) {
  std::string digits = std::to_string(std::abs(exponent));
  return std::string(exponent < 0 ? "e-" : "e+") + (digits.size() < 2 ? "0" : "") + digits;
}

// "123.45", "0.00123", "12000." : the point is always written.
std::string positional(const Decimal& decimal) {
  int count = static_cast<int>(decimal.digits.size());
  std::string text = sign_of(decimal);
  if (decimal.point <= 0) return text + "0." + std::string(static_cast<size_t>(-decimal.point), '0') + decimal.digits;
  if (decimal.point >= count)
    return text + decimal.digits + std::string(static_cast<size_t>(decimal.point - count), '0') + ".";
  size_t whole = static_cast<size_t>(decimal.point);
  return text + decimal.digits.substr(0, whole) + "." + decimal.digits.substr(whole);
}

std::string scientific(const Decimal& decimal, bool always_point) {
  std::string text = sign_of(decimal) + decimal.digits[0];
  if (decimal.digits.size() > 1)
    text += "." + decimal.digits.substr(1);
  else if (always_point)
    text += ".";
  return text + exponent_text(decimal.point - 1);
}

std::string with_decimal(const Decimal& decimal) {
  std::string text = positional(decimal);
  return text.back() == '.' ? text + '0' : text;
}

int decimals_of(const Decimal& decimal) { return static_cast<int>(decimal.digits.size()) - decimal.point; }

// Cuts the shortest decimal to `most` digits behind the point, rounding the exact value.
template <typename T> Decimal limited_positional(T value, int most) {
  Decimal decimal = shortest_decimal(value);
  if (most < 0 || decimals_of(decimal) <= most) return decimal;
  std::string buffer(static_cast<size_t>(most) + 400, '\0');
  char* first = buffer.data();
  char* end = std::to_chars(first, first + buffer.size(), double{value}, std::chars_format::fixed, most).ptr;
  std::string text(first, end);
  Decimal rounded;
  rounded.negative = decimal.negative;
  std::erase(text, '-');
  size_t point = std::min(text.find('.'), text.size());
  std::erase(text, '.');
  size_t zeros = std::min(text.find_first_not_of('0'), text.size());
  rounded.digits = text.substr(zeros);
  while (!rounded.digits.empty() && rounded.digits.back() == '0') rounded.digits.pop_back();
  if (rounded.digits.empty())
    rounded.digits = "0";
  else
    rounded.point = static_cast<int>(point) - static_cast<int>(zeros);
  return rounded;
}

template <typename T> std::string positional_text_any(T value, int most_decimals) {
  return std::isfinite(value) ? positional(limited_positional(value, most_decimals)) : non_finite_text(value);
}

template <typename T> std::string scientific_text_any(T value, int most_decimals) {
  if (!std::isfinite(value)) return non_finite_text(value);
  Decimal decimal = shortest_decimal(value);
  if (most_decimals >= 0 && static_cast<int>(decimal.digits.size()) - 1 > most_decimals)
    decimal = rounded_decimal(value, most_decimals);
  return scientific(decimal, true);
}

bool is_space(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r') || (character >= '\x1c' && character <= '\x1f');
}
bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Removes underscores that stand between two digits; false when one stands elsewhere.
bool remove_underscores(std::string& text) {
  for (size_t index = 0; index != text.size(); ++index)
    if (text[index] == '_' &&
        (index == 0 || index + 1 == text.size() || !is_digit(text[index - 1]) || !is_digit(text[index + 1])))
      return false;
  std::erase(text, '_');
  return true;
}

std::optional<double> parse_name(std::string_view text) {
  std::string lower(text);
  for (char& character : lower)
    character = static_cast<char>(character >= 'A' && character <= 'Z' ? character + 32 : character);
  if (lower == "inf" || lower == "infinity") return std::numeric_limits<double>::infinity();
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

// For text that from_chars read but could not represent: is it too big (or too small)?
bool is_huge(std::string_view text) {
  size_t mark = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, mark);
  int64_t exponent = 0;
  if (mark != text.size()) {
    bool negative = text[mark + 1] == '-';
    bool has_sign = negative || text[mark + 1] == '+';
    const char* first = text.data() + mark + 1 + has_sign;
    if (std::from_chars(first, text.data() + text.size(), exponent).ec != std::errc{})
      exponent = std::numeric_limits<int32_t>::max();
    exponent = negative ? -exponent : exponent;
  }
  size_t point = std::min(mantissa.find('.'), mantissa.size());
  size_t leading = mantissa.find_first_not_of("0.");
  int64_t place = static_cast<int64_t>(point) - static_cast<int64_t>(leading);
  return place + exponent > 0;
}

std::optional<double> parse_unsigned(std::string_view text) {
  bool begins_like_number = !text.empty() && (is_digit(text[0]) || text[0] == '.');
  if (!begins_like_number) return parse_name(text);
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return is_huge(text) ? std::numeric_limits<double>::infinity() : 0.0;
  return value;
}

} // namespace

std::string repr_of(double value) {
  if (!std::isfinite(value)) return non_finite_text(value);
  Decimal decimal = shortest_decimal(value);
  return decimal.point < -3 || decimal.point > 16 ? scientific(decimal, false) : with_decimal(decimal);
}

std::string repr_of(float value) {
  if (!std::isfinite(value)) return non_finite_text(value);
  double magnitude = std::fabs(double{value});
  bool plain = magnitude == 0.0 || (magnitude >= 1e-4 && magnitude < 1e6);
  Decimal decimal = shortest_decimal(value);
  return plain ? with_decimal(decimal) : scientific(decimal, false);
}

std::string positional_text(double value, int most_decimals) { return positional_text_any(value, most_decimals); }
std::string positional_text(float value, int most_decimals) { return positional_text_any(value, most_decimals); }
std::string scientific_text(double value, int most_decimals) { return scientific_text_any(value, most_decimals); }
std::string scientific_text(float value, int most_decimals) { return scientific_text_any(value, most_decimals); }

std::optional<double> parse_float(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string clean(text);
  if (!remove_underscores(clean)) return std::nullopt;
  bool has_sign = !clean.empty() && (clean[0] == '-' || clean[0] == '+');
  auto value = parse_unsigned(std::string_view(clean).substr(has_sign));
  if (value && clean[0] == '-') return -*value;
  return value;
}

} // namespace pyvm
