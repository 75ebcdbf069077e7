// A parser of a few lines, and the ranking of overloads.
#include "bindings/engine/signatures.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "vm/object/array.h"

namespace pyvm::engine {

namespace {

using What = SignatureType::What;
using Layout = SignatureType::Layout;

const std::map<std::string_view, ScalarKind>& scalar_names() {
  static const std::map<std::string_view, ScalarKind> names = {
      {"boolean", ScalarKind::Bool},   {"bool_", ScalarKind::Bool},       {"b1", ScalarKind::Bool},
      {"bool", ScalarKind::Bool},      {"int8", ScalarKind::Int8},        {"i1", ScalarKind::Int8},
      {"char", ScalarKind::Int8},      {"int16", ScalarKind::Int16},      {"i2", ScalarKind::Int16},
      {"short", ScalarKind::Int16},    {"int32", ScalarKind::Int32},      {"i4", ScalarKind::Int32},
      {"intc", ScalarKind::Int32},     {"int_", ScalarKind::Int64},       {"int64", ScalarKind::Int64},
      {"i8", ScalarKind::Int64},       {"intp", ScalarKind::Int64},       {"long_", ScalarKind::Int64},
      {"longlong", ScalarKind::Int64}, {"uint8", ScalarKind::UInt8},      {"u1", ScalarKind::UInt8},
      {"byte", ScalarKind::UInt8},     {"uchar", ScalarKind::UInt8},      {"uint16", ScalarKind::UInt16},
      {"u2", ScalarKind::UInt16},      {"ushort", ScalarKind::UInt16},    {"uint32", ScalarKind::UInt32},
      {"u4", ScalarKind::UInt32},      {"uintc", ScalarKind::UInt32},     {"uint", ScalarKind::UInt64},
      {"uint64", ScalarKind::UInt64},  {"u8", ScalarKind::UInt64},        {"uintp", ScalarKind::UInt64},
      {"ulong", ScalarKind::UInt64},   {"ulonglong", ScalarKind::UInt64}, {"float32", ScalarKind::Float32},
      {"f4", ScalarKind::Float32},     {"float_", ScalarKind::Float32},   {"float64", ScalarKind::Float64},
      {"f8", ScalarKind::Float64},     {"double", ScalarKind::Float64},   {"float", ScalarKind::Float64},
      {"int", ScalarKind::Int64},
  };
  return names;
}

class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {}

  Signature signature() {
    Signature result;
    if (!at('(')) result.result = type();
    expect('(');
    while (!at(')')) {
      result.parameters.push_back(type());
      if (!at(')')) expect(',');
    }
    expect(')');
    end();
    return result;
  }

  SignatureType type() {
    SignatureType result = named();
    if (!at('[')) return result;
    if (result.what != What::Scalar) fail();
    expect('[');
    result.what = What::Array;
    // Which axis is `::1`: the last for C order, the first for Fortran's.
    int unit_axis = -1;
    for (bool more = true; more; ++result.dimensions) {
      expect(':');
      if (take(':')) {
        expect('1');
        unit_axis = result.dimensions;
      }
      more = take(',');
    }
    expect(']');
    if (unit_axis == result.dimensions - 1)
      result.layout = Layout::C;
    else if (unit_axis == 0)
      result.layout = Layout::F;
    else if (unit_axis > 0)
      fail();
    return result;
  }

  void end() {
    blanks();
    if (at_ != text_.size()) fail();
  }

private:
  SignatureType named() {
    blanks();
    std::size_t begin = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' || text_[at_] == '.'))
      ++at_;
    std::string_view name = text_.substr(begin, at_ - begin);
    name.remove_prefix(name.rfind('.') + 1); // numba.float64, types.float64
    if (name.empty()) fail();
    SignatureType result;
    if (name == "void" || name == "none" || name == "None") {
      result.what = What::None;
    } else if (name == "unicode_type" || name == "string") {
      result.what = What::Text;
    } else if (auto found = scalar_names().find(name); found != scalar_names().end()) {
      result.kind = found->second;
    } else if (std::isupper(static_cast<unsigned char>(name[0])) || name.starts_with("complex") || name == "optional") {
      raise(ExceptionKind::NotImplementedError,
            "the type '{}' in the signature '{}': pyvm knows scalars, arrays and none", name, text_);
    } else {
      raise(ExceptionKind::NameError, "name '{}' is not defined", name);
    }
    return result;
  }

