// Methods of str, tuple and range.
#include <cwctype>
#include <locale.h>

#include "vm/builtins/arguments.h"
#include "vm/builtins/code_points.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/native.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/subscript.h"
#include "vm/builtins/text.h"
#include "vm/support/utf8.h"

namespace pyvm::native {

namespace {

const std::string& self_of(const Arguments& arguments) { return arguments.positional[0].as<Str>().text; }

// Classes and cases of Unicode, whatever the process's locale.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

template <class F> std::string mapped(const std::string& text, F&& map) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) append_utf8(out, static_cast<std::uint32_t>(map(decode_utf8(text, at))));
  return out;
}

// True when there is a character and all are of the class.
template <class F> Value all_characters(const Arguments& arguments, const char* name, F&& test) {
  no_arguments(without_self(arguments), name);
  const std::string& text = self_of(arguments);
  for (std::size_t at = 0; at < text.size();)
    if (!test(static_cast<wint_t>(decode_utf8(text, at)))) return Value::boolean(false);
  return Value::boolean(!text.empty());
}

Value stripped(const Arguments& arguments, const char* name, bool left, bool right) {
  const Arguments given = without_self(arguments);
  check_positional(given, name, 0, 1);
  std::string_view text = self_of(arguments);
  std::string characters = " \t\n\r\v\f";
  if (!given.positional.empty() && !given.positional[0].is(Tag::None)) {
    if (!given.positional[0].is(Tag::Str)) raise(ExceptionKind::TypeError, "{} arg must be None or str", name);
    characters = given.positional[0].as<Str>().text;
  }
  if (left) text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
  if (right) text = text.substr(0, text.find_last_not_of(characters) + 1);
  return make_str(std::string(text));
}

Value has_affix(const Arguments& arguments, const char* name, bool at_start) {
  const Arguments given = without_self(arguments);
  check_positional(given, name, 1, 1);
  const std::string& text = self_of(arguments);
  const Value& wanted = given.positional[0];
  auto matches = [&](const Value& affix) {
    if (!affix.is(Tag::Str))
      raise(ExceptionKind::TypeError, "{} first arg must be str or a tuple of str, not {}", name, type_name_of(affix));
    return at_start ? text.starts_with(affix.as<Str>().text) : text.ends_with(affix.as<Str>().text);
  };
  if (!wanted.is(Tag::Tuple)) return Value::boolean(matches(wanted));
  for (const Value& affix : wanted.as<Tuple>().items)
    if (matches(affix)) return Value::boolean(true);
  return Value::boolean(false);
}

enum class Side { Left, Right, Both };

Value padded(const Arguments& arguments, const char* name, Side text_side) {
  const Arguments given = without_self(arguments);
  check_positional(given, name, 1, 2);
  const std::string& text = self_of(arguments);
  const std::string fill =
      given.positional.size() == 2 ? text_of_argument(given.positional[1], "The fill character") : " ";
  if (length_of_text(fill) != 1)
    raise(ExceptionKind::TypeError, "The fill character must be exactly one character long");
  const std::int64_t width = index_of(given.positional[0]), missing = width - length_of_text(text);
  if (missing <= 0) return arguments.positional[0];
  // CPython's centre leans left when the width is even, right when it is odd.
  const std::int64_t left = text_side == Side::Left    ? 0
                            : text_side == Side::Right ? missing
                                                       : missing / 2 + (missing & width & 1);
  std::string out;
  for (std::int64_t k = 0; k < left; ++k) out += fill;
  out += text;
  for (std::int64_t k = left; k < missing; ++k) out += fill;
  return make_str(std::move(out));
}

const std::string& only_text(const Arguments& given, const char* name) {
  check_positional(given, name, 1, 1);
  return text_of_argument(given.positional[0], fmt::format("{}() argument 1", name));
}

} // namespace

Value str_upper(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "str.upper");
  return make_str(mapped(self_of(arguments), [](std::uint32_t c) { return towupper_l(c, unicode_locale()); }));
}

Value str_lower(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "str.lower");
  return make_str(mapped(self_of(arguments), [](std::uint32_t c) { return towlower_l(c, unicode_locale()); }));
}

Value str_strip(CallContext&, const Arguments& arguments) { return stripped(arguments, "strip", true, true); }
Value str_lstrip(CallContext&, const Arguments& arguments) { return stripped(arguments, "lstrip", true, false); }
Value str_rstrip(CallContext&, const Arguments& arguments) { return stripped(arguments, "rstrip", false, true); }
Value str_startswith(CallContext&, const Arguments& arguments) { return has_affix(arguments, "startswith", true); }
Value str_endswith(CallContext&, const Arguments& arguments) { return has_affix(arguments, "endswith", false); }

