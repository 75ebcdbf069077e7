// What may be assigned to and deleted. Targets are parsed as expressions and then checked and copied with the context
// Store or Del: nodes are immutable.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

const Expression* find_invalid_element(const Nodes<Expression>& elements, TargetUse use) {
  for (const Expression* element : elements)
    if (const Expression* invalid = find_invalid_target(element, use)) return invalid;
  return nullptr;
}

const char* describe_constant(const ConstantValue& value) {
  switch (value.kind) {
  case ConstantKind::None:
    return "None";
  case ConstantKind::True:
    return "True";
  case ConstantKind::False:
    return "False";
  case ConstantKind::Ellipsis:
    return "ellipsis";
  default:
    return "literal";
  }
}

} // namespace

const Expression* find_invalid_target(const Expression* target, TargetUse use) {
  switch (target->kind) {
  case NodeKind::Name:
  case NodeKind::Attribute:
  case NodeKind::Subscript:
    return nullptr;
  case NodeKind::List:
    return find_invalid_element(as<List>(target)->elts, use);
  case NodeKind::Tuple:
    return find_invalid_element(as<Tuple>(target)->elts, use);
  case NodeKind::Starred:
    return use == TargetUse::Delete ? target : find_invalid_target(as<Starred>(target)->value, use);
  case NodeKind::Compare: {
    // `for a in b` reads as a comparison.
    const Compare* compare = as<Compare>(target);
    if (use != TargetUse::For) return target;
    return compare->ops[0] == CompareOperator::In ? find_invalid_target(compare->left, use) : nullptr;
  }
  default:
    return target;
  }
}

const char* describe(const Expression* expression) {
  switch (expression->kind) {
  case NodeKind::Attribute:
    return "attribute";
  case NodeKind::Subscript:
    return "subscript";
  case NodeKind::Starred:
    return "starred";
  case NodeKind::Name:
    return "name";
  case NodeKind::List:
    return "list";
  case NodeKind::Tuple:
    return "tuple";
  case NodeKind::Lambda:
    return "lambda";
  case NodeKind::Call:
    return "function call";
  case NodeKind::BoolOp:
  case NodeKind::BinOp:
  case NodeKind::UnaryOp:
    return "expression";
  case NodeKind::GeneratorExp:
    return "generator expression";
  case NodeKind::Yield:
  case NodeKind::YieldFrom:
    return "yield expression";
  case NodeKind::Await:
    return "await expression";
  case NodeKind::ListComp:
    return "list comprehension";
  case NodeKind::SetComp:
    return "set comprehension";
  case NodeKind::DictComp:
    return "dict comprehension";
  case NodeKind::Dict:
    return "dict literal";
  case NodeKind::Set:
    return "set display";
  case NodeKind::JoinedStr:
  case NodeKind::FormattedValue:
    return "f-string expression";
  case NodeKind::Constant:
    return describe_constant(as<Constant>(expression)->value);
  case NodeKind::Compare:
    return "comparison";
  case NodeKind::IfExp:
    return "conditional expression";
  case NodeKind::NamedExpr:
    return "named expression";
  default:
    return "expression";
  }
}

Nodes<Expression> Parser::with_context(const Nodes<Expression>& expressions, Context context) {
  Nodes<Expression> result;
  for (const Expression* expression : expressions) result.push_back(with_context(expression, context));
  return result;
}

const Expression* Parser::with_context(const Expression* expression, Context context) {
  auto copy = [&]<class T>(const T* original) {
    auto owned = std::make_unique<T>(*original);
    T* result = owned.get();
    tree_.nodes.push_back(std::move(owned));
    result->ctx = context;
    return result;
  };
  switch (expression->kind) {
  case NodeKind::Name:
    return copy(as<Name>(expression));
  case NodeKind::Attribute:
    return copy(as<Attribute>(expression));
  case NodeKind::Subscript:
    return copy(as<Subscript>(expression));
  case NodeKind::Starred: {
    Starred* result = copy(as<Starred>(expression));
    result->value = with_context(result->value, context);
    return result;
  }
  case NodeKind::List: {
    List* result = copy(as<List>(expression));
    result->elts = with_context(result->elts, context);
    return result;
  }
  case NodeKind::Tuple: {
    Tuple* result = copy(as<Tuple>(expression));
    result->elts = with_context(result->elts, context);
    return result;
  }
  default:
    return expression;
  }
}

void Parser::reject_invalid_target(const Expression* target, TargetUse use) {
  const Expression* invalid = find_invalid_target(target, use);
  if (invalid == nullptr) return;
  reject(invalid->location,
         fmt::format("cannot {} {}", use == TargetUse::Delete ? "delete" : "assign to", describe(invalid)));
}

// One target of a `for` or `with`: it ends before `in`, so it is no comparison.
const Expression* Parser::star_target() {
  std::size_t start = position_;
  if (accept(TokenKind::Star)) {
    const Expression* value = primary();
    Starred* starred = make<Starred>(start);
    starred->value = value;
    return starred;
  }
  return primary();
}

// The targets of a `for`, up to and without `in`.
const Expression* Parser::for_targets() {
  std::size_t start = position_;
  const Expression* targets = nullptr;
  bool matched = attempt([&] {
    targets = comma_list<Tuple>(&Parser::star_target, &Parser::at_star_element);
    if (!at(TokenKind::KeywordIn) || find_invalid_target(targets, TargetUse::For) != nullptr) fail();
  });
  if (matched) return with_context(targets, Context::Store);
  if (diagnosing()) {
    position_ = start;
    reject_invalid_target(star_expressions(), TargetUse::For);
  }
  fail();
}

} // namespace pyvm::syntax
