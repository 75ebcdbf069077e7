// Simple statements; see parser_impl.h.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

bool is_compound(TokenKind kind) {
  switch (kind) {
  case TokenKind::KeywordDef:
  case TokenKind::At:
  case TokenKind::KeywordAsync:
  case TokenKind::KeywordIf:
  case TokenKind::KeywordClass:
  case TokenKind::KeywordWith:
  case TokenKind::KeywordFor:
  case TokenKind::KeywordTry:
  case TokenKind::KeywordWhile:
    return true;
  default:
    return false;
  }
}

} // namespace

void Parser::statement(Nodes<Statement>& out) {
  std::size_t start = position_;
  const Expression* subject = nullptr;
  if (is_compound(peek().kind))
    out.push_back(compound_statement());
  else if (at_word("match") && at_match_statement(subject))
    out.push_back(match_statement(start, subject));
  else
    simple_statements(out);
}

void Parser::simple_statements(Nodes<Statement>& out) {
  do {
    out.push_back(simple_statement());
  } while (accept(TokenKind::Semicolon) && !at(TokenKind::Newline));
  expect(TokenKind::Newline);
}

const Statement* Parser::simple_statement() {
  std::size_t start = position_;
  switch (peek().kind) {
  case TokenKind::KeywordReturn:
    return return_statement();
  case TokenKind::KeywordImport:
    return import_statement();
  case TokenKind::KeywordFrom:
    return import_from_statement();
  case TokenKind::KeywordRaise:
    return raise_statement();
  case TokenKind::KeywordPass:
    advance();
    return make<Pass>(start);
  case TokenKind::KeywordDel:
    return delete_statement();
  case TokenKind::KeywordAssert:
    return assert_statement();
  case TokenKind::KeywordBreak:
    advance();
    return make<Break>(start);
  case TokenKind::KeywordContinue:
    advance();
    return make<Continue>(start);
  case TokenKind::KeywordGlobal:
    return scope_statement<Global>();
  case TokenKind::KeywordNonlocal:
    return scope_statement<Nonlocal>();
  default:
    if (at_word("type") && peek(1).kind == TokenKind::Name) return type_alias();
    return expression_statement();
  }
}

// ---- expressions and assignments

const Statement* Parser::expression_statement() {
  std::size_t start = position_;
  const Expression* value = yield_or_star_expressions();
  BinaryOperator op;
  if (at(TokenKind::Colon)) return annotated_assignment(start, value);
  if (at(TokenKind::Equal)) return assignment(start, value);
  if (at_augmented_operator(op)) return augmented_assignment(start, value, op);
  Expr* result = make<Expr>(start);
  result->value = value;
  return result;
}

// Whether the expression, read from the token at `start`, stands in parentheses of its own.
bool Parser::is_parenthesized(std::size_t start, const Expression* expression) const {
  const Location& begin = tokens_[start].location;
  return begin.line != expression->location.line || begin.column != expression->location.column;
}

const Statement* Parser::annotated_assignment(std::size_t start, const Expression* target) {
  bool is_name = target->kind == NodeKind::Name;
  if (!is_name && target->kind != NodeKind::Attribute && target->kind != NodeKind::Subscript) {
    diagnose_assignment(start);
    fail();
  }
  bool simple = is_name && !is_parenthesized(start, target);
  advance();
  const Expression* annotation = expression();
  const Expression* value = accept(TokenKind::Equal) ? yield_or_star_expressions() : nullptr;
  AnnAssign* result = make<AnnAssign>(start);
  result->target = with_context(target, Context::Store);
  result->annotation = annotation;
  result->value = value;
  result->simple = simple;
  return result;
}

const Statement* Parser::assignment(std::size_t start, const Expression* first) {
  Nodes<Expression> targets;
  const Expression* value = first;
  while (at(TokenKind::Equal)) {
    if (find_invalid_target(value, TargetUse::Assign) != nullptr) {
      diagnose_assignment(start);
      fail();
    }
    targets.push_back(with_context(value, Context::Store));
    advance();
    value = yield_or_star_expressions();
  }
  Assign* result = make<Assign>(start);
  result->targets = std::move(targets);
  result->value = value;
  return result;
}

