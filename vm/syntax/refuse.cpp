// Refusals by name; see refuse.h.

#include "vm/syntax/refuse.h"

#include "vm/support/syntax_error.h"
#include "vm/syntax/visit.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

constexpr Refusal node_refusals[] = {
#define SUPPORTED                                                                                                      \
  { nullptr, nullptr }
#define REFUSED(construct, instead)                                                                                    \
  { construct, instead }
#define PYVM_NODE(name, base, ast_name, refusal, sentence, fields) refusal,
#include "vm/syntax/nodes.def"
#undef SUPPORTED
#undef REFUSED
};

Refusal refusal_of_constant(ConstantKind kind) {
  switch (kind) {
  case ConstantKind::Complex:
    return {"a complex number", "keep the real and the imaginary part in two floats"};
  case ConstantKind::Bytes:
    return {"a bytes literal", "use a str or an array of uint8"};
  case ConstantKind::NamedEscape:
    return {"a character by name (\\N{...})", "write the character itself or its \\u escape"};
  default:
    return {nullptr, nullptr};
  }
}

// Parts of a node that are refused although the node is not. Sets `place` to the part.
Refusal refusal_of_part(const Node& node, const Node*& place) {
  if (const Arguments* arguments = cast_if<Arguments>(&node)) {
    if (arguments->vararg != nullptr) {
      place = arguments->vararg;
      return {"a '*' parameter", "name every parameter, or pass a tuple"};
    }
    if (arguments->kwarg != nullptr) {
      place = arguments->kwarg;
      return {"a '**' parameter", "name every parameter"};
    }
  }
  if (const Keyword* keyword = cast_if<Keyword>(&node); keyword != nullptr && !keyword->arg)
    return {"a '**' argument", "name every argument"};
  return {nullptr, nullptr};
}

class Refuser {
public:
  explicit Refuser(const std::shared_ptr<const SourceText>& source) : source_(source) {}

  void visit(const Node& node) {
    Refusal refusal = refusal_of(node);
    const Node* place = &node;
    if (refusal.construct == nullptr) refusal = refusal_of_part(node, place);
    if (refusal.construct != nullptr) refuse(*place, refusal.construct, refusal.instead, source_);
    visit_below(node);
  }

  // Everything but annotations, which are never evaluated.
  void visit_below(const Node& node) {
    if (node.kind == NodeKind::Arg) return;
    const Node* annotation = nullptr;
    if (const FunctionDef* function = cast_if<FunctionDef>(&node)) annotation = function->returns;
    if (const AnnAssign* assign = cast_if<AnnAssign>(&node)) annotation = assign->annotation;
    if (const FunctionDef* function = cast_if<FunctionDef>(&node))
      for (const Expression* decorator : function->decorator_list) visit(*decorator);
    for_each_child(node, [&](const Node& child) {
      if (&child != annotation && !is_decorator(node, child)) visit(child);
    });
  }

  // A function whose decorators and defaults somebody else has evaluated.
  void visit_function(const FunctionDef& function) {
    visit_parameters(*function.args);
    for (const Statement* statement : function.body) visit(*statement);
  }

  void visit_parameters(const Arguments& arguments) {
    const Node* place = &arguments;
    Refusal refusal = refusal_of_part(arguments, place);
    if (refusal.construct != nullptr) refuse(*place, refusal.construct, refusal.instead, source_);
  }

private:
  static bool is_decorator(const Node& node, const Node& child) {
    const FunctionDef* function = cast_if<FunctionDef>(&node);
    if (function == nullptr) return false;
    for (const Expression* decorator : function->decorator_list)
      if (decorator == &child) return true;
    return false;
  }

  const std::shared_ptr<const SourceText>& source_;
};

} // namespace

Refusal refusal_of(const Node& node) {
  if (const Constant* constant = cast_if<Constant>(&node)) return refusal_of_constant(constant->value.kind);
  return node_refusals[static_cast<int>(node.kind)];
}

void refuse(const Node& node, const char* construct, const char* instead,
            const std::shared_ptr<const SourceText>& source) {
  throw SyntaxError(SyntaxErrorKind::Unsupported, fmt::format("{} is not supported; {}", construct, instead), source,
                    node.location);
}

void refuse_unsupported(const Node& root, const std::shared_ptr<const SourceText>& source) {
  Refuser refuser(source);
  if (const FunctionDef* function = cast_if<FunctionDef>(&root)) {
    refuser.visit_function(*function);
  } else if (const Lambda* lambda = cast_if<Lambda>(&root)) {
    refuser.visit_parameters(*lambda->args);
    refuser.visit(*lambda->body);
  } else {
    refuser.visit(root);
  }
}

} // namespace pyvm::syntax
