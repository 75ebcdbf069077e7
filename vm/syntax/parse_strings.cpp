// Strings, their implicit concatenation, and f-strings (PEP 701); see parser_impl.h. Places of the pieces of an
// f-string are those of CPython 3.12: 3.11 gives them all the place of the whole.

#include "vm/syntax/literals.h"
#include "vm/syntax/parser_impl.h"

#include <fmt/format.h>

namespace pyvm::syntax {

// What adjacent literals are put together from: values of the JoinedStr, the last of them perhaps still growing.
struct Parser::StringPieces {
  Nodes<Expression> values;
  Constant* growing = nullptr;
  OptionalName kind; // "u" if the first literal has that prefix.
  bool has_bytes = false;
  bool has_text = false;
  bool has_fields = false; // At least one is an f-string.
};

namespace {

bool has_prefix(std::string_view literal, std::string_view letters) {
  std::string_view prefix = literal.substr(0, literal.find_first_of("'\""));
  return prefix.find_first_of(letters) != std::string_view::npos;
}

} // namespace

const Expression* Parser::strings() {
  std::size_t start = position_;
  StringPieces pieces;
  if (at(TokenKind::String) && text(peek())[0] == 'u') pieces.kind.emplace(1, 'u');
  while (at(TokenKind::String) || at(TokenKind::FStringStart)) {
    if (at(TokenKind::String))
      plain_string(pieces);
    else
      format_string(pieces);
  }
  if (pieces.has_bytes && pieces.has_text) error(since(start), "cannot mix bytes and nonbytes literals");
  return joined(pieces, since(start));
}

// Adds text to the constant at the end of the pieces, or begins one.
static void append_text(ConstantValue& target, const ConstantValue& value) {
  target.text += value.text;
  if (value.kind == ConstantKind::NamedEscape) target.kind = value.kind;
}

void Parser::plain_string(StringPieces& pieces) {
  const Token& token = advance();
  bool bytes = has_prefix(text(token), "bB");
  (bytes ? pieces.has_bytes : pieces.has_text) = true;
  auto decoded = decode_string(text(token));
  if (auto* failure = std::get_if<LiteralError>(&decoded)) error(token.location, failure->message);
  const ConstantValue& value = std::get<ConstantValue>(decoded);
  if (pieces.growing == nullptr) {
    pieces.growing = make<Constant>(token.location);
    pieces.growing->value.kind = value.kind;
    pieces.values.push_back(pieces.growing);
  }
  append_text(pieces.growing->value, value);
  pieces.growing->location = span(pieces.growing->location, token.location);
}

void Parser::format_string(StringPieces& pieces) {
  advance();
  pieces.has_text = pieces.has_fields = true;
  while (!at(TokenKind::FStringEnd)) {
    if (at(TokenKind::FStringMiddle))
      literal_piece(pieces, advance());
    else
      replacement_field(pieces);
  }
  advance();
}

void Parser::literal_piece(StringPieces& pieces, const Token& token) {
  auto decoded = decode_string_body(text(token), token.raw);
  if (auto* failure = std::get_if<LiteralError>(&decoded)) error(token.location, failure->message);
  if (pieces.growing == nullptr) {
    pieces.growing = make<Constant>(token.location);
    pieces.growing->value.kind = ConstantKind::String;
    pieces.values.push_back(pieces.growing);
  }
  append_text(pieces.growing->value, std::get<ConstantValue>(decoded));
  pieces.growing->location = span(pieces.growing->location, token.location);
}

// {value = !conversion : format}
void Parser::replacement_field(StringPieces& pieces) {
  Depth depth(*this);
  std::size_t start = position_;
  const Token& brace = expect(TokenKind::LeftBrace);
  const Expression* value = field_value(brace);
  bool has_debug = accept(TokenKind::Equal);
  std::size_t after_value = position_;
  int32_t conversion = at(TokenKind::Exclamation) ? field_conversion() : -1;
  const Expression* format = at(TokenKind::Colon) ? format_specification() : nullptr;
  if (diagnosing() && !at(TokenKind::RightBrace)) diagnose_field_end(has_debug, conversion != -1);
  expect(TokenKind::RightBrace);
  if (has_debug) {
    // The text between the brace and what follows the '=' is shown as it is written.
    const Token& next = tokens_[after_value];
    Location place = {brace.location.end_line, brace.location.end_column, next.location.line, next.location.column};
    std::string_view source = tree_.source->text();
    if (pieces.growing == nullptr) {
      pieces.growing = make<Constant>(place);
      pieces.growing->value.kind = ConstantKind::String;
      pieces.values.push_back(pieces.growing);
    }
    pieces.growing->value.text += source.substr(brace.end, next.begin - brace.end);
    pieces.growing->location = span(pieces.growing->location, place);
    if (conversion == -1 && format == nullptr) conversion = 'r';
  }
  FormattedValue* result = make<FormattedValue>(start);
  result->value = value;
  result->conversion = conversion;
  result->format_spec = format;
  pieces.values.push_back(result);
  pieces.growing = nullptr;
}

const Expression* Parser::field_value(const Token& brace) {
  if (diagnosing()) {
    const Token& next = peek();
    bool misses = next.kind == TokenKind::Equal || next.kind == TokenKind::Exclamation ||
                  next.kind == TokenKind::Colon || next.kind == TokenKind::RightBrace;
    if (misses)
      error(next.location, fmt::format("f-string: valid expression required before '{}'", token_text(next.kind)));
    const Expression* value = nullptr;
    if (!attempt([&] { value = yield_or_star_expressions(); }))
      error(tokens_[position_].location, fmt::format("f-string: expecting a valid expression after '{}'", text(brace)));
    return value;
  }
  return yield_or_star_expressions();
}

int32_t Parser::field_conversion() {
  const Token& mark = advance();
  if (diagnosing() && !at(TokenKind::Name))
    error(peek().location, at(TokenKind::Colon) || at(TokenKind::RightBrace)
                               ? "f-string: missing conversion character"
                               : "f-string: invalid conversion character");
  const Token& name = expect(TokenKind::Name);
  if (name.begin != mark.end)
    error(span(mark.location, name.location), "f-string: conversion type must come right after the exclamanation mark");
  std::string_view character = text(name);
  if (character != "s" && character != "r" && character != "a")
    error(name.location,
          fmt::format("f-string: invalid conversion character '{}': expected 's', 'r', or 'a'", character));
  return character[0];
}

const Expression* Parser::format_specification() {
  std::size_t start = position_;
  advance();
  StringPieces pieces;
  pieces.has_fields = true;
  while (at(TokenKind::FStringMiddle) || at(TokenKind::LeftBrace)) {
    if (at(TokenKind::FStringMiddle))
      literal_piece(pieces, advance());
    else
      replacement_field(pieces);
  }
  if (diagnosing() && !at(TokenKind::RightBrace)) error(peek().location, "f-string: expecting '}', or format specs");
  return joined(pieces, since(start));
}

void Parser::diagnose_field_end(bool has_debug, bool has_conversion) {
  const char* message = has_conversion ? "f-string: expecting ':' or '}'"
                        : has_debug    ? "f-string: expecting '!', or ':', or '}'"
                                       : "f-string: expecting '=', or '!', or ':', or '}'";
  error(peek().location, message);
}

const Expression* Parser::joined(StringPieces& pieces, const Location& location) {
  Nodes<Expression> values;
  for (const Expression* value : pieces.values) {
    const Constant* constant = cast_if<Constant>(value);
    if (constant == nullptr || !constant->value.text.empty()) values.push_back(value);
  }
  if (!pieces.has_fields) {
    Constant* result = pieces.growing;
    result->location = location;
    result->kind = std::move(pieces.kind);
    return result;
  }
  JoinedStr* result = make<JoinedStr>(location);
  result->values = std::move(values);
  return result;
}

} // namespace pyvm::syntax
