// str and repr by kind of value; format() with a spec.
#include "vm/builtins/text.h"

#include <algorithm>

#include "vm/semantics/conversion.h"
#include "vm/semantics/float_text.h"
#include "vm/support/utf8.h"

namespace pyvm {

namespace {

// Control characters, surrogates, separators and private use are escaped in repr; the rest of Unicode is shown.
bool is_printable(std::uint32_t point) {
  if (point < 0x20 || (point >= 0x7f && point <= 0xa0) || point == 0xad) return false;
  if (point == 0x1680 || (point >= 0x2000 && point <= 0x200f) || (point >= 0x2028 && point <= 0x202f)) return false;
  if ((point >= 0x205f && point <= 0x206f) || point == 0x3000 || point == 0xfeff) return false;
  return !(point >= 0xd800 && point <= 0xf8ff) && point < 0xe0000;
}

void append_escaped(std::string& out, std::uint32_t point) {
  if (point < 0x100)
    out += fmt::format("\\x{:02x}", point);
  else if (point < 0x10000)
    out += fmt::format("\\u{:04x}", point);
  else
    out += fmt::format("\\U{:08x}", point);
}

std::string numpy_scalar_repr(const Value& value) {
  if (value.is(Tag::NpBool)) return value.as_bool() ? "np.True_" : "np.False_";
  return fmt::format("np.{}({})", name_of(value.scalar_kind()), scalar_text(value.scalar_kind(), value.bits()));
}

std::string tuple_text(const Tuple& tuple) {
  std::string text = "(";
  for (std::size_t k = 0; k < tuple.items.size(); ++k) {
    if (k) text += ", ";
    text += repr_text(tuple.items[k]);
  }
  return text + (tuple.items.size() == 1 ? ",)" : ")");
}

std::string range_text(const Range& range) {
  return range.step == 1 ? fmt::format("range({}, {})", range.start, range.stop)
                         : fmt::format("range({}, {}, {})", range.start, range.stop, range.step);
}

std::string exception_repr(const Exception& exception) {
  std::string arguments = tuple_text(Tuple(exception.arguments));
  if (exception.arguments.size() == 1) arguments.erase(arguments.size() - 2, 1); // no comma
  return exception_name(exception.kind) + arguments;
}

std::string exception_str(const Exception& exception) {
  if (exception.arguments.empty()) return "";
  if (exception.arguments.size() == 1) return str_text(exception.arguments[0]);
  return tuple_text(Tuple(exception.arguments));
}

std::string function_text(const std::string& name, const Object* object) {
  return fmt::format("<function {} at {}>", name, static_cast<const void*>(object));
}

std::string builtin_repr(const Builtin& builtin) {
  return builtin.id == BuiltinId::NumpyMath ? fmt::format("<ufunc '{}'>", builtin.name)
                                            : fmt::format("<built-in function {}>", builtin.name);
}

std::string heap_repr(const Value& value) {
  Object* object = value.object();
  switch (value.tag()) {
  case Tag::Str:
    return quoted(value.as<Str>().text);
  case Tag::Tuple:
    return tuple_text(value.as<Tuple>());
  case Tag::Range:
    return range_text(value.as<Range>());
  case Tag::Slice: {
    const Slice& slice = value.as<Slice>();
    return fmt::format("slice({}, {}, {})", repr_text(slice.start), repr_text(slice.stop), repr_text(slice.step));
  }
  case Tag::Array:
    return array_repr(value.as<Array>());
  case Tag::DType:
    return fmt::format("dtype('{}')", name_of(value.as<DTypeObject>().kind));
  case Tag::Type:
    return fmt::format("<class '{}'>", value.as<TypeObject>().name);
  case Tag::Builtin:
    return builtin_repr(value.as<Builtin>());
  case Tag::BoundMethod: {
    const BoundMethod& bound = value.as<BoundMethod>();
    return fmt::format("<built-in method {} of {} object at {}>", bound.method->name, type_name_of(bound.self),
                       static_cast<const void*>(object));
  }
  case Tag::Function:
    return function_text(value.as<Function>().qualified_name, object);
  case Tag::Kernel:
    return fmt::format("CPUDispatcher({})", function_text(value.as<Kernel>().name, object));
  case Tag::Module:
    return fmt::format("<module '{}'>", value.as<Module>().name);
  case Tag::Exception:
    return exception_repr(value.as<Exception>());
  case Tag::Native:
    return value.as<NativeObject>().repr();
  default:
    return fmt::format("<{} object at {}>", type_name_of(value), static_cast<const void*>(object));
  }
}

std::string checked(FormatResult result) {
  if (result.status == FormatStatus::ValueError) throw GuestError(ExceptionKind::ValueError, result.text);
  if (result.status == FormatStatus::OverflowError) throw GuestError(ExceptionKind::OverflowError, result.text);
  return std::move(result.text);
}

} // namespace

std::string quoted(std::string_view text) {
  const bool has_single = text.find('\'') != text.npos, has_double = text.find('"') != text.npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::uint32_t point = decode_utf8(text, at);
    if (point == static_cast<std::uint32_t>(quote) || point == '\\')
      (out += '\\') += static_cast<char>(point);
    else if (point == '\n')
      out += "\\n";
    else if (point == '\r')
      out += "\\r";
    else if (point == '\t')
      out += "\\t";
    else if (is_printable(point))
      out += text.substr(begin, at - begin);
    else
      append_escaped(out, point);
  }
  return out + quote;
}

