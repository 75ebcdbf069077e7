// text % value and text.format(...): both take their fields apart here and leave the numbers to format specs (PEP
// 3101).
#include <charconv>

#include "vm/builtins/attributes.h"
#include "vm/builtins/code_points.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/text.h"

namespace pyvm {

namespace {

// ---- text % value --------------------------------------------------------------------------------------------------

struct Conversion {
  bool left = false, plus = false, space = false, zero = false, alternate = false;
  std::int64_t width = -1, precision = -1;
  char type = 0;
};

// The values on the right of %: a tuple's items, or one value.
class PercentValues {
public:
  explicit PercentValues(const Value& value) {
    if (value.is(Tag::Tuple))
      items_ = value.as<Tuple>().items;
    else
      items_ = std::span(&value, 1);
  }
  const Value& next() {
    if (used_ == items_.size()) raise(ExceptionKind::TypeError, "not enough arguments for format string");
    return items_[used_++];
  }
  bool all_used() const { return used_ == items_.size(); }

private:
  std::span<const Value> items_;
  std::size_t used_ = 0;
};

std::int64_t number_or_star(std::string_view format, std::size_t& at, PercentValues& values) {
  if (at < format.size() && format[at] == '*') {
    ++at;
    const Value& value = values.next();
    if (!value.is(Tag::Int)) raise(ExceptionKind::TypeError, "* wants int");
    return value.as_int();
  }
  std::int64_t number = -1;
  for (; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at) {
    number = (number < 0 ? 0 : number) * 10 + (format[at] - '0');
    if (number > 1000000) raise(ExceptionKind::ValueError, "width too big");
  }
  return number;
}

// Reads what stands behind a '%'; `at` ends behind the type.
Conversion parse_conversion(std::string_view format, std::size_t& at, PercentValues& values) {
  Conversion c;
  for (; at < format.size(); ++at) {
    if (format[at] == '-')
      c.left = true;
    else if (format[at] == '+')
      c.plus = true;
    else if (format[at] == ' ')
      c.space = true;
    else if (format[at] == '0')
      c.zero = true;
    else if (format[at] == '#')
      c.alternate = true;
    else
      break;
  }
  c.width = number_or_star(format, at, values);
  if (c.width < -1) {
    c.left = true;
    c.width = -c.width;
  }
  if (at < format.size() && format[at] == '.') {
    ++at;
    c.precision = std::max<std::int64_t>(number_or_star(format, at, values), 0);
  }
  while (at < format.size() && (format[at] == 'l' || format[at] == 'h' || format[at] == 'L')) ++at;
  if (at == format.size()) raise(ExceptionKind::ValueError, "incomplete format");
  c.type = format[at++];
  return c;
}

std::string number_spec(const Conversion& c, bool with_precision) {
  std::string spec = c.left ? "<" : ">";
  if (c.zero && !c.left) spec = "";
  if (c.plus)
    spec += '+';
  else if (c.space)
    spec += ' ';
  if (c.alternate) spec += '#';
  if (c.zero && !c.left) spec += '0';
  if (c.width >= 0) spec += std::to_string(c.width);
  if (with_precision) spec += fmt::format(".{}", c.precision < 0 ? 6 : c.precision);
  return spec;
}

std::string text_spec(const Conversion& c) {
  std::string spec = c.left ? "<" : ">";
  if (c.width >= 0) spec += std::to_string(c.width);
  if (c.precision >= 0) spec += fmt::format(".{}", c.precision);
  return spec;
}

std::string percent_integer(CallContext& context, const Conversion& c, const Value& value) {
  const bool decimal = c.type == 'd' || c.type == 'i' || c.type == 'u';
  if (!value.is_number())
    raise(ExceptionKind::TypeError, "%{} format: {} is required, not {}", c.type,
          decimal ? "a real number" : "an integer", type_name_of(value));
  if (!decimal && is_float(value.scalar_kind()))
    raise(ExceptionKind::TypeError, "%{} format: an integer is required, not {}", c.type, type_name_of(value));
  const Value whole = value.is(Tag::NpUInt64) ? value : to_python_int(context, value);
  return format_value(context, whole, number_spec(c, false) + (decimal ? 'd' : c.type));
}

std::string percent_character(CallContext& context, const Conversion& c, const Value& value) {
  Value text = value;
  if (value.is(Tag::Int)) {
    if (value.as_int() < 0 || value.as_int() > 0x10ffff)
      raise(ExceptionKind::OverflowError, "%c arg not in range(0x110000)");
    text = make_str(character(static_cast<std::uint32_t>(value.as_int())));
  }
  if (!text.is(Tag::Str) || length_of_text(text.as<Str>().text) != 1)
    raise(ExceptionKind::TypeError, "%c requires int or char");
  return format_value(context, text, text_spec(c));
}

std::string percent_one(CallContext& context, const Conversion& c, PercentValues& values, std::size_t at) {
  switch (c.type) {
  case 's':
    return format_value(context, make_str(str_of(context, values.next())), text_spec(c));
  case 'r':
  case 'a':
    return format_value(context, make_str(repr_of(context, values.next())), text_spec(c));
  case 'c':
    return percent_character(context, c, values.next());
  case 'd':
  case 'i':
  case 'u':
  case 'x':
  case 'X':
  case 'o':
    return percent_integer(context, c, values.next());
  case 'e':
  case 'E':
  case 'f':
  case 'F':
  case 'g':
  case 'G': {
    const Value& value = values.next();
    if (!value.is_number()) raise(ExceptionKind::TypeError, "must be real number, not {}", type_name_of(value));
    return format_value(context, Value::floating(as_double(value.scalar_kind(), value.bits())),
                        number_spec(c, true) + c.type);
  }
  default:
    raise(ExceptionKind::ValueError, "unsupported format character '{}' (0x{:x}) at index {}", c.type,
          static_cast<unsigned char>(c.type), at);
  }
}

// ---- text.format(...) ----------------------------------------------------------------------------------------------

class BraceFormatter {
public:
  BraceFormatter(CallContext& context, const Arguments& arguments) : context_(context), arguments_(arguments) {}