bool Parser::at_augmented_operator(BinaryOperator& op) {
  switch (peek().kind) {
  case TokenKind::PlusEqual:
    op = BinaryOperator::Add;
    return true;
  case TokenKind::MinusEqual:
    op = BinaryOperator::Sub;
    return true;
  case TokenKind::StarEqual:
    op = BinaryOperator::Mul;
    return true;
  case TokenKind::SlashEqual:
    op = BinaryOperator::TrueDiv;
    return true;
  case TokenKind::DoubleSlashEqual:
    op = BinaryOperator::FloorDiv;
    return true;
  case TokenKind::PercentEqual:
    op = BinaryOperator::Mod;
    return true;
  case TokenKind::DoubleStarEqual:
    op = BinaryOperator::Pow;
    return true;
  case TokenKind::LeftShiftEqual:
    op = BinaryOperator::LShift;
    return true;
  case TokenKind::RightShiftEqual:
    op = BinaryOperator::RShift;
    return true;
  case TokenKind::AmpersandEqual:
    op = BinaryOperator::BitAnd;
    return true;
  case TokenKind::BarEqual:
    op = BinaryOperator::BitOr;
    return true;
  case TokenKind::CaretEqual:
    op = BinaryOperator::BitXor;
    return true;
  case TokenKind::AtEqual:
    op = BinaryOperator::MatMul;
    return true;
  default:
    return false;
  }
}

const Statement* Parser::augmented_assignment(std::size_t start, const Expression* target, BinaryOperator op) {
  if (target->kind != NodeKind::Name && target->kind != NodeKind::Attribute && target->kind != NodeKind::Subscript) {
    diagnose_assignment(start);
    fail();
  }
  advance();
  const Expression* value = yield_or_star_expressions();
  AugAssign* result = make<AugAssign>(start);
  result->target = with_context(target, Context::Store);
  result->op = op;
  result->value = value;
  return result;
}

// The grammar's invalid_assignment, for a statement whose target is none.
void Parser::diagnose_assignment(std::size_t start) {
  if (!diagnosing()) return;
  const Expression* target = nullptr;
  auto annotated = [&](auto&& read_target) {
    position_ = start;
    return attempt([&] {
      read_target();
      expect(TokenKind::Colon);
      expression();
    });
  };
  bool display = annotated([&] {
    if (!at(TokenKind::LeftParenthesis) && !at(TokenKind::LeftBracket)) fail();
    target = atom();
    if (target->kind != NodeKind::List && target->kind != NodeKind::Tuple) fail();
  });
  if (display) error(target->location, fmt::format("only single target (not {}) can be annotated", describe(target)));
  bool tuple = annotated([&] {
    target = star_named_expression();
    expect(TokenKind::Comma);
    while (at_star_expression()) {
      star_named_expression();
      if (!accept(TokenKind::Comma)) break;
    }
  });
  if (tuple) error(target->location, "only single target (not tuple) can be annotated");
  if (annotated([&] { target = expression(); })) error(target->location, "illegal target for annotation");

  position_ = start;
  BinaryOperator op;
  for (;;) {
    bool is_yield = at(TokenKind::KeywordYield);
    if (!attempt([&] { target = yield_or_star_expressions(); })) return;
    if (!at(TokenKind::Equal)) break;
    if (is_yield) error(target->location, "assignment to yield expression not possible");
    reject_invalid_target(target, TargetUse::Assign);
    advance();
  }
  position_ = start;
  if (attempt([&] {
        target = star_expressions();
        if (!at_augmented_operator(op)) fail();
        advance();
        yield_or_star_expressions();
      }))
    error(target->location, fmt::format("'{}' is an illegal expression for augmented assignment", describe(target)));
}

// ---- the statements with a keyword

const Statement* Parser::return_statement() {
  std::size_t start = position_;
  advance();
  const Expression* value = at_star_expression() ? star_expressions() : nullptr;
  Return* result = make<Return>(start);
  result->value = value;
  return result;
}

const Statement* Parser::raise_statement() {
  std::size_t start = position_;
  advance();
  const Expression* exception = at_expression() ? expression() : nullptr;
  const Expression* cause = exception != nullptr && accept(TokenKind::KeywordFrom) ? expression() : nullptr;
  Raise* result = make<Raise>(start);
  result->exc = exception;
  result->cause = cause;
  return result;
}

