// format(value, spec) as CPython 3.11 does it (Python/formatter_unicode.c): parse the spec, make the number's digits,
// then lay out sign, prefix, padding and grouping. The order of the checks, and so of the messages, is CPython's.

#include "vm/semantics/float_text.h"

#include "vm/support/utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace pyvm {
namespace {

struct FormatSpec {
  std::string fill = " "; // one code point
  char align = 0;         // < > ^ =
  bool align_given = false;
  char sign = 0; // + - space, or 0 when none was given
  bool no_negative_zero = false;
  bool alternate = false;
  int64_t width = -1;
  char grouping = 0; // , or _
  int64_t precision = -1;
  std::string type; // empty or one code point
};

// Thrown inside this file alone and caught in `guarded`: the message of the guest's exception.
struct Refused {
  std::string message;
  FormatStatus status = FormatStatus::ValueError;
};

bool is_align(char character) { return character == '<' || character == '>' || character == '=' || character == '^'; }
bool is_digit(char character) { return character >= '0' && character <= '9'; }

// Reads one spec from left to right.
class SpecParser {
public:
  SpecParser(std::string_view text, std::string_view value_type)
      : text_(text), value_type_(value_type), is_text_(value_type == "str") {}

  FormatSpec parse() {
    spec_.align = is_text_ ? '<' : '>';
    parse_fill_and_align();
    parse_flags();
    spec_.width = parse_number();
    parse_grouping();
    parse_precision();
    parse_type();
    check_grouping();
    return spec_;
  }

private:
  bool at(char wanted) const { return position_ < text_.size() && text_[position_] == wanted; }
  bool take(char wanted) {
    bool found = at(wanted);
    position_ += found;
    return found;
  }

  void parse_fill_and_align() {
    if (text_.empty()) return;
    size_t after_first = 0;
    decode_utf8(text_, after_first);
    if (after_first < text_.size() && is_align(text_[after_first])) {
      spec_.fill = std::string(text_.substr(0, after_first));
      fill_given_ = true;
      position_ = after_first;
    }
    if (position_ < text_.size() && is_align(text_[position_])) {
      spec_.align = text_[position_++];
      spec_.align_given = true;
    }
  }

  void parse_flags() {
    if (at('+') || at('-') || at(' ')) spec_.sign = text_[position_++];
    spec_.no_negative_zero = take('z');
    spec_.alternate = take('#');
    if (!fill_given_ && take('0')) {
      spec_.fill = "0";
      if (!spec_.align_given && !is_text_) spec_.align = '=';
    }
  }

  int64_t parse_number() {
    size_t begin = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    if (begin == position_) return -1;
    int64_t number = 0;
    if (std::from_chars(text_.data() + begin, text_.data() + position_, number).ec != std::errc{})
      throw Refused{"Too many decimal digits in format string"};
    return number;
  }

  void parse_grouping() {
    if (take(',')) spec_.grouping = ',';
    if (take('_')) {
      if (spec_.grouping != 0) throw Refused{"Cannot specify both ',' and '_'."};
      spec_.grouping = '_';
    }
    if (at(',') && spec_.grouping == '_') throw Refused{"Cannot specify both ',' and '_'."};
  }

  void parse_precision() {
    if (!take('.')) return;
    spec_.precision = parse_number();
    if (spec_.precision < 0) throw Refused{"Format specifier missing precision"};
  }

  void parse_type() {
    size_t begin = position_;
    if (begin == text_.size()) return;
    decode_utf8(text_, position_);
    if (position_ != text_.size())
      throw Refused{"Invalid format specifier '" + std::string(text_) + "' for object of type '" +
                    std::string(value_type_) + "'"};
    spec_.type = std::string(text_.substr(begin));
  }

  void check_grouping() const {
    constexpr std::string_view decimal_types = "deEfFgG%";
    constexpr std::string_view binary_types = "boxX";
    std::string type = spec_.type.empty() && is_text_ ? "s" : spec_.type;
    if (spec_.grouping == 0 || type.empty() || decimal_types.find(type) != std::string_view::npos) return;
    if (spec_.grouping == '_' && binary_types.find(type) != std::string_view::npos) return;
    throw Refused{std::string("Cannot specify '") + spec_.grouping + "' with '" + type + "'."};
  }