Value str_find(CallContext&, const Arguments& arguments) {
  const std::string& text = self_of(arguments);
  const std::size_t found = text.find(only_text(without_self(arguments), "find"));
  if (found == text.npos) return Value::integer(-1);
  return Value::integer(length_of_text(std::string_view(text).substr(0, found)));
}

Value str_count(CallContext&, const Arguments& arguments) {
  const std::string &text = self_of(arguments), &part = only_text(without_self(arguments), "count");
  if (part.empty()) return Value::integer(length_of_text(text) + 1);
  std::int64_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return Value::integer(count);
}

Value str_replace(CallContext&, const Arguments& arguments) {
  const Arguments given = without_self(arguments);
  check_positional(given, "replace", 2, 3);
  const std::string& text = self_of(arguments);
  const std::string& from = text_of_argument(given.positional[0], "replace() argument 1");
  const std::string& to = text_of_argument(given.positional[1], "replace() argument 2");
  std::int64_t left = given.positional.size() == 3 ? index_of(given.positional[2]) : -1;
  std::string out;
  std::size_t at = 0;
  while (left != 0) {
    // An empty text stands before every character and at the end.
    const std::size_t found = text.find(from, at);
    if (found == text.npos) break;
    --left;
    out.append(text, at, found - at);
    out += to;
    at = found + from.size();
    if (!from.empty()) continue;
    if (at == text.size()) return make_str(std::move(out));
    const std::size_t begin = at;
    decode_utf8(text, at);
    out.append(text, begin, at - begin);
  }
  return make_str(out.append(text, at));
}

Value str_join(CallContext& context, const Arguments& arguments) {
  const Value& iterable = one_argument(without_self(arguments), "str.join");
  std::vector<Value> items;
  try {
    items = collected(context, iterable);
  } catch (const GuestError& error) {
    if (error.kind() == ExceptionKind::TypeError) raise(ExceptionKind::TypeError, "can only join an iterable");
    throw;
  }
  std::string out;
  for (std::size_t k = 0; k < items.size(); ++k) {
    if (!items[k].is(Tag::Str))
      raise(ExceptionKind::TypeError, "sequence item {}: expected str instance, {} found", k, type_name_of(items[k]));
    if (k) out += self_of(arguments);
    out += items[k].as<Str>().text;
  }
  return make_str(std::move(out));
}

Value str_format(CallContext& context, const Arguments& arguments) {
  return make_str(brace_format(context, self_of(arguments), without_self(arguments)));
}

Value str_ljust(CallContext&, const Arguments& arguments) { return padded(arguments, "ljust", Side::Left); }
Value str_rjust(CallContext&, const Arguments& arguments) { return padded(arguments, "rjust", Side::Right); }
Value str_center(CallContext&, const Arguments& arguments) { return padded(arguments, "center", Side::Both); }

Value str_zfill(CallContext&, const Arguments& arguments) {
  const std::string& text = self_of(arguments);
  const std::int64_t missing = index_of(one_argument(without_self(arguments), "str.zfill")) - length_of_text(text);
  if (missing <= 0) return arguments.positional[0];
  const std::size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  return make_str(text.substr(0, sign) + std::string(static_cast<std::size_t>(missing), '0') + text.substr(sign));
}

Value str_isdigit(CallContext&, const Arguments& arguments) {
  return all_characters(arguments, "str.isdigit", [](wint_t c) { return c >= '0' && c <= '9'; });
}
Value str_isalpha(CallContext&, const Arguments& arguments) {
  return all_characters(arguments, "str.isalpha", [](wint_t c) { return iswalpha_l(c, unicode_locale()) != 0; });
}
Value str_isspace(CallContext&, const Arguments& arguments) {
  return all_characters(arguments, "str.isspace", [](wint_t c) { return iswspace_l(c, unicode_locale()) != 0; });
}

Value tuple_count(CallContext& context, const Arguments& arguments) {
  const Value& wanted = one_argument(without_self(arguments), "count");
  std::int64_t count = 0;
  for (const Value& item : collected(context, arguments.positional[0])) count += equal(context, item, wanted);
  return Value::integer(count);
}

Value tuple_index(CallContext& context, const Arguments& arguments) {
  const Arguments given = without_self(arguments);
  check_positional(given, "index", 1, 1);
  const std::vector<Value> items = collected(context, arguments.positional[0]);
  for (std::size_t k = 0; k < items.size(); ++k)
    if (equal(context, items[k], given.positional[0])) return Value::integer(static_cast<std::int64_t>(k));
  if (arguments.positional[0].is(Tag::Range))
    raise(ExceptionKind::ValueError, "{} is not in range", repr_of(context, given.positional[0]));
  raise(ExceptionKind::ValueError, "tuple.index(x): x not in tuple");
}

} // namespace pyvm::native