std::string scalar_text(ScalarKind kind, ScalarBits bits) {
  switch (kind) {
  case ScalarKind::Bool:
    return bits ? "True" : "False";
  case ScalarKind::UInt64:
    return std::to_string(bits);
  case ScalarKind::Float32:
    return repr_of(from_bits<float>(bits));
  case ScalarKind::Float64:
    return repr_of(from_bits<double>(bits));
  default:
    return std::to_string(static_cast<std::int64_t>(bits));
  }
}

std::string repr_text(const Value& value) {
  switch (value.tag()) {
  case Tag::Unbound:
    return "<unbound>";
  case Tag::None:
    return "None";
  case Tag::Ellipsis:
    return "Ellipsis";
  case Tag::Bool:
  case Tag::Int:
  case Tag::Float:
    return scalar_text(value.scalar_kind(), value.bits());
  default:
    return value.is_numpy_scalar() ? numpy_scalar_repr(value) : heap_repr(value);
  }
}

std::string str_text(const Value& value) {
  if (value.is_number()) return scalar_text(value.scalar_kind(), value.bits());
  switch (value.tag()) {
  case Tag::Str:
    return value.as<Str>().text;
  case Tag::Array:
    return array_str(value.as<Array>());
  case Tag::DType:
    return std::string(name_of(value.as<DTypeObject>().kind));
  case Tag::Exception:
    return exception_str(value.as<Exception>());
  default:
    return repr_text(value);
  }
}

std::string str_of(CallContext&, const Value& value) { return str_text(value); }

std::string repr_of(CallContext&, const Value& value) { return repr_text(value); }

std::string format_value(CallContext& context, const Value& value, std::string_view spec) {
  if (value.is(Tag::Str)) return checked(format_text(value.as<Str>().text, spec));
  if (spec.empty()) return str_of(context, value);
  if (!value.is_number())
    raise(ExceptionKind::TypeError, "unsupported format string passed to {}.__format__", type_name_of(value));
  switch (value.scalar_kind()) {
  case ScalarKind::Bool:
    return checked(value.is(Tag::Bool) ? format_bool(value.as_bool(), spec) : format_text(str_text(value), spec));
  case ScalarKind::UInt64:
    return checked(format_uint(value.bits(), spec));
  case ScalarKind::Float32:
  case ScalarKind::Float64:
    return checked(format_float(as_double(value.scalar_kind(), value.bits()), spec));
  default:
    return checked(format_int(value.as_int(), spec));
  }
}

} // namespace pyvm
