// Expressions from the comma down to the primary; see parser_impl.h.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

struct BinaryRule {
  int precedence; // 0: no binary operator.
  BinaryOperator op;
};

BinaryRule binary_rule(TokenKind kind) {
  switch (kind) {
  case TokenKind::Bar:
    return {1, BinaryOperator::BitOr};
  case TokenKind::Caret:
    return {2, BinaryOperator::BitXor};
  case TokenKind::Ampersand:
    return {3, BinaryOperator::BitAnd};
  case TokenKind::LeftShift:
    return {4, BinaryOperator::LShift};
  case TokenKind::RightShift:
    return {4, BinaryOperator::RShift};
  case TokenKind::Plus:
    return {5, BinaryOperator::Add};
  case TokenKind::Minus:
    return {5, BinaryOperator::Sub};
  case TokenKind::Star:
    return {6, BinaryOperator::Mul};
  case TokenKind::Slash:
    return {6, BinaryOperator::TrueDiv};
  case TokenKind::DoubleSlash:
    return {6, BinaryOperator::FloorDiv};
  case TokenKind::Percent:
    return {6, BinaryOperator::Mod};
  case TokenKind::At:
    return {6, BinaryOperator::MatMul};
  default:
    return {0, BinaryOperator::Add};
  }
}

bool is_print_or_exec(std::string_view word) { return word == "print" || word == "exec"; }

bool is_soft_keyword(std::string_view word) { return word == "match" || word == "case" || word == "_"; }

} // namespace

bool Parser::at_expression() {
  switch (peek().kind) {
  case TokenKind::Name:
  case TokenKind::Number:
  case TokenKind::String:
  case TokenKind::FStringStart:
  case TokenKind::Ellipsis:
  case TokenKind::LeftParenthesis:
  case TokenKind::LeftBracket:
  case TokenKind::LeftBrace:
  case TokenKind::Plus:
  case TokenKind::Minus:
  case TokenKind::Tilde:
  case TokenKind::KeywordNot:
  case TokenKind::KeywordLambda:
  case TokenKind::KeywordAwait:
  case TokenKind::KeywordNone:
  case TokenKind::KeywordTrue:
  case TokenKind::KeywordFalse:
    return true;
  default:
    return false;
  }
}

const Expression* Parser::star_expressions() {
  return comma_list<Tuple>(&Parser::star_expression, &Parser::at_star_element);
}

const Expression* Parser::star_expression() {
  std::size_t start = position_;
  if (!accept(TokenKind::Star)) return expression();
  const Expression* value = bitwise_or();
  Starred* result = make<Starred>(start);
  result->value = value;
  return result;
}

const Expression* Parser::star_named_expression() {
  return at(TokenKind::Star) ? star_expression() : named_expression();
}

const Expression* Parser::assignment_expression() {
  std::size_t start = position_;
  const Token& token = expect(TokenKind::Name);
  Name* target = make<Name>(token.location);
  target->id = name_of(token);
  target->ctx = Context::Store;
  expect(TokenKind::ColonEqual);
  const Expression* value = expression();
  NamedExpr* result = make<NamedExpr>(start);
  result->target = target;
  result->value = value;
  return result;
}

const Expression* Parser::named_expression() {
  if (at(TokenKind::Name, TokenKind::ColonEqual)) return assignment_expression();
  std::size_t start = position_;
  const Expression* result = expression();
  if (at(TokenKind::ColonEqual)) {
    advance();
    if (diagnosing()) expression();
    reject(result->location, fmt::format("cannot use assignment expressions with {}", describe(result)));
  }
  if (diagnosing() && at(TokenKind::Equal)) diagnose_named_expression(start);
  return result;
}

