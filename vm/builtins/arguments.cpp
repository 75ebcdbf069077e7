// Binding of builtins' arguments and the conversions that most of them need.
#include "vm/builtins/arguments.h"

#include "vm/builtins/text.h"

namespace pyvm {

namespace {

struct Parameter {
  std::string_view name;
  bool optional;
  bool keyword_only;
};

std::vector<Parameter> parse_parameters(std::string_view text) {
  std::vector<Parameter> parameters;
  bool keyword_only = false;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word == "*") {
      keyword_only = true;
      continue;
    }
    const bool optional = word.ends_with('?');
    if (optional) word.remove_suffix(1);
    parameters.push_back({word, optional, keyword_only});
  }
  return parameters;
}

const char* plural(std::size_t count) { return count == 1 ? "" : "s"; }

// "'a'", "'a' and 'b'", "'a', 'b', and 'c'"
std::string quoted_list(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (k > 0) text += names.size() == 2 ? " and " : k + 1 == names.size() ? ", and " : ", ";
    text += fmt::format("'{}'", names[k]);
  }
  return text;
}

[[noreturn]] void raise_too_many(std::string_view function, const std::vector<Parameter>& parameters,
                                 std::size_t given) {
  std::size_t most = 0, least = 0;
  for (const Parameter& parameter : parameters) {
    most += !parameter.keyword_only;
    least += !parameter.keyword_only && !parameter.optional;
  }
  const std::string count = least == most ? fmt::format("{} positional argument{}", most, plural(most))
                                          : fmt::format("from {} to {} positional arguments", least, most);
  raise(ExceptionKind::TypeError, "{}() takes {} but {} {} given", function, count, given, given == 1 ? "was" : "were");
}

} // namespace

void refuse_keywords(const Arguments& arguments, std::string_view function) {
  if (!arguments.keywords.empty()) raise(ExceptionKind::TypeError, "{}() takes no keyword arguments", function);
}

const Value& one_argument(const Arguments& arguments, std::string_view function) {
  refuse_keywords(arguments, function);
  if (arguments.positional.size() != 1)
    raise(ExceptionKind::TypeError, "{}() takes exactly one argument ({} given)", function,
          arguments.positional.size());
  return arguments.positional[0];
}

void no_arguments(const Arguments& arguments, std::string_view function) {
  refuse_keywords(arguments, function);
  if (!arguments.positional.empty())
    raise(ExceptionKind::TypeError, "{}() takes no arguments ({} given)", function, arguments.positional.size());
}

void check_positional(const Arguments& arguments, std::string_view function, std::size_t least, std::size_t most) {
  refuse_keywords(arguments, function);
  const std::size_t given = arguments.positional.size();
  if (given >= least && given <= most) return;
  const std::size_t expected = given < least ? least : most;
  raise(ExceptionKind::TypeError, "{} expected {}{} argument{}, got {}", function,
        least == most   ? ""
        : given < least ? "at least "
                        : "at most ",
        expected, plural(expected), given);
}

BoundArguments::BoundArguments(const Arguments& arguments, std::string_view function, std::string_view text) {
  const std::vector<Parameter> parameters = parse_parameters(text);
  values_.resize(parameters.size());
  if (arguments.positional.size() > parameters.size() ||
      (!arguments.positional.empty() && parameters[arguments.positional.size() - 1].keyword_only))
    raise_too_many(function, parameters, arguments.positional.size());
  for (std::size_t k = 0; k < arguments.positional.size(); ++k) values_[k] = arguments.positional[k];
  for (const Keyword& keyword : arguments.keywords) {
    std::size_t k = 0;
    while (k < parameters.size() && parameters[k].name != keyword.name) ++k;
    if (k == parameters.size())
      raise(ExceptionKind::TypeError, "{}() got an unexpected keyword argument '{}'", function, keyword.name);
    if (!values_[k].is_unbound())
      raise(ExceptionKind::TypeError, "{}() got multiple values for argument '{}'", function, keyword.name);
    values_[k] = keyword.value;
  }
  std::vector<std::string_view> missing;
  for (std::size_t k = 0; k < parameters.size(); ++k)
    if (!parameters[k].optional && values_[k].is_unbound()) missing.push_back(parameters[k].name);
  if (!missing.empty())
    raise(ExceptionKind::TypeError, "{}() missing {} required positional argument{}: {}", function, missing.size(),
          plural(missing.size()), quoted_list(missing));
}

