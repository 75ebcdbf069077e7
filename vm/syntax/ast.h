#pragma once
// The syntax tree: one struct for each row of nodes.def, with the names and fields of CPython 3.12's `ast` module.
//
// Nodes are immutable once parse_module() has returned, live as long as the Module's shared_ptr, and point to each
// other with plain pointers. Every node has a kind and the place it was read from. No tree is higher than
// maximum_tree_height, so that a visitor may recurse.
//
// To look at a node:   switch (node->kind) { case NodeKind::BinOp: ... as<BinOp>(node)->left ... }
// or                   if (auto* name = cast_if<Name>(node)) ...
// for_each_child(node, f) calls f(const Node&) for every child in source order of fields.

#include "vm/support/assert.h"
#include "vm/support/source_location.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pyvm::syntax {

// Longest path from the Module to a leaf; a higher tree is a SyntaxError.
constexpr int32_t maximum_tree_height = 1000;

#define PYVM_BINARY(name, ast_name, spelling) name,
enum class BinaryOperator : uint8_t {
#include "vm/syntax/operators.def"
};
#define PYVM_UNARY(name, ast_name, spelling) name,
enum class UnaryOperator : uint8_t {
#include "vm/syntax/operators.def"
};
#define PYVM_COMPARE(name, ast_name, spelling) name,
enum class CompareOperator : uint8_t {
#include "vm/syntax/operators.def"
};
#define PYVM_BOOL(name, ast_name, spelling) name,
enum class BoolOperator : uint8_t {
#include "vm/syntax/operators.def"
};

// As written in source: "+", "not in", "and".
const char* spelling(BinaryOperator op);
const char* spelling(UnaryOperator op);
const char* spelling(CompareOperator op);
const char* spelling(BoolOperator op);
// As the class of CPython's ast: "Add", "NotIn", "And".
const char* ast_name(BinaryOperator op);
const char* ast_name(UnaryOperator op);
const char* ast_name(CompareOperator op);
const char* ast_name(BoolOperator op);

// What a Name, Attribute, Subscript, Starred, List or Tuple is used for.
enum class Context : uint8_t { Load, Store, Del };

enum class ConstantKind : uint8_t {
  None,
  True,
  False,
  Ellipsis,
  Int,         // integer, 0 <= integer < 2^63: a sign is a UnaryOp
  LargeInt,    // 2^63 or more: text has the digits without underscores, with 0x, 0o or 0b if written so
  Float,       // number
  String,      // text, UTF-8, escapes decoded
  Complex,     // number is the imaginary part; refused
  Bytes,       // text has the bytes; refused
  NamedEscape, // a string with \N{...}: text has it undecoded; refused
};

struct ConstantValue {
  ConstantKind kind = ConstantKind::None;
  int64_t integer = 0;
  double number = 0;
  std::string text;
};

enum class NodeKind : uint8_t {
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields) name,
#include "vm/syntax/nodes.def"
};

#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields) struct name;
#include "vm/syntax/nodes.def"

struct Node {
  const NodeKind kind;
  Location location;

  virtual ~Node() = default;

protected:
  explicit Node(NodeKind node_kind) : kind(node_kind) {}
  Node(const Node&) = default;
};

struct Root : Node {
  std::shared_ptr<const SourceText> source;

protected:
  using Node::Node;
};

struct Statement : Node {
protected:
  using Node::Node;
};

struct Expression : Node {
protected:
  using Node::Node;
};

struct Pattern : Node {
protected:
  using Node::Node;
};

struct TypeParameter : Node {
protected:
  using Node::Node;
};

// Parts of statements and expressions that have a place in CPython's ast, and those that have none.
struct LocatedPart : Node {
protected:
  using Node::Node;
};

struct Part : Node {
protected:
  using Node::Node;
};

// The types of fields.
template <class T> using Nodes = std::vector<const T*>;
using Names = std::vector<std::string>;
using OptionalName = std::optional<std::string>;
using CompareOperators = std::vector<CompareOperator>;
// Apart from Nodes<TypeParameter> only because CPython 3.11 has no such field: the dump leaves it out when empty.
struct TypeParameters : Nodes<TypeParameter> {};
// A list of CPython's that is always empty here.
struct NoValues {};

// NOLINTBEGIN(bugprone-macro-parentheses): fields are declarations and statements.
#define FIELD(type, name) type name{};
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields)                                                     \
  struct name final : base {                                                                                           \
    static constexpr NodeKind node_kind = NodeKind::name;                                                              \
    name() : base(node_kind) {}                                                                                        \
    fields                                                                                                             \
  };
#include "vm/syntax/nodes.def"
#undef FIELD
// NOLINTEND(bugprone-macro-parentheses)

// Class name in CPython's ast.
const char* ast_name(NodeKind kind);

template <class T> const T* cast_if(const Node* node) {
  return node != nullptr && node->kind == T::node_kind ? static_cast<const T*>(node) : nullptr;
}

template <class T> const T* as(const Node* node) {
  PYVM_ASSERT(node != nullptr && node->kind == T::node_kind, "a syntax node is not of the kind it was taken for");
  return static_cast<const T*>(node);
}

} // namespace pyvm::syntax