  std::string expand(std::string_view format, int depth) {
    if (depth > 2) raise(ExceptionKind::ValueError, "Max string recursion exceeded");
    std::string out;
    for (std::size_t at = 0; at < format.size(); ++at) {
      const char c = format[at];
      if (c != '{' && c != '}') {
        out += c;
        continue;
      }
      if (at + 1 < format.size() && format[at + 1] == c) {
        out += c;
        ++at;
        continue;
      }
      if (c == '}') raise(ExceptionKind::ValueError, "Single '}}' encountered in format string");
      const std::size_t end = end_of_field(format, at + 1);
      out += field(format.substr(at + 1, end - at - 1), depth);
      at = end;
    }
    return out;
  }

private:
  static std::size_t end_of_field(std::string_view format, std::size_t at) {
    if (at == format.size()) raise(ExceptionKind::ValueError, "Single '{{' encountered in format string");
    for (int open = 1; at < format.size(); ++at) {
      if (format[at] == '{') ++open;
      if (format[at] == '}' && --open == 0) return at;
    }
    raise(ExceptionKind::ValueError, "expected '}}' before end of string");
  }

  // name [!conversion] [:spec]
  std::string field(std::string_view text, int depth) {
    const std::size_t name_end = std::min(text.find_first_of("!:"), text.size());
    Value value = named(text.substr(0, name_end));
    text.remove_prefix(name_end);
    if (text.starts_with('!')) {
      if (text.size() < 2 || (text.size() > 2 && text[2] != ':'))
        raise(ExceptionKind::ValueError, "expected ':' after conversion specifier");
      if (text[1] != 's' && text[1] != 'r' && text[1] != 'a')
        raise(ExceptionKind::ValueError, "Unknown conversion specifier '{}'", text[1]);
      value = make_str(text[1] == 's' ? str_of(context_, value) : repr_of(context_, value));
      text.remove_prefix(2);
    }
    if (text.starts_with(':')) text.remove_prefix(1);
    return format_value(context_, value, text.find('{') == text.npos ? std::string(text) : expand(text, depth + 1));
  }

  // "", "0", "name", each with ".attribute" parts behind it.
  Value named(std::string_view text) {
    const std::size_t first_end = std::min(text.find_first_of(".["), text.size());
    Value value = argument(text.substr(0, first_end));
    text.remove_prefix(first_end);
    while (!text.empty()) {
      if (text[0] == '[')
        raise(ExceptionKind::NotImplementedError, "pyvm: subscripts in format fields are not supported yet");
      const std::size_t end = std::min(text.find_first_of(".[", 1), text.size());
      value = get_attribute(context_, value, std::string(text.substr(1, end - 1)));
      text.remove_prefix(end);
    }
    return value;
  }

  Value argument(std::string_view name) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool numbered = error == std::errc() && end == name.data() + name.size();
    if (name.empty() || numbered) {
      switch_numbering(name.empty());
      if (name.empty()) index = next_++;
      if (index >= arguments_.positional.size())
        raise(ExceptionKind::IndexError, "Replacement index {} out of range for positional args tuple", index);
      return arguments_.positional[index];
    }
    for (const Keyword& keyword : arguments_.keywords)
      if (keyword.name == name) return keyword.value;
    raise(ExceptionKind::KeyError, "{}", quoted(name));
  }

  void switch_numbering(bool automatic) {
    if (automatic ? manual_ : next_ > 0)
      raise(ExceptionKind::ValueError, "cannot switch from {} to {}",
            automatic ? "manual field specification" : "automatic field numbering",
            automatic ? "automatic field numbering" : "manual field specification");
    manual_ = !automatic;
  }

  CallContext& context_;
  const Arguments& arguments_;
  std::size_t next_ = 0;
  bool manual_ = false;
};

} // namespace

std::string percent_format(CallContext& context, std::string_view format, const Value& value) {
  PercentValues values(value);
  std::string out;
  for (std::size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    ++at;
    const Conversion c = parse_conversion(format, at, values);
    out += c.type == '%' ? "%" : percent_one(context, c, values, at - 1);
  }
  if (!values.all_used()) raise(ExceptionKind::TypeError, "not all arguments converted during string formatting");
  return out;
}

std::string brace_format(CallContext& context, std::string_view format, const Arguments& arguments) {
  return BraceFormatter(context, arguments).expand(format, 0);
}

} // namespace pyvm
