// Compound statements and their blocks; see parser_impl.h.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

const Statement* Parser::compound_statement() {
  std::size_t start = position_;
  switch (peek().kind) {
  case TokenKind::KeywordDef:
    return function<FunctionDef>(start, {});
  case TokenKind::At:
    return decorated();
  case TokenKind::KeywordAsync:
    return async_statement();
  case TokenKind::KeywordIf:
    return if_statement();
  case TokenKind::KeywordClass:
    return class_definition({});
  case TokenKind::KeywordWith:
    return with_statement<With>(start);
  case TokenKind::KeywordFor:
    return for_statement<For>(start);
  case TokenKind::KeywordTry:
    return try_statement();
  default:
    return while_statement();
  }
}

// The colon of a header whose grammar says "expected ':'" only at the end of the line.
void Parser::expect_colon() {
  if (diagnosing() && at(TokenKind::Newline)) error_at_last_token("expected ':'");
  expect(TokenKind::Colon);
}

// Behind a colon. `owner` is what the message calls the statement, `line` where its keyword stands.
Nodes<Statement> Parser::block(const std::string& owner, int32_t line) {
  Nodes<Statement> body;
  if (!accept(TokenKind::Newline)) {
    simple_statements(body);
    return body;
  }
  if (!at(TokenKind::Indent)) {
    if (diagnosing())
      error(peek().location, fmt::format("expected an indented block after {} on line {}", owner, line),
            SyntaxErrorKind::Indentation);
    fail();
  }
  Depth depth(*this);
  advance();
  do {
    statement(body);
  } while (!accept(TokenKind::Dedent));
  return body;
}

Nodes<Statement> Parser::else_block() {
  if (!at(TokenKind::KeywordElse)) return {};
  const Token& keyword = advance();
  expect_or_say(TokenKind::Colon);
  return block("'else' statement", keyword.location.line);
}

// ---- if, while, for

void Parser::condition_and_block(const Token& keyword, const Expression*& test, Nodes<Statement>& body) {
  test = named_expression();
  expect_colon();
  body = block(fmt::format("'{}' statement", text(keyword)), keyword.location.line);
}

// A chain of elifs is read in a loop, and nested from its end.
const Statement* Parser::if_statement() {
  struct Branch {
    std::size_t start;
    const Expression* test;
    Nodes<Statement> body;
  };
  std::vector<Branch> branches;
  do {
    branches.push_back({position_, nullptr, {}});
    const Token& keyword = advance();
    condition_and_block(keyword, branches.back().test, branches.back().body);
  } while (at(TokenKind::KeywordElif));
  Nodes<Statement> orelse = else_block();
  for (;;) {
    If* result = make<If>(branches.back().start);
    result->test = branches.back().test;
    result->body = std::move(branches.back().body);
    result->orelse = std::move(orelse);
    branches.pop_back();
    if (branches.empty()) return result;
    orelse = {result};
  }
}

const Statement* Parser::while_statement() {
  std::size_t start = position_;
  const Token& keyword = advance();
  const Expression* test = nullptr;
  Nodes<Statement> body;
  condition_and_block(keyword, test, body);
  Nodes<Statement> orelse = else_block();
  While* result = make<While>(start);
  result->test = test;
  result->body = std::move(body);
  result->orelse = std::move(orelse);
  return result;
}

template <class T> const Statement* Parser::for_statement(std::size_t start) {
  const Token& keyword = advance();
  const Expression* target = for_targets();
  expect(TokenKind::KeywordIn);
  const Expression* iter = star_expressions();
  expect_colon();
  Nodes<Statement> body = block("'for' statement", keyword.location.line);
  Nodes<Statement> orelse = else_block();
  T* result = make<T>(start);
  result->target = target;
  result->iter = iter;
  result->body = std::move(body);
  result->orelse = std::move(orelse);
  return result;
}

// ---- with, try

template <class T> const Statement* Parser::with_statement(std::size_t start) {
  const Token& keyword = advance();
  Nodes<WithItem> items;
  if (!at(TokenKind::LeftParenthesis) || !attempt_quietly([&] {
        if (!parenthesized_with_items(items)) fail();
      })) {
    items.clear();
    do {
      items.push_back(with_item());
    } while (accept(TokenKind::Comma));
  }
  expect_colon();
  Nodes<Statement> body = block("'with' statement", keyword.location.line);
  T* result = make<T>(start);
  result->items = std::move(items);
  result->body = std::move(body);
  return result;
}

bool Parser::parenthesized_with_items(Nodes<WithItem>& items) {
  advance();
  do {
    if (!items.empty() && at(TokenKind::RightParenthesis)) break;
    items.push_back(with_item());
  } while (accept(TokenKind::Comma));
  return accept(TokenKind::RightParenthesis) && (at(TokenKind::Colon) || at(TokenKind::Newline));
}

const WithItem* Parser::with_item() {
  std::size_t start = position_;
  const Expression* context = expression();
  const Expression* target = nullptr;
  if (accept(TokenKind::KeywordAs)) {
    target = star_target();
    reject_invalid_target(target, TargetUse::Assign);
    target = with_context(target, Context::Store);
  }
  WithItem* result = make<WithItem>(start);
  result->context_expr = context;
  result->optional_vars = target;
  return result;
}

