// Parameters of `def` and `lambda`, and type parameters; see parser_impl.h.

#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

struct Parser::ParameterState {
  Arguments* result;
  TokenKind closer; // ')' of a def, ':' of a lambda.
  bool slash = false;
  bool star = false;
  bool double_star = false;
  std::size_t count = 0; // Of the parameters before the star.

  bool is_lambda() const { return closer == TokenKind::Colon; }
};

// Up to and without the closer.
const Arguments* Parser::parameters(TokenKind closer) {
  ParameterState state{.result = make<Arguments>(peek().location), .closer = closer};
  while (!at(closer)) {
    parameter(state);
    if (!accept(TokenKind::Comma) && !at(closer)) fail();
  }
  return state.result;
}

void Parser::parameter(ParameterState& state) {
  const Token& token = peek();
  bool is_marker =
      token.kind == TokenKind::Slash || token.kind == TokenKind::Star || token.kind == TokenKind::DoubleStar;
  if (state.double_star) {
    if (token.kind == TokenKind::Name) parameter_name(state, false);
    if (is_marker || token.kind == TokenKind::Name)
      reject(is_marker ? token.location : span(token.location, tokens_[position_ - 1].location),
             "arguments cannot follow var-keyword argument");
    fail();
  }
  if (token.kind == TokenKind::Slash)
    slash(state);
  else if (token.kind == TokenKind::Star)
    star_parameter(state);
  else if (token.kind == TokenKind::DoubleStar)
    double_star_parameter(state);
  else if (token.kind == TokenKind::LeftParenthesis && diagnosing())
    diagnose_parenthesized_parameters(state);
  else
    plain_parameter(state);
}

void Parser::slash(ParameterState& state) {
  const Token& token = advance();
  if (state.star) reject(token.location, "/ must be ahead of *");
  if (state.slash) reject(token.location, "/ may appear only once");
  if (state.count == 0) reject(token.location, "at least one argument must precede /");
  if (at(TokenKind::Star)) reject(peek().location, "expected comma between / and *");
  state.slash = true;
  state.result->posonlyargs = std::move(state.result->args);
  state.result->args.clear();
}

const Arg* Parser::parameter_name(ParameterState& state, bool star) {
  std::size_t start = position_;
  std::string name = name_of(expect(TokenKind::Name));
  const Expression* annotation = nullptr;
  if (!state.is_lambda() && accept(TokenKind::Colon)) annotation = star ? star_expression() : expression();
  Arg* result = make<Arg>(start);
  result->arg = std::move(name);
  result->annotation = annotation;
  return result;
}

// Behind a parameter's name; null if it has no default.
const Expression* Parser::default_value() {
  if (!at(TokenKind::Equal)) return nullptr;
  const Token& equal = advance();
  if (at(TokenKind::RightParenthesis) || at(TokenKind::Comma))
    reject(equal.location, "expected default value expression");
  return expression();
}

void Parser::plain_parameter(ParameterState& state) {
  const Arg* name = parameter_name(state, false);
  const Expression* value = default_value();
  Arguments* result = state.result;
  if (state.star) {
    result->kwonlyargs.push_back(name);
    result->kw_defaults.push_back(value);
    return;
  }
  ++state.count;
  if (value == nullptr && !result->defaults.empty()) {
    if (!at(TokenKind::Comma) && !at(state.closer)) fail();
    reject(name->location, "non-default argument follows default argument");
  }
  result->args.push_back(name);
  if (value != nullptr) result->defaults.push_back(value);
}

void Parser::star_parameter(ParameterState& state) {
  const Token& star = advance();
  if (state.star) reject(star.location, "* argument may appear only once");
  state.star = true;
  if (at(TokenKind::Name)) {
    state.result->vararg = parameter_name(state, true);
    if (at(TokenKind::Equal)) reject(peek().location, "var-positional argument cannot have default value");
    return;
  }
  bool bare_comma = at(TokenKind::Comma);
  TokenKind next = peek(bare_comma ? 1 : 0).kind;
  if (next == state.closer || (bare_comma && next == TokenKind::DoubleStar)) {
    if (diagnosing() && state.is_lambda()) error_at_last_token("named arguments must follow bare *");
    reject(star.location, "named arguments must follow bare *");
  }
  if (!bare_comma) fail();
}

void Parser::double_star_parameter(ParameterState& state) {
  advance();
  state.double_star = true;
  state.result->kwarg = parameter_name(state, false);
  if (at(TokenKind::Equal)) reject(peek().location, "var-keyword argument cannot have default value");
}

// def f((a, b)), which Python 2 had.
void Parser::diagnose_parenthesized_parameters(ParameterState& state) {
  const Token& open = advance();
  ParameterState inner{.result = make<Arguments>(open.location), .closer = TokenKind::RightParenthesis};
  do {
    parameter_name(state.is_lambda() ? state : inner, false);
  } while (accept(TokenKind::Comma) && at(TokenKind::Name));
  const Token& close = expect(TokenKind::RightParenthesis);
  error(span(open.location, close.location), state.is_lambda() ? "Lambda expression parameters cannot be parenthesized"
                                                               : "Function parameters cannot be parenthesized");
}

// [T: bound, *Ts, **P] behind the name of a def, class or type alias, or nothing.
TypeParameters Parser::type_parameters() {
  TypeParameters result;
  if (!accept(TokenKind::LeftBracket)) return result;
  if (at(TokenKind::RightBracket)) reject(peek().location, "Type parameter list cannot be empty");
  do {
    result.push_back(type_parameter());
  } while (accept(TokenKind::Comma) && !at(TokenKind::RightBracket));
  expect(TokenKind::RightBracket);
  return result;
}

const TypeParameter* Parser::type_parameter() {
  std::size_t start = position_;
  bool star = accept(TokenKind::Star);
  bool double_star = !star && accept(TokenKind::DoubleStar);
  std::string name = name_of(expect(TokenKind::Name));
  if (star || double_star) {
    if (at(TokenKind::Colon)) {
      advance();
      const Expression* bound = expression();
      reject(span(tokens_[start + 2].location, bound->location),
             fmt::format("cannot use {} with {}", bound->kind == NodeKind::Tuple ? "constraints" : "bound",
                         star ? "TypeVarTuple" : "ParamSpec"));
    }
  }
  if (star) {
    TypeVarTuple* result = make<TypeVarTuple>(start);
    result->name = std::move(name);
    return result;
  }
  if (double_star) {
    ParamSpec* result = make<ParamSpec>(start);
    result->name = std::move(name);
    return result;
  }
  const Expression* bound = accept(TokenKind::Colon) ? expression() : nullptr;
  TypeVar* result = make<TypeVar>(start);
  result->name = std::move(name);
  result->bound = bound;
  return result;
}

} // namespace pyvm::syntax