// At the '=' behind a condition or an element: a comparison was meant.
void Parser::diagnose_named_expression(std::size_t start) {
  std::size_t equal = position_;
  const Expression* left = nullptr;
  const Expression* right = nullptr;
  auto value_and_no_more = [&] {
    expect(TokenKind::Equal);
    right = bitwise_or();
    if (at(TokenKind::Equal) || at(TokenKind::ColonEqual)) fail();
  };
  auto starts_with_display = [&] {
    const Token& first = tokens_[start];
    if (first.kind == TokenKind::KeywordTrue || first.kind == TokenKind::KeywordFalse ||
        first.kind == TokenKind::KeywordNone)
      return true;
    position_ = start;
    const Expression* value = atom();
    return value->location.column == first.location.column && value->location.line == first.location.line &&
           (value->kind == NodeKind::List || value->kind == NodeKind::Tuple || value->kind == NodeKind::GeneratorExp);
  };
  bool is_name = tokens_[start].kind == TokenKind::Name && equal == start + 1;
  if (is_name && attempt(value_and_no_more))
    error(span(tokens_[start].location, right->location),
          "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
  bool plain = attempt([&] {
    if (starts_with_display()) fail();
    position_ = start;
    left = bitwise_or();
    value_and_no_more();
  });
  if (plain)
    error(left->location,
          fmt::format("cannot assign to {} here. Maybe you meant '==' instead of '='?", describe(left)));
  position_ = equal;
}

const Expression* Parser::expression() {
  Depth depth(*this);
  if (at(TokenKind::KeywordLambda)) return lambda();
  std::size_t start = position_;
  const Expression* body = disjunction();
  if (!at(TokenKind::KeywordIf)) {
    if (diagnosing() && at_expression()) diagnose_adjacent_expressions(start, body);
    return body;
  }
  advance();
  const Expression* test = disjunction();
  if (!at(TokenKind::KeywordElse)) {
    if (!at(TokenKind::Colon)) reject(span(body->location, test->location), "expected 'else' after 'if' expression");
    fail();
  }
  advance();
  const Expression* orelse = expression();
  IfExp* result = make<IfExp>(start);
  result->test = test;
  result->body = body;
  result->orelse = orelse;
  return result;
}

// Two expressions side by side: a comma is missing, or this is Python 2's print.
void Parser::diagnose_adjacent_expressions(std::size_t start, const Expression* first) {
  const Token& token = tokens_[start];
  bool is_name = token.kind == TokenKind::Name;
  bool legacy = is_name && is_print_or_exec(text(token));
  bool prefixed_string = is_name && tokens_[start + 1].kind == TokenKind::String;
  const Expression* second = nullptr;
  std::size_t here = position_;
  if (!prefixed_string && !(is_name && is_soft_keyword(text(token))) && !legacy &&
      attempt_quietly([&] { second = expression(); })) {
    if (tokens_[position_ - 1].nested)
      error(span(first->location, second->location), "invalid syntax. Perhaps you forgot a comma?");
    position_ = here;
  }
  position_ = start + 1;
  if (legacy && attempt([&] { second = star_expressions(); }))
    error(span(token.location, second->location),
          fmt::format("Missing parentheses in call to '{0}'. Did you mean {0}(...)?", text(token)));
  position_ = here;
}

const Expression* Parser::yield_expression() {
  std::size_t start = position_;
  expect(TokenKind::KeywordYield);
  if (accept(TokenKind::KeywordFrom)) {
    const Expression* value = expression();
    YieldFrom* result = make<YieldFrom>(start);
    result->value = value;
    return result;
  }
  const Expression* value = at_star_expression() ? star_expressions() : nullptr;
  Yield* result = make<Yield>(start);
  result->value = value;
  return result;
}

const Expression* Parser::yield_or_star_expressions() {
  return at(TokenKind::KeywordYield) ? yield_expression() : star_expressions();
}

// ---- operators

const Expression* Parser::disjunction() {
  std::size_t start = position_;
  const Expression* first = conjunction();
  if (!at(TokenKind::KeywordOr)) return first;
  Nodes<Expression> values{first};
  while (accept(TokenKind::KeywordOr)) values.push_back(conjunction());
  BoolOp* result = make<BoolOp>(start);
  result->op = BoolOperator::Or;
  result->values = std::move(values);
  return result;
}

const Expression* Parser::conjunction() {
  std::size_t start = position_;
  const Expression* first = inversion();
  if (!at(TokenKind::KeywordAnd)) return first;
  Nodes<Expression> values{first};
  while (accept(TokenKind::KeywordAnd)) values.push_back(inversion());
  BoolOp* result = make<BoolOp>(start);
  result->op = BoolOperator::And;
  result->values = std::move(values);
  return result;
}

const Expression* Parser::inversion() {
  std::size_t start = position_;
  if (!accept(TokenKind::KeywordNot)) return comparison();
  Depth depth(*this);
  const Expression* operand = inversion();
  UnaryOp* result = make<UnaryOp>(start);
  result->op = UnaryOperator::Not;
  result->operand = operand;
  return result;
}

bool Parser::accept_comparison(CompareOperator& op) {
  switch (peek().kind) {
  case TokenKind::Less:
    op = CompareOperator::Lt;
    break;
  case TokenKind::LessEqual:
    op = CompareOperator::Le;
    break;
  case TokenKind::Greater:
    op = CompareOperator::Gt;
    break;
  case TokenKind::GreaterEqual:
    op = CompareOperator::Ge;
    break;
  case TokenKind::EqualEqual:
    op = CompareOperator::Eq;
    break;
  case TokenKind::NotEqual:
    op = CompareOperator::Ne;
    break;
  case TokenKind::KeywordIn:
    op = CompareOperator::In;
    break;
  case TokenKind::KeywordIs:
    op = peek(1).kind == TokenKind::KeywordNot ? CompareOperator::IsNot : CompareOperator::Is;
    break;
  case TokenKind::KeywordNot:
    if (peek(1).kind != TokenKind::KeywordIn) return false;
    op = CompareOperator::NotIn;
    break;
  default:
    return false;
  }
  position_ += op == CompareOperator::IsNot || op == CompareOperator::NotIn ? 2 : 1;
  return true;
}

const Expression* Parser::comparison() {
  std::size_t start = position_;
  const Expression* left = bitwise_or();
  CompareOperator op;
  if (!accept_comparison(op)) return left;
  CompareOperators ops;
  Nodes<Expression> comparators;
  do {
    ops.push_back(op);
    comparators.push_back(bitwise_or());
  } while (accept_comparison(op));
  Compare* result = make<Compare>(start);
  result->left = left;
  result->ops = std::move(ops);
  result->comparators = std::move(comparators);
  return result;
}

const Expression* Parser::binary(int minimum_precedence) {
  std::size_t start = position_;
  const Expression* left = unary();
  for (;;) {
    BinaryRule rule = binary_rule(peek().kind);
    if (rule.precedence == 0 || rule.precedence < minimum_precedence) return left;
    advance();
    const Expression* right = binary(rule.precedence + 1);
    BinOp* result = make<BinOp>(start);
    result->left = left;
    result->op = rule.op;
    result->right = right;
    left = result;
  }
}

const Expression* Parser::unary() {
  std::size_t start = position_;
  UnaryOperator op;
  if (at(TokenKind::Minus))
    op = UnaryOperator::Neg;
  else if (at(TokenKind::Plus))
    op = UnaryOperator::Pos;
  else if (at(TokenKind::Tilde))
    op = UnaryOperator::Invert;
  else
    return power();
  Depth depth(*this);
  advance();
  const Expression* operand = unary();
  UnaryOp* result = make<UnaryOp>(start);
  result->op = op;
  result->operand = operand;
  return result;
}

const Expression* Parser::power() {
  std::size_t start = position_;
  const Expression* base = nullptr;
  if (accept(TokenKind::KeywordAwait)) {
    const Expression* value = primary();
    Await* await = make<Await>(start);
    await->value = value;
    base = await;
  } else {
    base = primary();
  }
  if (!accept(TokenKind::DoubleStar)) return base;
  Depth depth(*this);
  const Expression* exponent = unary();
  BinOp* result = make<BinOp>(start);
  result->left = base;
  result->op = BinaryOperator::Pow;
  result->right = exponent;
  return result;
}

// ---- primaries

const Expression* Parser::primary() {
  std::size_t start = position_;
  const Expression* value = atom();
  for (;;) {
    const Expression* longer = primary_continued(start, value);
    if (longer == nullptr) return value;
    value = longer;
  }
}

// One attribute, call or subscript behind the value, or null.
const Expression* Parser::primary_continued(std::size_t start, const Expression* value) {
  if (at(TokenKind::LeftParenthesis)) return call(start, value);
  if (accept(TokenKind::Dot)) {
    std::string attr = name_of(expect(TokenKind::Name));
    Attribute* result = make<Attribute>(start);
    result->value = value;
    result->attr = std::move(attr);
    return result;
  }
  if (accept(TokenKind::LeftBracket)) {
    const Expression* index = slices();
    expect(TokenKind::RightBracket);
    Subscript* result = make<Subscript>(start);
    result->value = value;
    result->slice = index;
    return result;
  }
  return nullptr;
}

const Expression* Parser::slices() {
  std::size_t start = position_;
  if (!at(TokenKind::Star)) return comma_list<Tuple>(&Parser::slice, &Parser::at_slice);
  // PEP 646: a[*b] is a tuple even without a comma.
  Nodes<Expression> elements;
  do {
    elements.push_back(slice());
  } while (accept(TokenKind::Comma) && at_slice());
  Tuple* result = make<Tuple>(start);
  result->elts = std::move(elements);
  return result;
}

const Expression* Parser::slice() {
  std::size_t start = position_;
  if (accept(TokenKind::Star)) {
    const Expression* value = expression();
    Starred* starred = make<Starred>(start);
    starred->value = value;
    return starred;
  }
  const Expression* parts[3] = {};
  if (!at(TokenKind::Colon)) {
    bool walrus = at(TokenKind::Name, TokenKind::ColonEqual);
    parts[0] = named_expression();
    if (walrus || !at(TokenKind::Colon)) return parts[0];
  }
  for (int i = 1; i < 3 && accept(TokenKind::Colon); ++i)
    if (at_expression()) parts[i] = expression();
  Slice* result = make<Slice>(start);
  result->lower = parts[0];
  result->upper = parts[1];
  result->step = parts[2];
  return result;
}

const Expression* Parser::lambda() {
  std::size_t start = position_;
  advance();
  const Arguments* args = parameters(TokenKind::Colon);
  expect(TokenKind::Colon);
  if (at(TokenKind::FStringMiddle))
    reject(since(start), "f-string: lambda expressions are not allowed without parentheses");
  const Expression* body = expression();
  Lambda* result = make<Lambda>(start);
  result->args = args;
  result->body = body;
  return result;
}

} // namespace pyvm::syntax