  std::string_view text_;
  std::string_view value_type_;
  bool is_text_;
  size_t position_ = 0;
  bool fill_given_ = false;
  FormatSpec spec_;
};

Refused unknown_type(const FormatSpec& spec, std::string_view value_type) {
  return {"Unknown format code '" + spec.type + "' for object of type '" + std::string(value_type) + "'"};
}

// A number taken apart: sign, prefix ("0x"), digits that grouping and zero padding apply to, and the rest
// (point, decimals, exponent, percent sign; or "inf", "nan").
struct NumberParts {
  bool negative = false;
  std::string prefix;
  std::string digits;
  std::string rest;
};

std::string repeat(const std::string& unit, int64_t times) {
  std::string text;
  for (int64_t index = 0; index < times; ++index) text += unit;
  return text;
}

// Inserts separators from the right and extends with zeros until the text has `least_width` characters.
std::string group_digits(const std::string& digits, char separator, int64_t group, int64_t least_width) {
  std::string reversed;
  int64_t remaining = static_cast<int64_t>(digits.size());
  while (true) {
    int64_t take = std::min(group, std::max({remaining, least_width, int64_t{1}}));
    for (int64_t index = 0; index < take; ++index)
      reversed += index < remaining ? digits[static_cast<size_t>(remaining - 1 - index)] : '0';
    remaining -= take;
    least_width -= take;
    if (remaining <= 0 && least_width <= 0) break;
    reversed += separator;
    --least_width;
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::string pad(const std::string& text, int64_t length, const FormatSpec& spec) {
  int64_t total = std::max<int64_t>(0, spec.width - length);
  int64_t left = spec.align == '>' ? total : spec.align == '^' ? total / 2 : 0;
  return repeat(spec.fill, left) + text + repeat(spec.fill, total - left);
}

std::string lay_out(const NumberParts& parts, const FormatSpec& spec, int64_t group) {
  std::string sign;
  if (parts.negative)
    sign = "-";
  else if (spec.sign == '+' || spec.sign == ' ')
    sign = spec.sign;
  int64_t fixed = static_cast<int64_t>(sign.size() + parts.prefix.size() + parts.rest.size());
  bool zeros = spec.fill == "0" && spec.align == '=';
  std::string digits = parts.digits;
  int64_t least_width = zeros ? std::max<int64_t>(0, spec.width - fixed) : 0;
  if (!digits.empty() && spec.grouping != 0)
    digits = group_digits(digits, spec.grouping, group, least_width);
  else if (!digits.empty())
    digits.insert(0, static_cast<size_t>(std::max<int64_t>(0, least_width - static_cast<int64_t>(digits.size()))), '0');
  int64_t length = fixed + static_cast<int64_t>(digits.size());
  if (spec.align != '=') return pad(sign + parts.prefix + digits + parts.rest, length, spec);
  return sign + parts.prefix + repeat(spec.fill, spec.width - length) + digits + parts.rest;
}

// ---- floats ----------------------------------------------------------------------------------------------------

// A precision beyond this is refused as too big; no double has more digits than a tenth of it.
constexpr int64_t most_precision = std::numeric_limits<int32_t>::max();

std::string to_chars_text(double value, std::chars_format format, int64_t precision) {
  // Every digit behind the 1100th is a zero, which to_chars would have to write as well.
  std::string buffer(static_cast<size_t>(precision) + 400, '\0');
  char* first = buffer.data();
  auto result = std::to_chars(first, first + buffer.size(), value, format, static_cast<int>(precision));
  buffer.resize(static_cast<size_t>(result.ptr - first));
  return buffer;
}

void strip_trailing_zeros(std::string& mantissa) {
  if (mantissa.find('.') == std::string::npos) return;
  while (mantissa.back() == '0') mantissa.pop_back();
  if (mantissa.back() == '.') mantissa.pop_back();
}

void force_point(std::string& mantissa) {
  if (mantissa.find('.') == std::string::npos) mantissa += '.';
}

// The digits of a finite value >= 0 under type e.
std::string exponent_form(double value, int64_t precision, bool alternate) {
  std::string text = to_chars_text(value, std::chars_format::scientific, precision);
  size_t mark = text.find('e');
  std::string mantissa = text.substr(0, mark);
  if (alternate) force_point(mantissa);
  return mantissa + text.substr(mark);
}

std::string fixed_form(double value, int64_t precision, bool alternate) {
  std::string text = to_chars_text(value, std::chars_format::fixed, precision);
  if (alternate) force_point(text);
  return text;
}

// Type g, or with `keeps_point` the form of an omitted type with a precision: at least one digit behind the point, and
// an exponent one digit earlier.
std::string general_form(double value, int64_t precision, bool alternate, bool keeps_point) {
  precision = std::max<int64_t>(1, precision);
  std::string text = to_chars_text(value, std::chars_format::scientific, precision - 1);
  size_t mark = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + mark + (text[mark + 1] == '+' ? 2 : 1), text.data() + text.size(), exponent);
  if (exponent < -4 || exponent >= precision - (keeps_point ? 1 : 0)) {
    std::string mantissa = text.substr(0, mark);
    if (alternate)
      force_point(mantissa);
    else
      strip_trailing_zeros(mantissa);
    return mantissa + text.substr(mark);
  }
  std::string plain = to_chars_text(value, std::chars_format::fixed, precision - 1 - exponent);
  if (alternate)
    force_point(plain);
  else
    strip_trailing_zeros(plain);
  if (keeps_point && plain.find('.') == std::string::npos)
    plain += ".0";
  else if (keeps_point && plain.back() == '.')
    plain += '0';
  return plain;
}

// The repr, with a point forced into the mantissa under '#'.
std::string shortest_form(double value, bool alternate) {
  std::string text = repr_of(value);
  size_t mark = std::min(text.find('e'), text.size());
  std::string mantissa = text.substr(0, mark);
  if (alternate) force_point(mantissa);
  return mantissa + text.substr(mark);
}

std::string magnitude_text(double value, const FormatSpec& spec) {
  char type = spec.type.empty() ? 0 : spec.type[0];
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return "inf";
  int64_t precision = spec.precision;
  if (type == 0)
    return precision < 0 ? shortest_form(value, spec.alternate) : general_form(value, precision, spec.alternate, true);
  if (precision < 0) precision = 6;
  if (type == 'e' || type == 'E') return exponent_form(value, precision, spec.alternate);
  if (type == 'g' || type == 'G' || type == 'n') return general_form(value, precision, spec.alternate, false);
  return fixed_form(value, precision, spec.alternate);
}

bool all_zeros(const std::string& text) {
  size_t mark = std::min(text.find('e'), text.size());
  return text.substr(0, mark).find_first_not_of("0.") == std::string::npos;
}

std::string format_float_with(double value, const FormatSpec& spec, std::string_view value_type) {
  constexpr std::string_view known_types = "eEfFgGn%";
  if (!spec.type.empty() && known_types.find(spec.type) == std::string_view::npos) throw unknown_type(spec, value_type);
  if (spec.precision > most_precision) throw Refused{"precision too big"};
  bool percent = spec.type == "%";
  if (percent) value *= 100;
  NumberParts parts;
  parts.negative = std::signbit(value) && !std::isnan(value);
  std::string text = magnitude_text(std::fabs(value), spec);
  if (spec.no_negative_zero && std::isfinite(value) && all_zeros(text)) parts.negative = false;
  if (spec.type == "E" || spec.type == "F" || spec.type == "G")
    for (char& character : text)
      character = static_cast<char>(character >= 'a' && character <= 'z' ? character - 32 : character);
  size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  parts.digits = text.substr(0, digits);
  parts.rest = text.substr(digits) + (percent ? "%" : "");
  return lay_out(parts, spec, 3);
}

// ---- ints --------------------------------------------------------------------------------------------------------

std::string format_character(bool negative, uint64_t magnitude, const FormatSpec& spec) {
  if (spec.sign != 0) throw Refused{"Sign not allowed with integer format specifier 'c'"};
  if (spec.alternate) throw Refused{"Alternate form (#) not allowed with integer format specifier 'c'"};
  if (negative || magnitude > 0x10ffff) throw Refused{"%c arg not in range(0x110000)", FormatStatus::OverflowError};
  NumberParts parts;
  append_utf8(parts.rest, static_cast<uint32_t>(magnitude));
  FormatSpec padded = spec;
  if (padded.width > 0) // lay_out counts bytes
    padded.width += static_cast<int64_t>(parts.rest.size()) - 1;
  return lay_out(parts, padded, 3);
}

int base_of(char type) {
  switch (type) {
  case 'b':
    return 2;
  case 'o':
    return 8;
  case 'x':
  case 'X':
    return 16;
  default:
    return 10;
  }
}

std::string format_integer_with(bool negative, uint64_t magnitude, const FormatSpec& spec) {
  char type = spec.type.empty() ? 'd' : spec.type[0];
  if (spec.precision >= 0) throw Refused{"Precision not allowed in integer format specifier"};
  if (spec.no_negative_zero) throw Refused{"Negative zero coercion (z) not allowed in integer format specifier"};
  if (type == 'c') return format_character(negative, magnitude, spec);
  int base = base_of(type);
  char buffer[64];
  char* end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, base).ptr;
  NumberParts parts;
  parts.negative = negative;
  parts.digits.assign(buffer, end);
  if (spec.alternate && base != 10) parts.prefix = std::string("0") + type;
  if (type == 'X')
    for (char& character : parts.digits)
      character = static_cast<char>(character >= 'a' && character <= 'f' ? character - 32 : character);
  return lay_out(parts, spec, base == 10 ? 3 : 4);
}

std::string format_integer(bool negative, uint64_t magnitude, std::string_view text, std::string_view value_type) {
  FormatSpec spec = SpecParser(text, value_type).parse();
  constexpr std::string_view integer_types = "bcdoxXn";
  constexpr std::string_view float_types = "eEfFgG%";
  if (spec.type.empty() || integer_types.find(spec.type) != std::string_view::npos)
    return format_integer_with(negative, magnitude, spec);
  if (float_types.find(spec.type) == std::string_view::npos) throw unknown_type(spec, value_type);
  double value = static_cast<double>(magnitude);
  return format_float_with(negative ? -value : value, spec, value_type);
}

// ---- text ----------------------------------------------------------------------------------------------------------

std::string first_code_points(std::string_view value, int64_t count) {
  size_t position = 0;
  for (int64_t index = 0; index < count && position < value.size(); ++index) decode_utf8(value, position);
  return std::string(value.substr(0, position));
}

std::string format_text_with(std::string_view value, const FormatSpec& spec) {
  if (!spec.type.empty() && spec.type != "s") throw unknown_type(spec, "str");
  if (spec.sign != 0)
    throw Refused{spec.sign == ' ' ? "Space not allowed in string format specifier"
                                   : "Sign not allowed in string format specifier"};
  if (spec.no_negative_zero) throw Refused{"Negative zero coercion (z) not allowed in string format specifier"};
  if (spec.alternate) throw Refused{"Alternate form (#) not allowed in string format specifier"};
  if (spec.align == '=') throw Refused{"'=' alignment not allowed in string format specifier"};
  std::string text = spec.precision < 0 ? std::string(value) : first_code_points(value, spec.precision);
  return pad(text, count_code_points(text), spec);
}

template <typename F> FormatResult guarded(F format) {
  try {
    return {FormatStatus::Ok, format()};
  } catch (Refused& refused) {
    return {refused.status, std::move(refused.message)};
  }
}

} // namespace

FormatResult format_int(int64_t value, std::string_view spec) {
  uint64_t bits = static_cast<uint64_t>(value);
  return guarded([=] { return format_integer(value < 0, value < 0 ? 0 - bits : bits, spec, "int"); });
}

FormatResult format_uint(uint64_t value, std::string_view spec) {
  return guarded([=] { return format_integer(false, value, spec, "int"); });
}

FormatResult format_bool(bool value, std::string_view spec) {
  if (spec.empty()) return {FormatStatus::Ok, value ? "True" : "False"};
  return guarded([=] { return format_integer(false, value, spec, "bool"); });
}

FormatResult format_float(double value, std::string_view spec) {
  return guarded([=] { return format_float_with(value, SpecParser(spec, "float").parse(), "float"); });
}

FormatResult format_text(std::string_view value, std::string_view spec) {
  return guarded([=] { return format_text_with(value, SpecParser(spec, "str").parse()); });
}

} // namespace pyvm
