// Numbers from text.
#include "vm/builtins/parse_numbers.h"

#include "vm/builtins/numbers.h"
#include "vm/builtins/text.h"
#include "vm/semantics/float_text.h"

namespace pyvm {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view stripped(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// 36 for what is no digit in any base.
int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 36;
}

int base_of_prefix(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return 0;
  switch (text[1] | 0x20) {
  case 'x':
    return 16;
  case 'o':
    return 8;
  case 'b':
    return 2;
  default:
    return 0;
  }
}

} // namespace

std::int64_t int_from_text(std::string_view text, std::int64_t base) {
  if (base != 0 && (base < 2 || base > 36)) raise(ExceptionKind::ValueError, "int() base must be >= 2 and <= 36, or 0");
  auto fail = [&] {
    raise(ExceptionKind::ValueError, "invalid literal for int() with base {}: {}", base, quoted(text));
  };
  std::string_view rest = stripped(text);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  std::int64_t radix = base;
  bool underscore_allowed = false;
  if (const int prefix = base_of_prefix(rest); prefix && (base == 0 || base == prefix)) {
    radix = prefix;
    rest.remove_prefix(2);
    underscore_allowed = true;
  } else if (base == 0) {
    radix = 10;
    // "010" means nothing in Python 3; zeros alone are zero.
    if (rest.size() > 1 && rest[0] == '0' && rest.find_first_not_of("0_") != rest.npos) fail();
  }
  unsigned __int128 value = 0;
  bool any = false;
  for (char c : rest) {
    if (c == '_') {
      if (!underscore_allowed) fail();
      underscore_allowed = false;
      continue;
    }
    if (digit_value(c) >= radix) fail();
    value = value * static_cast<unsigned>(radix) + static_cast<unsigned>(digit_value(c));
    if (value >> 64) raise_int_too_large();
    any = underscore_allowed = true;
  }
  if (!any || rest.back() == '_') fail();
  const unsigned __int128 limit = (static_cast<unsigned __int128>(1) << 63) - (negative ? 0 : 1);
  if (value > limit) raise_int_too_large();
  const auto magnitude = static_cast<std::uint64_t>(value);
  return static_cast<std::int64_t>(negative ? std::uint64_t{0} - magnitude : magnitude);
}

double float_from_text(std::string_view text) {
  if (const std::optional<double> value = parse_float(text)) return *value;
  raise(ExceptionKind::ValueError, "could not convert string to float: {}", quoted(text));
}

} // namespace pyvm
