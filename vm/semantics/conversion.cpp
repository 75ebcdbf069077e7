// Conversion by kinds at run time, and round(x, digits): decimal rounding of a double, exact as CPython's, which rounds
// the decimal expansion of x.

#include "vm/semantics/conversion.h"

#include "vm/support/assert.h"

#include <array>
#include <charconv>
#include <string_view>

namespace pyvm {
namespace {

// Enough for every decimal digit of every double (at most 767), its sign, point and exponent.
using DigitBuffer = std::array<char, 1200>;

// CPython's limits: beyond them the result is x itself or a zero.
constexpr int64_t most_digits = 323;
constexpr int64_t fewest_digits = -308;

std::string_view scientific(DigitBuffer& buffer, double value, int precision) {
  auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific, precision);
  PYVM_ASSERT(error == std::errc{}, "the buffer holds every double");
  return {buffer.data(), static_cast<size_t>(end - buffer.data())};
}

double read_back(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  return value;
}

int exponent_of(std::string_view text) {
  size_t mark = text.find('e');
  int exponent = 0;
  const char* first = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(first, text.data() + text.size(), exponent);
  return exponent;
}

// Rounds to a power of ten that is one above the leading digit: up to that power or down to zero.
double round_above_leading_digit(std::string_view all_digits, int64_t power, double value) {
  size_t first = all_digits[0] == '-' ? 1 : 0;
  bool above_half = all_digits[first] > '5';
  if (all_digits[first] == '5') {
    std::string_view rest = all_digits.substr(first + 1, all_digits.find('e') - first - 1);
    above_half = rest.find_first_not_of(".0") != std::string_view::npos;
  }
  if (!above_half) return 0.0 * value;
  DigitBuffer buffer;
  char* out = buffer.data();
  if (value < 0) *out++ = '-';
  *out++ = '1';
  *out++ = 'e';
  out = std::to_chars(out, buffer.data() + buffer.size(), power).ptr;
  return read_back({buffer.data(), static_cast<size_t>(out - buffer.data())});
}

} // namespace

ScalarBits convert_unlike_bits(ScalarBits bits, ScalarKind from, ScalarKind to) {
  return visit_kind(from, [bits, to](auto from_tag) {
    using From = typename decltype(from_tag)::type;
    return visit_kind(to, [bits](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      return to_bits<To>(convert<To, From>(from_bits<From>(bits)));
    });
  });
}

double round_to_digits(double value, int64_t digits) {
  if (!std::isfinite(value) || value == 0.0 || digits > most_digits) return value;
  if (digits < fewest_digits) return 0.0 * value;
  DigitBuffer buffer;
  std::string_view all_digits = scientific(buffer, value, 800);
  int64_t precision = exponent_of(all_digits) + digits;
  if (precision < -1) return 0.0 * value;
  if (precision == -1) return round_above_leading_digit(all_digits, -digits, value);
  if (precision >= 800) return value;
  return read_back(scientific(buffer, value, static_cast<int>(precision)));
}

} // namespace pyvm