std::optional<std::int64_t> try_index(const Value& value) {
  if (value.is(Tag::Int) || value.is(Tag::Bool)) return value.as_int();
  if (!value.is_numpy_scalar() || !is_integer(value.scalar_kind())) return std::nullopt;
  if (value.is(Tag::NpUInt64) && value.as_int() < 0)
    raise(ExceptionKind::OverflowError, "Python int too large to convert to C ssize_t");
  return value.as_int();
}

std::int64_t index_of(const Value& value) {
  if (std::optional<std::int64_t> index = try_index(value)) return *index;
  raise(ExceptionKind::TypeError, "'{}' object cannot be interpreted as an integer", type_name_of(value));
}

std::vector<std::int64_t> shape_of_argument(const Value& value) {
  if (std::optional<std::int64_t> extent = try_index(value)) return {*extent};
  if (value.is(Tag::Float) || value.is_numpy_scalar())
    raise(ExceptionKind::TypeError, "expected a sequence of integers or a single integer, got '{}'", repr_text(value));
  if (!value.is(Tag::Tuple)) index_of(value);
  std::vector<std::int64_t> shape;
  for (const Value& item : value.as<Tuple>().items) shape.push_back(index_of(item));
  return shape;
}

ScalarKind dtype_of_argument(const Value& value) {
  if (value.is(Tag::DType)) return value.as<DTypeObject>().kind;
  if (value.is(Tag::Type) && value.as<TypeObject>().scalar) return *value.as<TypeObject>().scalar;
  if (!value.is(Tag::Str)) raise(ExceptionKind::TypeError, "Cannot interpret '{}' as a data type", repr_text(value));
  const std::string& text = value.as<Str>().text;
  if (std::optional<ScalarKind> kind = kind_from_name(text)) return *kind;
  if (std::optional<ScalarKind> kind = kind_from_dtype_string(text)) return *kind;
  static constexpr struct {
    std::string_view name;
    ScalarKind kind;
  } other_names[] = {{"int", ScalarKind::Int64},      {"uint", ScalarKind::UInt64},    {"float", ScalarKind::Float64},
                     {"double", ScalarKind::Float64}, {"single", ScalarKind::Float32}, {"intp", ScalarKind::Int64},
                     {"bool_", ScalarKind::Bool},     {"?", ScalarKind::Bool},         {"b", ScalarKind::Int8},
                     {"h", ScalarKind::Int16},        {"i", ScalarKind::Int32},        {"l", ScalarKind::Int64},
                     {"q", ScalarKind::Int64},        {"B", ScalarKind::UInt8},        {"H", ScalarKind::UInt16},
                     {"I", ScalarKind::UInt32},       {"L", ScalarKind::UInt64},       {"f", ScalarKind::Float32},
                     {"d", ScalarKind::Float64}};
  for (const auto& row : other_names)
    if (row.name == text) return row.kind;
  // "f8" and "=f8" mean "<f8", "u1" means "|u1".
  const std::string_view bare =
      text.starts_with('=') || text.starts_with('<') ? std::string_view(text).substr(1) : text;
  for (ScalarKind kind : all_scalar_kinds)
    if (dtype_string_of(kind).substr(1) == bare) return kind;
  raise(ExceptionKind::TypeError, "data type '{}' not understood", text);
}

const std::string& text_of_argument(const Value& value, std::string_view what) {
  if (!value.is(Tag::Str)) raise(ExceptionKind::TypeError, "{} must be str, not {}", what, type_name_of(value));
  return value.as<Str>().text;
}

} // namespace pyvm
