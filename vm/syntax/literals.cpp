// Decoding of literals, following CPython's Parser/string_parser.c and pegen.c; see literals.h.

#include "vm/syntax/literals.h"

#include "vm/support/utf8.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

using Decoded = std::variant<ConstantValue, LiteralError>;

constexpr std::size_t maximum_decimal_digits = 4300; // sys.int_info.default_max_str_digits

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 16;
}

// std::from_chars says that a number does not fit a double, and not on which side.
double beyond_double(std::string_view digits) {
  std::size_t mark = std::min(digits.find_first_of("eE"), digits.size());
  std::string_view mantissa = digits.substr(0, mark);
  bool has_exponent = mark < digits.size();
  bool has_whole_part = mantissa.find_first_of("123456789") < std::min(mantissa.find('.'), mantissa.size());
  bool large = has_exponent ? digits[mark + 1] != '-' : has_whole_part;
  return large ? std::numeric_limits<double>::infinity() : 0.0;
}

double decode_double(std::string_view digits) {
  double value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc::result_out_of_range ? beyond_double(digits) : value;
}

Decoded decode_integer(std::string digits) {
  std::string_view rest = digits;
  char marker = digits.size() > 2 ? static_cast<char>(digits[1] | 0x20) : '0';
  int base = marker == 'x' ? 16 : marker == 'o' ? 8 : marker == 'b' ? 2 : 10;
  if (base != 10)
    rest.remove_prefix(2);
  else if (digits.size() > maximum_decimal_digits)
    return LiteralError{
        fmt::format("Exceeds the limit ({} digits) for integer string conversion: value has {} digits; use "
                    "sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge "
                    "integer literals to avoid decimal conversion limits.",
                    maximum_decimal_digits, digits.size())};
  ConstantValue result;
  result.kind = ConstantKind::Int;
  for (char c : rest) {
    bool overflows = __builtin_mul_overflow(result.integer, base, &result.integer) ||
                     __builtin_add_overflow(result.integer, digit_value(c), &result.integer);
    if (!overflows) continue;
    result.kind = ConstantKind::LargeInt;
    result.integer = 0;
    result.text = std::move(digits);
    break;
  }
  return result;
}

// Decodes escapes into `value.text`; `position` counts as CPython does, whose decoder has every character beyond ASCII
// rewritten to ten bytes, \UXXXXXXXX, before it looks for escapes.
class StringDecoder {
public:
  StringDecoder(std::string_view text, bool bytes) : text_(text), bytes_(bytes) {
    value_.kind = bytes ? ConstantKind::Bytes : ConstantKind::String;
  }

  Decoded run() {
    while (at_ < text_.size() && error_.empty()) {
      if (text_[at_] == '\\')
        escape();
      else
        value_.text += text_[at_++];
    }
    if (!error_.empty()) return LiteralError{std::move(error_)};
    return std::move(value_);
  }

private:
  void escape() {
    std::size_t begin = at_++;
    char c = at_ < text_.size() ? text_[at_++] : '\\';
    static constexpr std::string_view letters = "\\'\"abfnrtv", meanings = "\\'\"\a\b\f\n\r\t\v";
    if (c == '\n') return;
    if (std::size_t index = letters.find(c); index != std::string_view::npos)
      value_.text += meanings[index];
    else if (c >= '0' && c <= '7')
      octal(c - '0');
    else if (c == 'x')
      hexadecimal(begin, 2, "\\xXX");
    else if (c == 'u' && !bytes_)
      hexadecimal(begin, 4, "\\uXXXX");
    else if (c == 'U' && !bytes_)
      hexadecimal(begin, 8, "\\UXXXXXXXX");
    else if (c == 'N' && !bytes_)
      named(begin);
    else
      value_.text += text_.substr(begin, at_ - begin);
  }

  void append(uint32_t code) {
    if (bytes_)
      value_.text += static_cast<char>(code);
    else
      append_utf8(value_.text, code);
  }

