#pragma once
// Generic walks over the tree, expanded from nodes.def.

#include "vm/syntax/ast.h"

namespace pyvm::syntax {

// Calls visitor(name, field) for every field of the node, in the table's order.
template <class Visitor> void visit_fields(const Node& node, Visitor&& visitor) {
  switch (node.kind) {
// NOLINTBEGIN(bugprone-macro-parentheses): fields are declarations and statements.
#define FIELD(type, name) visitor(#name, typed.name);
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields)                                                     \
  case NodeKind::name: {                                                                                               \
    [[maybe_unused]] const auto& typed = static_cast<const name&>(node);                                               \
    fields break;                                                                                                      \
  }
#include "vm/syntax/nodes.def"
#undef FIELD
    // NOLINTEND(bugprone-macro-parentheses)
  }
}

namespace detail {

template <class Callback> struct ChildVisitor {
  Callback& callback;

  void operator()(const char*, const Node* child) const {
    if (child != nullptr) callback(*child);
  }
  template <class T> void operator()(const char*, const Nodes<T>& children) const {
    for (const T* child : children)
      if (child != nullptr) callback(static_cast<const Node&>(*child));
  }
  void operator()(const char*, const TypeParameters& children) const {
    (*this)("", static_cast<const Nodes<TypeParameter>&>(children));
  }
  // Fields that hold no node.
  void operator()(const char*, const std::string&) const {}
  void operator()(const char*, const OptionalName&) const {}
  void operator()(const char*, const Names&) const {}
  void operator()(const char*, const CompareOperators&) const {}
  void operator()(const char*, const ConstantValue&) const {}
  void operator()(const char*, const NoValues&) const {}
  void operator()(const char*, int32_t) const {}
  void operator()(const char*, Context) const {}
  void operator()(const char*, BinaryOperator) const {}
  void operator()(const char*, UnaryOperator) const {}
  void operator()(const char*, BoolOperator) const {}
};

} // namespace detail

// Calls callback(const Node&) for every child, in the order of the fields (for most nodes that is source order).
template <class Callback> void for_each_child(const Node& node, Callback&& callback) {
  visit_fields(node, detail::ChildVisitor<Callback>{callback});
}

// Calls callback(const Node&) for the node and all below it, parents first. Not recursive.
template <class Callback> void for_each_node(const Node& root, Callback&& callback) {
  std::vector<const Node*> pending{&root};
  while (!pending.empty()) {
    const Node* node = pending.back();
    pending.pop_back();
    callback(*node);
    std::size_t first = pending.size();
    for_each_child(*node, [&](const Node& child) { pending.push_back(&child); });
    for (std::size_t low = first, high = pending.size(); low + 1 < high; ++low)
      std::swap(pending[low], pending[--high]);
  }
}

} // namespace pyvm::syntax
