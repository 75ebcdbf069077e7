// The parser's passes, its tokens and its errors; see parser.h and parser_impl.h.

#include "vm/syntax/parser.h"

#include "vm/syntax/check.h"
#include "vm/syntax/parser_impl.h"
#include "vm/syntax/unicode.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

// Rules nested in each other that one expression or block may open. Parentheses alone are limited to 200 by the lexer;
// this bounds what needs none, such as a row of minus signs, so that the C++ stack suffices under every sanitizer.
constexpr int maximum_depth = 500;

bool has_text(TokenKind kind) {
  return kind != TokenKind::Newline && kind != TokenKind::Indent && kind != TokenKind::Dedent &&
         kind != TokenKind::EndMarker;
}

// Distinguishes what the lexer found from what the parser did: nothing overrides it.
struct LexicalSyntaxError : SyntaxError {
  using SyntaxError::SyntaxError;
};

} // namespace

Parser::Depth::Depth(Parser& parser) : parser_(parser) {
  if (++parser_.depth_ > maximum_depth) {
    --parser_.depth_;
    parser_.error(parser_.peek().location, "this code is nested too deeply");
  }
}

const Module* Parser::parse() {
  if (const Module* module = pass()) return module;
  std::size_t last_token = furthest_;
  position_ = 0;
  depth_ = 0;
  diagnosing_ = true;
  pass();
  report_generic_error(last_token);
}

const Module* Parser::pass() {
  try {
    return file();
  } catch (const LexicalSyntaxError&) {
    throw;
  } catch (const SyntaxError&) {
    prefer_lexical_error();
    throw;
  } catch (const ParseFailure&) {
    return nullptr;
  }
}

const Module* Parser::file() {
  Nodes<Statement> body;
  while (!at(TokenKind::EndMarker)) statement(body);
  Module* module = make<Module>(0);
  module->source = tree_.source;
  module->body = std::move(body);
  return module;
}

void Parser::report_generic_error(std::size_t last_token) const {
  const Token& last = tokens_[last_token];
  if (last.kind == TokenKind::Indent) error(last.location, "unexpected indent", SyntaxErrorKind::Indentation);
  if (last.kind == TokenKind::Dedent) error(last.location, "unexpected unindent", SyntaxErrorKind::Indentation);
  prefer_lexical_error();
  error(last.location, "invalid syntax");
}

// ---- tokens

const Token& Parser::peek(std::size_t ahead) {
  std::size_t index = std::min(position_ + ahead, tokens_.size() - 1);
  furthest_ = std::max(furthest_, index);
  if (tokens_[index].kind == TokenKind::Error) throw_lexical_error();
  return tokens_[index];
}

bool Parser::accept(TokenKind kind) {
  if (!at(kind)) return false;
  ++position_;
  return true;
}

const Token& Parser::expect(TokenKind kind) {
  if (!at(kind)) fail();
  return advance();
}

const Token& Parser::expect_or_say(TokenKind kind) {
  if (!at(kind)) error(peek().location, fmt::format("expected '{}'", token_text(kind)));
  return advance();
}

std::string_view Parser::text(const Token& token) const {
  return std::string_view(tree_.source->text()).substr(token.begin, token.end - token.begin);
}

std::string Parser::name_of(const Token& token) const { return normalize_identifier(text(token)); }

Location Parser::since(std::size_t first) const {
  std::size_t last = position_;
  while (last > first && !has_text(tokens_[last - 1].kind)) --last;
  const Location& begin = tokens_[first].location;
  return last > first ? span(begin, tokens_[last - 1].location) : begin;
}

// ---- errors

void Parser::error(const Location& where, std::string message, SyntaxErrorKind kind) const {
  throw SyntaxError(kind, std::move(message), tree_.source, where);
}

void Parser::error_at_last_token(std::string message, SyntaxErrorKind kind) const {
  error(tokens_[furthest_].location, std::move(message), kind);
}

void Parser::error_from(const Location& where, std::string message) const {
  // CPython's RAISE_SYNTAX_ERROR_STARTING_FROM stops one short of the token's end.
  Location last = tokens_[furthest_].location;
  --last.end_column;
  error(span(where, last), std::move(message));
}

void Parser::reject(const Location& where, std::string message) {
  if (diagnosing_) error(where, std::move(message));
  fail();
}

namespace {

[[noreturn]] void throw_unclosed(const TokenList& list, const std::shared_ptr<const SourceText>& source) {
  const OpenParenthesis& open = list.open.back();
  throw LexicalSyntaxError(SyntaxErrorKind::Syntax, fmt::format("'{}' was never closed", open.character), source,
                           open.location);
}

} // namespace

void Parser::throw_lexical_error() const {
  const LexicalError& failure = *list_.failure;
  throw LexicalSyntaxError(failure.kind, failure.message, tree_.source, failure.location);
}

// A lexical error further on may explain the parser's: an unclosed parenthesis above the line, a bad character.
void Parser::prefer_lexical_error() const {
  if (!list_.failure) return;
  if (list_.failure->beats_parser) throw_lexical_error();
  if (!list_.open.empty() && tokens_[furthest_].location.line > list_.open.back().location.line)
    throw_unclosed(list_, tree_.source);
}

// ---- the door

std::shared_ptr<const Module> parse_module(std::shared_ptr<const SourceText> source) {
  if (source->text().size() > static_cast<std::size_t>(std::numeric_limits<int32_t>::max()))
    throw SyntaxError(SyntaxErrorKind::Syntax, "the source is larger than 2 GiB", source->path());
  auto tree = std::make_shared<Tree>();
  tree->source = std::move(source);
  TokenList list = tokenize(*tree->source);
  tree->module = Parser(*tree, list).parse();
  check_tree(*tree->module);
  return {tree, tree->module};
}

} // namespace pyvm::syntax