  void octal(int first) {
    uint32_t code = static_cast<uint32_t>(first);
    for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++i)
      code = code * 8 + static_cast<uint32_t>(text_[at_++] - '0');
    append(code);
  }

  void hexadecimal(std::size_t begin, int length, const char* form) {
    uint32_t code = 0;
    for (int i = 0; i < length; ++i) {
      int digit = at_ < text_.size() ? digit_value(text_[at_]) : 16;
      if (digit == 16) {
        if (bytes_)
          error_ = fmt::format("(value error) invalid \\x escape at position {}", position(begin));
        else
          fail(begin, at_, fmt::format("truncated {} escape", form));
        return;
      }
      code = code * 16 + static_cast<uint32_t>(digit);
      ++at_;
    }
    if (code > 0x10ffff)
      fail(begin, at_, "illegal Unicode character");
    else
      append(code);
  }

  // The names of characters are a megabyte that pyvm does not carry: the literal is kept as written, and refused.
  void named(std::size_t begin) {
    std::size_t end = text_.find('}', at_);
    if (at_ >= text_.size() || text_[at_] != '{' || end == std::string_view::npos || end == at_ + 1) {
      fail(begin, std::min(at_ + (at_ < text_.size() && text_[at_] == '{' ? 1 : 0), text_.size()),
           "malformed \\N character escape");
      return;
    }
    value_.kind = ConstantKind::NamedEscape;
    at_ = end + 1;
    value_.text += text_.substr(begin, at_ - begin);
  }

  std::size_t position(std::size_t index) const {
    std::size_t result = 0;
    for (std::size_t i = 0; i < index;) {
      std::size_t character = i;
      decode_utf8(text_, i);
      result += i - character > 1 ? 10 : 1;
    }
    return result;
  }

  void fail(std::size_t begin, std::size_t end, const std::string& reason) {
    error_ = fmt::format("(unicode error) 'unicodeescape' codec can't decode bytes in position {}-{}: {}",
                         position(begin), position(end) - 1, reason);
  }

  std::string_view text_;
  bool bytes_;
  std::size_t at_ = 0;
  ConstantValue value_;
  std::string error_;
};

Decoded plain_text(std::string_view text, ConstantKind kind) {
  ConstantValue value;
  value.kind = kind;
  value.text = text;
  return value;
}

} // namespace

Decoded decode_number(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != '_'; });
  bool has_base =
      digits.size() > 1 && digits[0] == '0' && std::string_view("xXoObB").find(digits[1]) != std::string::npos;
  ConstantValue result;
  if (!has_base && (digits.back() == 'j' || digits.back() == 'J')) {
    digits.pop_back();
    result.kind = ConstantKind::Complex;
    result.number = decode_double(digits);
    return result;
  }
  if (has_base || digits.find_first_of(".eE") == std::string::npos) return decode_integer(std::move(digits));
  result.kind = ConstantKind::Float;
  result.number = decode_double(digits);
  return result;
}

Decoded decode_string_body(std::string_view text, bool raw) {
  return raw ? plain_text(text, ConstantKind::String) : StringDecoder(text, false).run();
}

Decoded decode_string(std::string_view text) {
  std::size_t quote = text.find_first_of("'\"");
  std::string_view prefix = text.substr(0, quote);
  std::size_t size =
      text.size() >= quote + 6 && text[quote + 1] == text[quote] && text[quote + 2] == text[quote] ? 3 : 1;
  std::string_view body = text.substr(quote + size, text.size() - quote - 2 * size);
  bool raw = prefix.find_first_of("rR") != std::string_view::npos;
  if (prefix.find_first_of("bB") == std::string_view::npos) return decode_string_body(body, raw);
  if (std::any_of(body.begin(), body.end(), [](char c) { return static_cast<signed char>(c) < 0; }))
    return LiteralError{"bytes can only contain ASCII literal characters"};
  return raw ? plain_text(body, ConstantKind::Bytes) : StringDecoder(body, true).run();
}

} // namespace pyvm::syntax
