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
  if (code_point < 0x100)
    return fmt::format("\\x{:02x}", code_point);
  return code_point < 0x10000 ? fmt::format("\\u{:04x}", code_point) : fmt::format("\\U{:08x}", code_point);
}

std::string repr(const std::string& text, bool bytes = false) {
  bool has_single = text.find('\'') != std::string::npos;
  char quote = has_single && text.find('"') == std::string::npos ? '"' : '\'';
  std::string result = bytes ? "b" : "";
  result += quote;
  for (std::size_t i = 0; i < text.size();) {
    uint32_t code_point = bytes ? static_cast<unsigned char>(text[i++]) : decode_utf8(text, i);
    if (code_point == static_cast<uint32_t>(quote))
      result += '\\';
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
  if (base == 10 || text.size() > longest)
    return text;
  constexpr uint32_t limb = 1'000'000'000;
  std::vector<uint32_t> limbs{0};
  for (char c : std::string_view(text).substr(2)) {
    uint64_t carry = static_cast<uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    for (uint32_t& part : limbs) {
      carry += static_cast<uint64_t>(part) * base;
      part = static_cast<uint32_t>(carry % limb);
      carry /= limb;
    }
    if (carry != 0)
      limbs.push_back(static_cast<uint32_t>(carry));
  }
  std::string result = std::to_string(limbs.back());
  for (auto part = limbs.rbegin() + 1; part != limbs.rend(); ++part)
    result += fmt::format("{:09}", *part);
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

struct Text {
  std::string text;
  bool simple; // A value or a node without arguments: three of them fit one line.
};

class Dumper {
public:
  explicit Dumper(bool include_attributes) : include_attributes_(include_attributes) {}

  Text node(const Node& node, int level) const;

  bool include_attributes() const { return include_attributes_; }

private:
  bool include_attributes_;
};

std::string line_break(int level) { return "\n" + std::string(static_cast<std::size_t>(2 * level), ' '); }

std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

// Formats the fields of one node; `level` is the node's own.
class FieldVisitor {
public:
  FieldVisitor(const Dumper& dumper, int level) : dumper_(dumper), level_(level) {}

  void operator()(const char* name, const Node* child) {
    if (child != nullptr)
      add(name, dumper_.node(*child, level_));
  }
  template <class T> void operator()(const char* name, const Nodes<T>& children) {
    std::vector<std::string> parts;
    for (const T* child : children)
      parts.push_back(child == nullptr ? "None" : dumper_.node(*child, level_ + 1).text);
    add_list(name, parts);
  }
  void operator()(const char* name, const TypeParameters& children) {
    if (!children.empty())
      (*this)(name, static_cast<const Nodes<TypeParameter>&>(children));
  }
  void operator()(const char* name, const Names& names) {
    std::vector<std::string> parts;
    for (const std::string& text : names)
      parts.push_back(repr(text));
    add_list(name, parts);
  }
  void operator()(const char* name, const CompareOperators& ops) {
    std::vector<std::string> parts;
    for (CompareOperator op : ops)
      parts.push_back(fmt::format("{}()", ast_name(op)));
    add_list(name, parts);
  }
  void operator()(const char* name, const OptionalName& text) {
    if (text)
      add(name, {repr(*text), true});
  }
  void operator()(const char* name, const std::string& text) { add(name, {repr(text), true}); }
  void operator()(const char* name, const ConstantValue& value) { add(name, {repr(value), true}); }
  void operator()(const char* name, const NoValues&) { add(name, {"[]", true}); }
  void operator()(const char* name, int32_t value) { add(name, {std::to_string(value), true}); }
  void operator()(const char* name, Context context) {
    constexpr const char* names[] = {"Load()", "Store()", "Del()"};
    add(name, {names[static_cast<int>(context)], true});
  }
  void operator()(const char* name, BinaryOperator op) { add(name, {fmt::format("{}()", ast_name(op)), true}); }
  void operator()(const char* name, UnaryOperator op) { add(name, {fmt::format("{}()", ast_name(op)), true}); }
  void operator()(const char* name, BoolOperator op) { add(name, {fmt::format("{}()", ast_name(op)), true}); }

  Text finish(const char* class_name) const {
    if (all_simple_ && arguments_.size() <= 3)
      return {fmt::format("{}({})", class_name, join(arguments_, ", ")), arguments_.empty()};
    std::string separator = line_break(level_);
    return {fmt::format("{}({}{})", class_name, separator, join(arguments_, "," + separator)), false};
  }

private:
  void add(const char* name, const Text& value) {
    arguments_.push_back(fmt::format("{}={}", name, value.text));
    all_simple_ = all_simple_ && value.simple;
  }
  void add_list(const char* name, const std::vector<std::string>& parts) {
    std::string separator = line_break(level_ + 1);
    add(name, parts.empty() ? Text{"[]", true}
                            : Text{fmt::format("[{}{}]", separator, join(parts, "," + separator)), false});
  }

  const Dumper& dumper_;
  int level_;
  std::vector<std::string> arguments_;
  bool all_simple_ = true;
};

Text Dumper::node(const Node& node, int level) const {
  FieldVisitor visitor(*this, level + 1);
  visit_fields(node, visitor);
  if (include_attributes_ && has_attributes[static_cast<int>(node.kind)]) {
    visitor("lineno", node.location.line);
    visitor("col_offset", node.location.column);
    visitor("end_lineno", node.location.end_line);
    visitor("end_col_offset", node.location.end_column);
  }
  return visitor.finish(ast_name(node.kind));
}

} // namespace

std::string dump(const Node& node, bool include_attributes) { return Dumper(include_attributes).node(node, 0).text; }

} // namespace pyvm::syntax
