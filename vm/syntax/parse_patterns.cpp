// The match statement and its patterns (PEP 634); see parser_impl.h.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

bool is_number(const Expression* expression, bool imaginary) {
  if (const UnaryOp* negated = cast_if<UnaryOp>(expression)) expression = negated->operand;
  const Constant* constant = cast_if<Constant>(expression);
  return constant != nullptr && (constant->value.kind == ConstantKind::Complex) == imaginary;
}

} // namespace

// `match` is a name unless it heads `match subject: NEWLINE INDENT case`. On true, all up to the INDENT is read.
bool Parser::at_match_statement(const Expression*& subject) {
  std::size_t start = position_;
  TokenKind next = peek(1).kind;
  ++position_;
  bool may_be_subject = at_star_expression();
  position_ = start;
  if (!may_be_subject) return false;
  bool has_subject = attempt_quietly([&] {
    advance();
    subject = match_subject();
    if (!at(TokenKind::Colon) && !at(TokenKind::Newline)) fail();
  });
  if (!has_subject) return false;
  // What follows `match` cannot continue an expression that begins with it.
  bool sure = next == TokenKind::Name || next == TokenKind::Number || next == TokenKind::String;
  if (diagnosing() && sure && at(TokenKind::Newline)) error_at_last_token("expected ':'");
  if (at(TokenKind::Colon, TokenKind::Newline)) {
    if (peek(2).kind == TokenKind::Indent && peek(3).kind == TokenKind::Name && text(peek(3)) == "case") {
      position_ += 3;
      return true;
    }
    if (diagnosing() && peek(2).kind != TokenKind::Indent)
      error(peek(2).location,
            fmt::format("expected an indented block after 'match' statement on line {}", tokens_[start].location.line),
            SyntaxErrorKind::Indentation);
  }
  position_ = start;
  return false;
}

const Expression* Parser::match_subject() {
  std::size_t start = position_;
  const Expression* first = star_named_expression();
  if (first->kind != NodeKind::Starred && !at(TokenKind::Comma)) return first;
  Nodes<Expression> elements{first};
  expect(TokenKind::Comma);
  while (at_star_expression()) {
    elements.push_back(star_named_expression());
    if (!accept(TokenKind::Comma)) break;
  }
  Tuple* result = make<Tuple>(start);
  result->elts = std::move(elements);
  return result;
}

const Statement* Parser::match_statement(std::size_t start, const Expression* subject) {
  Depth depth(*this);
  Nodes<MatchCase> cases;
  do {
    cases.push_back(match_case());
  } while (!accept(TokenKind::Dedent));
  Match* result = make<Match>(start);
  result->subject = subject;
  result->cases = std::move(cases);
  return result;
}

const MatchCase* Parser::match_case() {
  std::size_t start = position_;
  if (!at_word("case")) fail();
  const Token& keyword = advance();
  const Pattern* pattern = patterns();
  const Expression* guard = accept(TokenKind::KeywordIf) ? named_expression() : nullptr;
  expect_colon();
  Nodes<Statement> body = block("'case' statement", keyword.location.line);
  MatchCase* result = make<MatchCase>(start);
  result->pattern = pattern;
  result->guard = guard;
  result->body = std::move(body);
  return result;
}

// ---- patterns

const Pattern* Parser::patterns() {
  std::size_t start = position_;
  const Pattern* first = at(TokenKind::Star) ? star_pattern() : pattern();
  if (first->kind != NodeKind::MatchStar && !at(TokenKind::Comma)) return first;
  Nodes<Pattern> elements{first};
  expect(TokenKind::Comma);
  while (!at(TokenKind::Colon) && !at(TokenKind::KeywordIf)) {
    elements.push_back(at(TokenKind::Star) ? star_pattern() : pattern());
    if (!accept(TokenKind::Comma)) break;
  }
  MatchSequence* result = make<MatchSequence>(start);
  result->patterns = std::move(elements);
  return result;
}

