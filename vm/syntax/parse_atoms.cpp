// Atoms, displays, comprehensions and calls; see parser_impl.h.

#include "vm/syntax/literals.h"
#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

// Where the last condition or iterable of a comprehension is.
const Location& end_of(const Nodes<Comprehension>& clauses) {
  const Comprehension* last = clauses.back();
  return last->ifs.empty() ? last->iter->location : last->ifs.back()->location;
}

} // namespace

const Expression* Parser::atom() {
  switch (peek().kind) {
  case TokenKind::Name: {
    const Token& token = advance();
    Name* name = make<Name>(token.location);
    name->id = name_of(token);
    return name;
  }
  case TokenKind::Number:
    return number();
  case TokenKind::String:
  case TokenKind::FStringStart:
    return strings();
  case TokenKind::LeftParenthesis:
    return parenthesized();
  case TokenKind::LeftBracket:
    return list_display();
  case TokenKind::LeftBrace:
    return brace_display();
  case TokenKind::KeywordNone:
    return constant(ConstantKind::None);
  case TokenKind::KeywordTrue:
    return constant(ConstantKind::True);
  case TokenKind::KeywordFalse:
    return constant(ConstantKind::False);
  case TokenKind::Ellipsis:
    return constant(ConstantKind::Ellipsis);
  default:
    fail();
  }
}

const Expression* Parser::constant(ConstantKind kind) {
  Constant* result = make<Constant>(advance().location);
  result->value.kind = kind;
  return result;
}

const Expression* Parser::number() {
  const Token& token = advance();
  auto decoded = decode_number(text(token));
  if (auto* failure = std::get_if<LiteralError>(&decoded)) error(token.location, failure->message);
  Constant* result = make<Constant>(token.location);
  result->value = std::get<ConstantValue>(std::move(decoded));
  return result;
}

// ---- displays

// A tuple, a parenthesised expression or a generator expression.
const Expression* Parser::parenthesized() {
  std::size_t start = position_;
  advance();
  if (at(TokenKind::KeywordYield)) {
    const Expression* value = yield_expression();
    expect(TokenKind::RightParenthesis);
    return value;
  }
  if (diagnosing()) diagnose_star_in_parentheses(start);
  Nodes<Expression> elements;
  if (!at(TokenKind::RightParenthesis)) {
    const Expression* first = star_named_expression();
    bool starred = first->kind == NodeKind::Starred;
    if (at_comprehension() && !starred) {
      Nodes<Comprehension> generators = comprehension_clauses();
      expect(TokenKind::RightParenthesis);
      GeneratorExp* result = make<GeneratorExp>(start);
      result->elt = first;
      result->generators = std::move(generators);
      return result;
    }
    if (!starred && accept(TokenKind::RightParenthesis)) return first;
    elements.push_back(first);
    if (!at(TokenKind::Comma)) fail();
    while (accept(TokenKind::Comma) && at_star_expression()) elements.push_back(star_named_expression());
  }
  expect(TokenKind::RightParenthesis);
  Tuple* result = make<Tuple>(start);
  result->elts = std::move(elements);
  return result;
}

void Parser::diagnose_star_in_parentheses(std::size_t start) {
  const Token& token = peek();
  bool star = token.kind == TokenKind::Star;
  if (!star && token.kind != TokenKind::DoubleStar) return;
  const Expression* value = nullptr;
  bool alone = attempt([&] {
    advance();
    value = expression();
    if (!at(TokenKind::RightParenthesis) && !(star && at_comprehension())) fail();
  });
  if (!alone) return;
  Location starred = span(token.location, value->location);
  if (at_comprehension()) {
    comprehension_clauses();
    error(starred, "iterable unpacking cannot be used in comprehension");
  }
  position_ = start + 1;
  if (star) error(starred, "cannot use starred expression here");
  error(token.location, "cannot use double starred expression here");
}

const Expression* Parser::list_display() {
  std::size_t start = position_;
  advance();
  Nodes<Expression> elements;
  while (at_star_expression()) {
    elements.push_back(star_named_expression());
    if (at_comprehension() && elements.size() == 1 && elements[0]->kind != NodeKind::Starred) {
      Nodes<Comprehension> generators = comprehension_clauses();
      expect(TokenKind::RightBracket);
      ListComp* result = make<ListComp>(start);
      result->elt = elements[0];
      result->generators = std::move(generators);
      return result;
    }
    if (!accept(TokenKind::Comma)) break;
  }
  if (diagnosing() && at_comprehension()) diagnose_comprehension_target(elements);
  expect(TokenKind::RightBracket);
  List* result = make<List>(start);
  result->elts = std::move(elements);
  return result;
}

