#pragma once
// From text to tokens, all at once. A lexical error does not throw: the list then ends in an Error token, because the
// parser may find an error before it, and which of the two is reported follows CPython (see parser.cpp).

#include "vm/support/syntax_error.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace pyvm::syntax {

enum class TokenKind : uint8_t {
#define PYVM_TOKEN(name, sentence) name,
#include "vm/syntax/tokens.def"
#define PYVM_PUNCTUATION(name, text) name,
#include "vm/syntax/tokens.def"
// Keywords have a prefix: False and None are also values, and Not, In and others operators.
#define PYVM_KEYWORD(name, text) Keyword##name,
#include "vm/syntax/tokens.def"
};

// The text of a punctuation or keyword token, "" for the others.
const char* token_text(TokenKind kind);

struct Token {
  TokenKind kind;
  // Whether the token is inside parentheses, brackets or braces (a closing one counts as the outside).
  bool nested;
  // FStringStart only: the f-string is raw.
  bool raw;
  // Slice of SourceText::text().
  uint32_t begin;
  uint32_t end;
  // column == -1: the token has no text of its own (Indent, Dedent, EndMarker).
  Location location;
};

struct LexicalError {
  SyntaxErrorKind kind;
  std::string message;
  Location location;
  // CPython reports such an error even if the parser found another one before it.
  bool beats_parser;
};

struct OpenParenthesis {
  char character;
  Location location;
};

struct TokenList {
  std::vector<Token> tokens; // Ends in EndMarker or Error.
  std::optional<LexicalError> failure;
  // What was open where the lexer stopped.
  std::vector<OpenParenthesis> open;
};

// The source has less than 2^31 bytes.
TokenList tokenize(const SourceText& source);

} // namespace pyvm::syntax