const Statement* Parser::try_statement() {
  std::size_t start = position_;
  const Token& keyword = advance();
  expect_or_say(TokenKind::Colon);
  Nodes<Statement> body = block("'try' statement", keyword.location.line);
  Nodes<ExceptHandler> handlers;
  bool any_star = false;
  while (at(TokenKind::KeywordExcept)) {
    Location first = peek().location;
    if (peek(1).kind == TokenKind::Star) first = span(first, peek(1).location);
    bool star = false;
    const ExceptHandler* handler = except_handler(star);
    if (!handlers.empty() && star != any_star)
      reject(first, "cannot have both 'except' and 'except*' on the same 'try'");
    any_star = star;
    handlers.push_back(handler);
  }
  Nodes<Statement> orelse = handlers.empty() ? Nodes<Statement>{} : else_block();
  Nodes<Statement> finalbody;
  if (at(TokenKind::KeywordFinally)) {
    const Token& finally = advance();
    expect_or_say(TokenKind::Colon);
    finalbody = block("'finally' statement", finally.location.line);
  } else if (handlers.empty()) {
    if (diagnosing()) error_at_last_token("expected 'except' or 'finally' block");
    fail();
  }
  auto fill = [&]<class T>(T* result) {
    result->body = std::move(body);
    result->handlers = std::move(handlers);
    result->orelse = std::move(orelse);
    result->finalbody = std::move(finalbody);
    return result;
  };
  if (any_star) return fill(make<TryStar>(start));
  return fill(make<Try>(start));
}

const ExceptHandler* Parser::except_handler(bool& star) {
  std::size_t start = position_;
  const Token& keyword = advance();
  star = accept(TokenKind::Star);
  const Expression* type = nullptr;
  OptionalName name;
  if (star && diagnosing() && (at(TokenKind::Newline) || at(TokenKind::Colon)))
    error_at_last_token("expected one or more exception types");
  if (star || at_expression()) {
    type = expression();
    if (diagnosing() && at(TokenKind::Comma)) diagnose_exception_types(type);
    if (accept(TokenKind::KeywordAs)) name = name_of(expect(TokenKind::Name));
  }
  expect_colon();
  Nodes<Statement> body = block(star ? "'except*' statement" : "'except' statement", keyword.location.line);
  ExceptHandler* result = make<ExceptHandler>(start);
  result->type = type;
  result->name = std::move(name);
  result->body = std::move(body);
  return result;
}

// except A, B: or except A, B as name:
void Parser::diagnose_exception_types(const Expression* first) {
  bool matched = attempt([&] {
    while (accept(TokenKind::Comma) && at_expression()) expression();
    if (accept(TokenKind::KeywordAs)) expect(TokenKind::Name);
    expect(TokenKind::Colon);
  });
  if (matched) error_from(first->location, "multiple exception types must be parenthesized");
}

// ---- functions, classes

const Statement* Parser::async_statement() {
  std::size_t start = position_;
  advance();
  switch (peek().kind) {
  case TokenKind::KeywordDef:
    return function<AsyncFunctionDef>(start, {});
  case TokenKind::KeywordFor:
    return for_statement<AsyncFor>(start);
  case TokenKind::KeywordWith:
    return with_statement<AsyncWith>(start);
  default:
    fail();
  }
}

const Statement* Parser::decorated() {
  Nodes<Expression> decorators;
  while (accept(TokenKind::At)) {
    decorators.push_back(named_expression());
    expect(TokenKind::Newline);
  }
  std::size_t start = position_;
  if (at(TokenKind::KeywordClass)) return class_definition(decorators);
  if (accept(TokenKind::KeywordAsync) && at(TokenKind::KeywordDef))
    return function<AsyncFunctionDef>(start, decorators);
  if (!at(TokenKind::KeywordDef)) fail();
  return function<FunctionDef>(start, decorators);
}

// At `def`; `start` is at `async` if there is one.
template <class T> const Statement* Parser::function(std::size_t start, const Nodes<Expression>& decorators) {
  const Token& keyword = advance();
  std::string name = name_of(expect(TokenKind::Name));
  TypeParameters type_params = type_parameters();
  expect_or_say(TokenKind::LeftParenthesis);
  const Arguments* args = parameters(TokenKind::RightParenthesis);
  expect(TokenKind::RightParenthesis);
  const Expression* returns = nullptr;
  if (at(TokenKind::Arrow))
    attempt([&] {
      advance();
      returns = expression();
    });
  expect_or_say(TokenKind::Colon);
  Nodes<Statement> body = block("function definition", keyword.location.line);
  T* result = make<T>(start);
  result->name = std::move(name);
  result->args = args;
  result->body = std::move(body);
  result->decorator_list = decorators;
  result->returns = returns;
  result->type_params = std::move(type_params);
  return result;
}

const Statement* Parser::class_definition(const Nodes<Expression>& decorators) {
  std::size_t start = position_;
  const Token& keyword = advance();
  std::string name = name_of(expect(TokenKind::Name));
  TypeParameters type_params = type_parameters();
  Call bases;
  if (at(TokenKind::LeftParenthesis)) {
    call_arguments(&bases, false);
    expect(TokenKind::RightParenthesis);
  }
  expect_colon();
  Nodes<Statement> body = block("class definition", keyword.location.line);
  ClassDef* result = make<ClassDef>(start);
  result->name = std::move(name);
  result->bases = std::move(bases.args);
  result->keywords = std::move(bases.keywords);
  result->body = std::move(body);
  result->decorator_list = decorators;
  result->type_params = std::move(type_params);
  return result;
}

} // namespace pyvm::syntax