const Pattern* Parser::pattern() {
  Depth depth(*this);
  std::size_t start = position_;
  const Pattern* inner = or_pattern();
  if (!accept(TokenKind::KeywordAs)) return inner;
  if (at_word("_")) reject(peek().location, "cannot use '_' as a target");
  if (diagnosing() && !at(TokenKind::Name)) error(expression()->location, "invalid pattern target");
  std::string name = name_of(expect(TokenKind::Name));
  if (at(TokenKind::Dot) || at(TokenKind::LeftParenthesis) || at(TokenKind::Equal)) {
    --position_;
    if (diagnosing()) error(expression()->location, "invalid pattern target");
    fail();
  }
  MatchAs* result = make<MatchAs>(start);
  result->pattern = inner;
  result->name = std::move(name);
  return result;
}

const Pattern* Parser::or_pattern() {
  std::size_t start = position_;
  const Pattern* first = closed_pattern();
  if (!at(TokenKind::Bar)) return first;
  Nodes<Pattern> alternatives{first};
  while (accept(TokenKind::Bar)) alternatives.push_back(closed_pattern());
  MatchOr* result = make<MatchOr>(start);
  result->patterns = std::move(alternatives);
  return result;
}

const Pattern* Parser::closed_pattern() {
  switch (peek().kind) {
  case TokenKind::Name:
    return name_pattern();
  case TokenKind::LeftParenthesis:
    return sequence_pattern(TokenKind::RightParenthesis);
  case TokenKind::LeftBracket:
    return sequence_pattern(TokenKind::RightBracket);
  case TokenKind::LeftBrace:
    return mapping_pattern();
  default:
    return literal_pattern();
  }
}

const Pattern* Parser::literal_pattern() {
  std::size_t start = position_;
  TokenKind kind = peek().kind;
  if (kind == TokenKind::KeywordNone || kind == TokenKind::KeywordTrue || kind == TokenKind::KeywordFalse) {
    const Expression* value = atom();
    MatchSingleton* result = make<MatchSingleton>(start);
    result->value = as<Constant>(value)->value;
    return result;
  }
  const Expression* value = kind == TokenKind::String || kind == TokenKind::FStringStart ? strings() : pattern_number();
  if (value->kind == NodeKind::JoinedStr)
    error(value->location, "patterns may only match literals and attribute lookups");
  MatchValue* result = make<MatchValue>(start);
  result->value = value;
  return result;
}

// A number, negated or not, or a complex one such as -1 + 2j.
const Expression* Parser::pattern_number() {
  std::size_t start = position_;
  bool negative = accept(TokenKind::Minus);
  if (!at(TokenKind::Number)) fail();
  const Expression* value = number();
  if (negative) {
    UnaryOp* negated = make<UnaryOp>(start);
    negated->op = UnaryOperator::Neg;
    negated->operand = value;
    value = negated;
  }
  if (!at(TokenKind::Plus) && !at(TokenKind::Minus)) return value;
  BinaryOperator op = advance().kind == TokenKind::Plus ? BinaryOperator::Add : BinaryOperator::Sub;
  if (!at(TokenKind::Number)) fail();
  const Expression* imaginary = number();
  if (is_number(value, true)) error(value->location, "real number required in complex literal");
  if (!is_number(imaginary, true)) error(imaginary->location, "imaginary number required in complex literal");
  BinOp* result = make<BinOp>(start);
  result->left = value;
  result->op = op;
  result->right = imaginary;
  return result;
}

// A capture, the wildcard, a dotted name's value or a class.
const Pattern* Parser::name_pattern() {
  std::size_t start = position_;
  const Token& token = advance();
  if (at(TokenKind::Equal)) fail();
  if (!at(TokenKind::Dot) && !at(TokenKind::LeftParenthesis)) {
    MatchAs* capture = make<MatchAs>(start);
    if (text(token) != "_") capture->name = name_of(token);
    return capture;
  }
  Name* name = make<Name>(start);
  name->id = name_of(token);
  const Expression* value = name;
  while (accept(TokenKind::Dot)) {
    std::string attr = name_of(expect(TokenKind::Name));
    Attribute* attribute = make<Attribute>(start);
    attribute->value = value;
    attribute->attr = std::move(attr);
    value = attribute;
  }
  if (at(TokenKind::LeftParenthesis)) return class_pattern(start, value);
  MatchValue* result = make<MatchValue>(start);
  result->value = value;
  return result;
}