// At `for` behind the elements of a display: `[a, b for a, b in c]`.
void Parser::diagnose_comprehension_target(const Nodes<Expression>& elements) {
  bool behind_comma = tokens_[position_ - 1].kind == TokenKind::Comma;
  const Location& comma = tokens_[position_ - 1].location;
  if (elements.empty() || !attempt([&] { comprehension_clauses(); })) return;
  if (elements.size() == 1 && !behind_comma)
    error(elements[0]->location, "iterable unpacking cannot be used in comprehension");
  const Location& last = elements.size() == 1 ? comma : elements.back()->location;
  error(span(elements[0]->location, last), "did you forget parentheses around the comprehension target?");
}

// A dict, a set, or a comprehension of either.
const Expression* Parser::brace_display() {
  std::size_t start = position_;
  advance();
  if (at(TokenKind::RightBrace) || at(TokenKind::DoubleStar)) return dict_display(start, nullptr);
  Nodes<Expression> elements;
  while (at_star_expression()) {
    elements.push_back(star_named_expression());
    bool first = elements.size() == 1 && elements[0]->kind != NodeKind::Starred;
    if (first && at(TokenKind::Colon)) return dict_display(start, elements[0]);
    if (first && at_comprehension()) {
      Nodes<Comprehension> generators = comprehension_clauses();
      expect(TokenKind::RightBrace);
      SetComp* result = make<SetComp>(start);
      result->elt = elements[0];
      result->generators = std::move(generators);
      return result;
    }
    if (!accept(TokenKind::Comma)) break;
  }
  if (diagnosing() && at_comprehension()) diagnose_comprehension_target(elements);
  expect(TokenKind::RightBrace);
  Set* result = make<Set>(start);
  result->elts = std::move(elements);
  return result;
}

// `first_key` has been read, and its colon follows; or it is null and '}' or '**' follows.
const Expression* Parser::dict_display(std::size_t start, const Expression* first_key) {
  Dict* result = make<Dict>(start);
  if (first_key != nullptr) {
    const Token& colon = advance();
    result->keys.push_back(first_key);
    result->values.push_back(dict_value(colon));
    if (at_comprehension()) {
      DictComp* comprehension = make<DictComp>(start);
      comprehension->key = first_key;
      comprehension->value = result->values[0];
      comprehension->generators = comprehension_clauses();
      expect(TokenKind::RightBrace);
      comprehension->location = since(start);
      return comprehension;
    }
  } else if (!at(TokenKind::RightBrace)) {
    dict_item(result, true);
  }
  while (accept(TokenKind::Comma) && !at(TokenKind::RightBrace)) dict_item(result, false);
  expect(TokenKind::RightBrace);
  result->location = since(start);
  return result;
}

void Parser::dict_item(Dict* dict, bool first) {
  const Token& token = peek();
  if (accept(TokenKind::DoubleStar)) {
    dict->keys.push_back(nullptr);
    dict->values.push_back(bitwise_or());
    if (first && diagnosing() && at_comprehension() && attempt([&] { comprehension_clauses(); }))
      reject(token.location, "dict unpacking cannot be used in dict comprehension");
    return;
  }
  const Expression* key = expression();
  if (!at(TokenKind::Colon)) {
    const Location& place = key->location;
    reject({place.line, place.end_column - 1, 0, 0}, "':' expected after dictionary key");
  }
  dict->keys.push_back(key);
  dict->values.push_back(dict_value(advance()));
}

const Expression* Parser::dict_value(const Token& colon) {
  if (diagnosing() && at(TokenKind::Star)) {
    const Token& star = advance();
    bitwise_or();
    error_from(star.location, "cannot use a starred expression in a dictionary value");
  }
  if (at(TokenKind::RightBrace) || at(TokenKind::Comma))
    reject(colon.location, "expression expected after dictionary key and ':'");
  return expression();
}

// ---- comprehensions

Nodes<Comprehension> Parser::comprehension_clauses() {
  Nodes<Comprehension> result;
  while (at_comprehension()) result.push_back(comprehension_clause());
  return result;
}

const Comprehension* Parser::comprehension_clause() {
  std::size_t start = position_;
  bool is_async = accept(TokenKind::KeywordAsync);
  expect(TokenKind::KeywordFor);
  const Expression* target = for_targets();
  expect(TokenKind::KeywordIn);
  const Expression* iter = disjunction();
  Nodes<Expression> ifs;
  while (accept(TokenKind::KeywordIf)) ifs.push_back(disjunction());
  Comprehension* result = make<Comprehension>(start);
  result->target = target;
  result->iter = iter;
  result->ifs = std::move(ifs);
  result->is_async = is_async;
  return result;
}