  void blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool at(char c) {
    blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  bool take(char c) {
    const bool here = at(c);
    at_ += here;
    return here;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  [[noreturn]] void fail() const { raise(ExceptionKind::TypeError, "invalid signature: '{}'", text_); }

  std::string_view text_;
  std::size_t at_ = 0;
};

// What a conversion costs; the order is the rank.
enum class Conversion { Exact, Promote, Safe, Unsafe, None };

int bits_of(ScalarKind kind) { return kind == ScalarKind::Bool ? 1 : static_cast<int>(size_of(kind)) * 8; }

Conversion conversion(ScalarKind from, ScalarKind to) {
  if (from == to) return Conversion::Exact;
  if (to == ScalarKind::Bool) return Conversion::Unsafe;
  if (from == ScalarKind::Bool) return Conversion::Safe;
  if (is_float(from)) return is_float(to) && bits_of(from) < bits_of(to) ? Conversion::Promote : Conversion::Unsafe;
  if (is_float(to)) {
    // Every int to float64 counts as safe, so that it is preferred to float32; to float32 those that it surely holds.
    const bool held = size_of(from) == 1 || from == ScalarKind::Int16;
    return to == ScalarKind::Float64 || held ? Conversion::Safe : Conversion::Unsafe;
  }
  const bool wider = bits_of(from) < bits_of(to);
  if (is_signed(from) == is_signed(to)) return wider ? Conversion::Promote : Conversion::Unsafe;
  return is_signed(to) && wider ? Conversion::Safe : Conversion::Unsafe;
}

Layout layout_of(const Array& array) {
  return array.is_c_contiguous() ? Layout::C : array.is_f_contiguous() ? Layout::F : Layout::Any;
}

Conversion conversion(const Value& value, const SignatureType& type) {
  switch (type.what) {
  case What::None:
    return value.is(Tag::None) ? Conversion::Exact : Conversion::None;
  case What::Text:
    return value.is(Tag::Str) ? Conversion::Exact : Conversion::None;
  case What::Scalar:
    return value.is_number() ? conversion(value.scalar_kind(), type.kind) : Conversion::None;
  case What::Array: {
    if (!value.is(Tag::Array)) return Conversion::None;
    const Array& array = value.as<Array>();
    if (array.dtype != type.kind || array.ndim != type.dimensions) return Conversion::None;
    if (type.layout == Layout::Any) return layout_of(array) == Layout::Any ? Conversion::Exact : Conversion::Safe;
    const bool fits = type.layout == Layout::C ? array.is_c_contiguous() : array.is_f_contiguous();
    return fits ? Conversion::Exact : Conversion::None;
  }
  }
  return Conversion::None;
}

// Conversions of each cost, dearest first: {unsafe, safe, promotions}.
using Rank = std::array<int, 3>;

std::optional<Rank> rank(const Signature& signature, std::span<const Value> arguments) {
  if (signature.parameters.size() > arguments.size()) return std::nullopt;
  Rank result{};
  for (std::size_t k = 0; k < signature.parameters.size(); ++k) {
    const Conversion c = conversion(arguments[k], signature.parameters[k]);
    if (c == Conversion::None) return std::nullopt;
    if (c != Conversion::Exact) ++result[static_cast<std::size_t>(Conversion::Unsafe) - static_cast<std::size_t>(c)];
  }
  return result;
}

const char* layout_text(Layout layout) { return layout == Layout::C ? "C" : layout == Layout::F ? "F" : "A"; }

std::string kind_text(ScalarKind kind) { return std::string(name_of(kind)); }

template <class Items> std::string types_text(const Items& items, const char* separator) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : separator) + type_text(item);
  return text;
}

std::string signature_text(const Signature& signature) {
  return fmt::format("({}{}) -> {}", types_text(signature.parameters, ", "),
                     signature.parameters.size() == 1 ? "," : "",
                     signature.result ? type_text(*signature.result) : "none");
}

} // namespace

Signature parse_signature(std::string_view text) { return Parser(text).signature(); }

SignatureType parse_type(std::string_view text) {
  Parser parser(text);
  const SignatureType type = parser.type();
  parser.end();
  return type;
}

std::string type_text(const SignatureType& type) {
  switch (type.what) {
  case What::None:
    return "none";
  case What::Text:
    return "unicode_type";
  case What::Scalar:
    return kind_text(type.kind);
  case What::Array:
    return fmt::format("array({}, {}d, {})", kind_text(type.kind), type.dimensions, layout_text(type.layout));
  }
  return "";
}

std::string type_text(const Value& value) {
  if (value.is_number()) return kind_text(value.scalar_kind());
  switch (value.tag()) {
  case Tag::None:
    return "none";
  case Tag::Str:
    return "unicode_type";
  case Tag::Array: {
    const Array& array = value.as<Array>();
    return fmt::format("array({}, {}d, {})", kind_text(array.dtype), static_cast<int>(array.ndim),
                       layout_text(layout_of(array)));
  }
  case Tag::Tuple:
    return fmt::format("Tuple({})", types_text(value.as<Tuple>().items, ", "));
  default:
    return type_name_of(value);
  }
}

std::size_t choose_signature(const std::vector<Signature>& signatures, std::span<const Value> arguments,
                             const std::string& function_text) {
  std::optional<Rank> best;
  std::vector<std::size_t> chosen;
  for (std::size_t k = 0; k < signatures.size(); ++k) {
    const auto r = rank(signatures[k], arguments);
    if (!r || (best && *best < *r)) continue;
    if (!best || *r < *best) chosen.clear();
    best = r;
    chosen.push_back(k);
  }
  if (chosen.empty())
    raise(ExceptionKind::TypeError, "No matching definition for argument type(s) {}", types_text(arguments, ", "));
  if (chosen.size() > 1) {
    std::string text = fmt::format("Ambiguous overloading for {} ({}{}):", function_text, types_text(arguments, ", "),
                                   arguments.size() == 1 ? "," : "");
    for (std::size_t k : chosen) text += "\n" + signature_text(signatures[k]);
    throw GuestError(ExceptionKind::TypeError, text);
  }
  return chosen[0];
}

} // namespace pyvm::engine