const Statement* Parser::delete_statement() {
  std::size_t start = position_;
  advance();
  Nodes<Expression> targets;
  do {
    targets.push_back(star_expression());
  } while (accept(TokenKind::Comma) && at_star_expression());
  for (const Expression* target : targets) reject_invalid_target(target, TargetUse::Delete);
  Delete* result = make<Delete>(start);
  result->targets = with_context(targets, Context::Del);
  return result;
}

const Statement* Parser::assert_statement() {
  std::size_t start = position_;
  advance();
  const Expression* test = expression();
  const Expression* message = accept(TokenKind::Comma) ? expression() : nullptr;
  Assert* result = make<Assert>(start);
  result->test = test;
  result->msg = message;
  return result;
}

template <class T> const Statement* Parser::scope_statement() {
  std::size_t start = position_;
  advance();
  Names names;
  do {
    names.push_back(name_of(expect(TokenKind::Name)));
  } while (accept(TokenKind::Comma));
  T* result = make<T>(start);
  result->names = std::move(names);
  return result;
}

const Statement* Parser::type_alias() {
  std::size_t start = position_;
  advance();
  const Token& token = advance();
  Name* name = make<Name>(token.location);
  name->id = name_of(token);
  name->ctx = Context::Store;
  TypeParameters parameters = type_parameters();
  expect(TokenKind::Equal);
  const Expression* value = expression();
  TypeAlias* result = make<TypeAlias>(start);
  result->name = name;
  result->type_params = std::move(parameters);
  result->value = value;
  return result;
}

// ---- imports

std::string Parser::dotted_name() {
  std::string name = name_of(expect(TokenKind::Name));
  while (accept(TokenKind::Dot)) name += "." + name_of(expect(TokenKind::Name));
  return name;
}

const Alias* Parser::dotted_alias() {
  std::size_t start = position_;
  std::string name = dotted_name();
  OptionalName as_name;
  if (accept(TokenKind::KeywordAs)) as_name = name_of(expect(TokenKind::Name));
  Alias* result = make<Alias>(start);
  result->name = std::move(name);
  result->asname = std::move(as_name);
  return result;
}

const Statement* Parser::import_statement() {
  std::size_t start = position_;
  advance();
  Nodes<Alias> names;
  do {
    names.push_back(dotted_alias());
  } while (accept(TokenKind::Comma));
  Import* result = make<Import>(start);
  result->names = std::move(names);
  return result;
}

const Statement* Parser::import_from_statement() {
  std::size_t start = position_;
  advance();
  int32_t level = 0;
  while (at(TokenKind::Dot) || at(TokenKind::Ellipsis)) level += advance().kind == TokenKind::Dot ? 1 : 3;
  OptionalName module;
  if (level == 0 || at(TokenKind::Name)) module = dotted_name();
  expect(TokenKind::KeywordImport);
  Nodes<Alias> names;
  if (at(TokenKind::Star)) {
    Alias* star = make<Alias>(advance().location);
    star->name = "*";
    names.push_back(star);
  } else {
    bool parenthesized = accept(TokenKind::LeftParenthesis);
    import_from_names(names, parenthesized);
    if (parenthesized) expect(TokenKind::RightParenthesis);
  }
  ImportFrom* result = make<ImportFrom>(start);
  result->module = std::move(module);
  result->names = std::move(names);
  result->level = level;
  return result;
}

void Parser::import_from_names(Nodes<Alias>& names, bool parenthesized) {
  do {
    std::size_t start = position_;
    if (parenthesized && !names.empty() && at(TokenKind::RightParenthesis)) return;
    if (diagnosing() && !parenthesized && !names.empty() && at(TokenKind::Newline))
      error_at_last_token("trailing comma not allowed without surrounding parentheses");
    std::string name = name_of(expect(TokenKind::Name));
    OptionalName as_name;
    if (accept(TokenKind::KeywordAs)) as_name = name_of(expect(TokenKind::Name));
    Alias* alias = make<Alias>(start);
    alias->name = std::move(name);
    alias->asname = std::move(as_name);
    names.push_back(alias);
  } while (accept(TokenKind::Comma));
}

} // namespace pyvm::syntax