// ---- calls

struct Parser::ArgumentState {
  std::size_t parenthesis; // Of the call.
  bool may_be_generator;   // f(x for x in y) may be written; class C(x for x in y) may not.
  bool keyword = false;    // A keyword or ** argument was read.
  bool double_star = false;
  bool generator = false; // The call is f(x for x in y).
  std::size_t count = 0;
};

const Expression* Parser::call(std::size_t start, const Expression* function) {
  Call* result = make<Call>(start);
  result->func = function;
  call_arguments(result, true);
  expect(TokenKind::RightParenthesis);
  result->location = since(start);
  return result;
}

void Parser::call_arguments(Call* call, bool may_be_generator) {
  ArgumentState state{.parenthesis = position_, .may_be_generator = may_be_generator};
  advance();
  while (!at(TokenKind::RightParenthesis)) {
    call_argument(call, state);
    ++state.count;
    if (state.generator || !accept(TokenKind::Comma)) return;
  }
}

void Parser::call_argument(Call* call, ArgumentState& state) {
  std::size_t start = position_;
  if (at(TokenKind::Star)) {
    const Token& star = advance();
    if (state.double_star) reject(star.location, "iterable argument unpacking follows keyword argument unpacking");
    const Expression* value = expression();
    Starred* starred = make<Starred>(start);
    starred->value = value;
    call->args.push_back(starred);
  } else if (at(TokenKind::DoubleStar) || at(TokenKind::Name, TokenKind::Equal)) {
    keyword_argument(call, state);
  } else {
    positional_argument(call, state);
  }
}

void Parser::keyword_argument(Call* call, ArgumentState& state) {
  std::size_t start = position_;
  const Token& first = advance();
  OptionalName name;
  state.keyword = true;
  if (first.kind == TokenKind::Name) {
    name = name_of(first);
    advance();
  } else {
    state.double_star = true;
  }
  const Expression* value = expression();
  if (name && at_comprehension()) {
    if (diagnosing()) comprehension_clauses();
    reject(span(first.location, tokens_[start + 1].location),
           "invalid syntax. Maybe you meant '==' or ':=' instead of '='?");
  }
  Keyword* keyword = make<Keyword>(start);
  keyword->arg = std::move(name);
  keyword->value = value;
  call->keywords.push_back(keyword);
}

void Parser::positional_argument(Call* call, ArgumentState& state) {
  std::size_t start = position_;
  const Expression* value = at(TokenKind::Name, TokenKind::ColonEqual) ? assignment_expression() : expression();
  if (at(TokenKind::ColonEqual)) fail();
  if (at(TokenKind::Equal)) {
    Location place = span(value->location, peek().location);
    TokenKind first = tokens_[start].kind;
    bool constant =
        first == TokenKind::KeywordTrue || first == TokenKind::KeywordFalse || first == TokenKind::KeywordNone;
    reject(place, constant && position_ == start + 1
                      ? fmt::format("cannot assign to {}", describe(value))
                      : "expression cannot contain assignment, perhaps you meant \"==\"?");
  }
  if (at_comprehension()) {
    generator_argument(call, state, start, value);
    return;
  }
  if (state.keyword) {
    if (diagnosing()) skip_arguments();
    if (diagnosing())
      error_at_last_token(state.double_star ? "positional argument follows keyword argument unpacking"
                                            : "positional argument follows keyword argument");
    fail();
  }
  call->args.push_back(value);
}

// f(x for x in y): only alone, and without a comma behind it.
void Parser::generator_argument(Call* call, ArgumentState& state, std::size_t start, const Expression* element) {
  if (!state.may_be_generator && !diagnosing()) fail();
  Nodes<Comprehension> generators = comprehension_clauses();
  if (!state.may_be_generator || state.count > 0 || !at(TokenKind::RightParenthesis)) {
    if (state.count > 0 || at(TokenKind::Comma))
      reject(span(tokens_[start].location, end_of(generators)), "Generator expression must be parenthesized");
    fail();
  }
  GeneratorExp* result = make<GeneratorExp>(span(tokens_[state.parenthesis].location, peek().location));
  result->elt = element;
  result->generators = std::move(generators);
  call->args.push_back(result);
  state.generator = true;
}

// The rest of a call's arguments, in any order; for the place of an error.
void Parser::skip_arguments() {
  while (accept(TokenKind::Comma) && !at(TokenKind::RightParenthesis)) {
    if (!accept(TokenKind::DoubleStar) && !accept(TokenKind::Star) && at(TokenKind::Name, TokenKind::Equal))
      position_ += 2;
    if (!attempt([&] { expression(); })) return;
  }
}

} // namespace pyvm::syntax