const Pattern* Parser::class_pattern(std::size_t start, const Expression* cls) {
  advance();
  Nodes<Pattern> positional, named;
  Names names;
  while (!at(TokenKind::RightParenthesis)) {
    if (at(TokenKind::Name, TokenKind::Equal)) {
      names.push_back(name_of(advance()));
      advance();
      named.push_back(pattern());
    } else {
      const Pattern* first = pattern();
      const Pattern* last = first;
      while (diagnosing() && !names.empty() && accept(TokenKind::Comma) && !at(TokenKind::RightParenthesis) &&
             !at(TokenKind::Name, TokenKind::Equal))
        last = pattern();
      if (!names.empty()) reject(span(first->location, last->location), "positional patterns follow keyword patterns");
      positional.push_back(first);
    }
    if (!accept(TokenKind::Comma)) break;
  }
  expect(TokenKind::RightParenthesis);
  MatchClass* result = make<MatchClass>(start);
  result->cls = cls;
  result->patterns = std::move(positional);
  result->kwd_attrs = std::move(names);
  result->kwd_patterns = std::move(named);
  return result;
}

// (pattern) is the pattern alone; (a, b), [a] and [a, b] are sequences.
const Pattern* Parser::sequence_pattern(TokenKind closer) {
  std::size_t start = position_;
  advance();
  Nodes<Pattern> elements;
  bool comma = false;
  while (!at(closer)) {
    elements.push_back(at(TokenKind::Star) ? star_pattern() : pattern());
    if (!accept(TokenKind::Comma)) break;
    comma = true;
  }
  expect(closer);
  if (closer == TokenKind::RightParenthesis && elements.size() == 1 && !comma) {
    if (elements[0]->kind == NodeKind::MatchStar) fail();
    return elements[0];
  }
  MatchSequence* result = make<MatchSequence>(start);
  result->patterns = std::move(elements);
  return result;
}

// A name to bind; none for '_'.
OptionalName Parser::capture_name() {
  const Token& token = expect(TokenKind::Name);
  if (text(token) == "_") return {};
  return name_of(token);
}

const Pattern* Parser::star_pattern() {
  std::size_t start = position_;
  advance();
  OptionalName name = capture_name();
  MatchStar* result = make<MatchStar>(start);
  result->name = std::move(name);
  return result;
}

const Pattern* Parser::mapping_pattern() {
  std::size_t start = position_;
  advance();
  Nodes<Expression> keys;
  Nodes<Pattern> values;
  OptionalName rest;
  while (!at(TokenKind::RightBrace)) {
    if (accept(TokenKind::DoubleStar)) {
      rest = capture_name();
      accept(TokenKind::Comma);
      if (!rest || !at(TokenKind::RightBrace)) fail();
      break;
    }
    keys.push_back(mapping_key());
    expect(TokenKind::Colon);
    values.push_back(pattern());
    if (!accept(TokenKind::Comma)) break;
  }
  expect(TokenKind::RightBrace);
  MatchMapping* result = make<MatchMapping>(start);
  result->keys = std::move(keys);
  result->patterns = std::move(values);
  result->rest = std::move(rest);
  return result;
}

const Expression* Parser::mapping_key() {
  if (at(TokenKind::Name)) {
    const Pattern* key = name_pattern();
    const MatchValue* value = cast_if<MatchValue>(key);
    if (value == nullptr) fail();
    return value->value;
  }
  const Pattern* key = literal_pattern();
  if (const MatchValue* value = cast_if<MatchValue>(key)) return value->value;
  Constant* result = make<Constant>(key->location);
  result->value = as<MatchSingleton>(key)->value;
  return result;
}

} // namespace pyvm::syntax
