// CPython's ast.dump(tree, indent=2), expanded from nodes.def; see dump.h and CPython's Lib/ast.py.

#include "vm/syntax/dump.h"

#include "vm/support/utf8.h"
#include "vm/syntax/unicode.h"
#include "vm/syntax/visit.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

constexpr bool has_attributes[] = {
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields)                                                     \
  !std::is_same_v<base, Part> && !std::is_same_v<base, Root>,
#include "vm/syntax/nodes.def"
};

// ---- values as Python's repr

std::string repr_character(uint32_t code_point) {
  switch (code_point) {
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  case '\\':
    return "\\\\";
  default:
    break;
  }
  bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (is_printable(code_point) && !surrogate) {
    std::string result;
    append_utf8(result, code_point);
    return result;
  }
  if (code_point < 0x100) return fmt::format("\\x{:02x}", code_point);
  return code_point < 0x10000 ? fmt::format("\\u{:04x}", code_point) : fmt::format("\\U{:08x}", code_point);
}

std::string repr(const std::string& text, bool bytes = false) {
  bool has_single = text.find('\'') != std::string::npos;
  char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
  std::string result = bytes ? "b" : "";
  result += quote;
  for (std::size_t i = 0; i < text.size();) {
    uint32_t code_point = bytes ? static_cast<unsigned char>(text[i++]) : decode_utf8(text, i);
    if (code_point == static_cast<uint32_t>(quote)) result += '\\';
    result += bytes && code_point >= 0x80 ? fmt::format("\\x{:02x}", code_point) : repr_character(code_point);
  }
  return result + quote;
}

std::string repr(double value) {
  std::string result = fmt::format("{}", value);
  return result.find_first_of(".en") == std::string::npos ? result + ".0" : result;
}

// The decimal digits of a literal with a base; what is very long stays as written.
std::string decimal_digits(const std::string& text) {
  constexpr std::size_t longest = 4000;
  char marker = static_cast<char>(text[1] | 0x20);
  uint32_t base = marker == 'x' ? 16 : marker == 'o' ? 8 : marker == 'b' ? 2 : 10;
  if (base == 10 || text.size() > longest) return text;
  constexpr uint32_t limb = 1'000'000'000;
  std::vector<uint32_t> limbs{0};
  for (char c : std::string_view(text).substr(2)) {
    uint64_t carry = static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    for (uint32_t& part : limbs) {
      carry += static_cast<uint64_t>(part) * base;
      part = static_cast<uint32_t>(carry % limb);
      carry /= limb;
    }
    if (carry != 0) limbs.push_back(static_cast<uint32_t>(carry));
  }
  std::string result = std::to_string(limbs.back());
  for (auto part = limbs.rbegin() + 1; part != limbs.rend(); ++part) result += fmt::format("{:09}", *part);
  return result;
}

std::string repr(const ConstantValue& value) {
  switch (value.kind) {
  case ConstantKind::None:
    return "None";
  case ConstantKind::True:
    return "True";
  case ConstantKind::False:
    return "False";
  case ConstantKind::Ellipsis:
    return "Ellipsis";
  case ConstantKind::Int:
    return std::to_string(value.integer);
  case ConstantKind::LargeInt:
    return decimal_digits(value.text);
  case ConstantKind::Float:
    return repr(value.number);
  case ConstantKind::Complex:
    return fmt::format("{}j", value.number);
  case ConstantKind::Bytes:
    return repr(value.text, true);
  case ConstantKind::String:
  case ConstantKind::NamedEscape:
    return repr(value.text);
  }
  return "";
}

// ---- the tree

std::string repr(Context context) {
  constexpr const char* names[] = {"Load()", "Store()", "Del()"};
  return names[static_cast<int>(context)];
}
std::string repr(int32_t value) { return std::to_string(value); }
std::string repr(const OptionalName& text) { return repr(*text); }
std::string repr(BinaryOperator op) { return fmt::format("{}()", ast_name(op)); }
std::string repr(UnaryOperator op) { return fmt::format("{}()", ast_name(op)); }
std::string repr(CompareOperator op) { return fmt::format("{}()", ast_name(op)); }
std::string repr(BoolOperator op) { return fmt::format("{}()", ast_name(op)); }

// Whether a field is left out, as one that is None and may be.
template <class T> bool is_absent(const T&) { return false; }
template <class T> bool is_absent(const T* child) { return child == nullptr; }
bool is_absent(const OptionalName& text) { return !text; }
bool is_absent(const TypeParameters& children) { return children.empty(); }

int count_arguments(const Node& node, bool attributes) {
  int count = attributes && has_attributes[static_cast<int>(node.kind)] ? 4 : 0;
  visit_fields(node, [&](const char*, const auto& field) { count += !is_absent(field); });
  return count;
}

class Dumper {
public:
  explicit Dumper(bool attributes) : attributes_(attributes) {}

  void node(const Node& node) {
    Frame outer = frame_;
    frame_ = {outer.level + 1, true, fits_one_line(node)};
    out_ += ast_name(node.kind);
    out_ += '(';
    visit_fields(node, [this](const char* name, const auto& field) {
      if (!is_absent(field)) argument(name, field);
    });
    if (attributes_ && has_attributes[static_cast<int>(node.kind)]) {
      argument("lineno", node.location.line);
      argument("col_offset", node.location.column);
      argument("end_lineno", node.location.end_line);
      argument("end_col_offset", node.location.end_column);
    }
    out_ += ')';
    frame_ = outer;
  }

  std::string take() { return std::move(out_); }

private:
  // Where the arguments of a node or the elements of a list go.
  struct Frame {
    int level = 0;
    bool first = true;
    bool one_line = false;
  };

  // Up to three values without a line of their own stay on the node's.
  bool fits_one_line(const Node& node) const {
    bool simple = count_arguments(node, attributes_) <= 3;
    visit_fields(node, [&](const char*, const auto& field) { simple = simple && is_simple(field); });
    return simple;
  }
  template <class T> bool is_simple(const T&) const { return true; }
  template <class T> bool is_simple(const T* child) const {
    return child == nullptr || count_arguments(*child, attributes_) == 0;
  }
  template <class T> bool is_simple(const std::vector<T>& list) const { return list.empty(); }
  bool is_simple(const TypeParameters& list) const { return list.empty(); }

  void separate() {
    if (!frame_.first) out_ += frame_.one_line ? ", " : ",";
    if (!frame_.one_line) {
      out_ += '\n';
      out_.append(2 * static_cast<std::size_t>(frame_.level), ' ');
    }
    frame_.first = false;
  }

  template <class T> void argument(const char* name, const T& field) {
    separate();
    out_ += name;
    out_ += '=';
    value(field);
  }

  template <class T> void value(const T& field) { out_ += repr(field); }
  template <class T> void value(const T* child) {
    if (child == nullptr)
      out_ += "None";
    else
      node(*child);
  }
  void value(const NoValues&) { out_ += "[]"; }
  void value(const TypeParameters& list) { value(static_cast<const Nodes<TypeParameter>&>(list)); }
  template <class T> void value(const std::vector<T>& list) {
    Frame outer = frame_;
    frame_ = {outer.level + 1, true, false};
    out_ += '[';
    for (const T& element : list) {
      separate();
      value(element);
    }
    out_ += ']';
    frame_ = outer;
  }

  bool attributes_;
  Frame frame_;
  std::string out_;
};

} // namespace

std::string dump(const Node& node, bool include_attributes) {
  Dumper dumper(include_attributes);
  dumper.node(node);
  return dumper.take();
}

} // namespace pyvm::syntax
