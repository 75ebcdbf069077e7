// The lexer: one pass over the text, following CPython 3.12's tokenizer (Parser/tokenizer.c) in what it accepts, in its
// messages and in where they point. Two modes alternate: code, and the literal text of an f-string. An f-string is a
// frame on a stack; each replacement field that is open in it is another, with the depth of parentheses it began at.

#include "vm/syntax/lexer.h"

#include "vm/support/utf8.h"
#include "vm/syntax/unicode.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

namespace pyvm::syntax {

namespace {

constexpr std::size_t maximum_open_parentheses = 200; // CPython's MAXLEVEL
constexpr std::size_t maximum_indentation = 100;      // MAXINDENT
constexpr std::size_t maximum_open_fstrings = 150;    // MAXFSTRINGLEVEL
constexpr std::size_t maximum_open_fields = 3;        // MAX_EXPR_NESTING
constexpr int tab_size = 8;
constexpr char end_of_text = '\0'; // The text itself has no NUL: that is refused first.

struct Punctuation {
  TokenKind kind;
  std::string_view text;
};
constexpr Punctuation punctuation[] = {
#define PYVM_PUNCTUATION(name, text) {TokenKind::name, text},
#include "vm/syntax/tokens.def"
};

const std::unordered_map<std::string_view, TokenKind>& keywords() {
  static const std::unordered_map<std::string_view, TokenKind> table = {
#define PYVM_KEYWORD(name, text) {text, TokenKind::Keyword##name},
#include "vm/syntax/tokens.def"
  };
  return table;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<signed char>(c) < 0;
}
bool is_quote(char c) { return c == '\'' || c == '"'; }
bool matches(char open, char close) {
  return (open == '(' && close == ')') || (open == '[' && close == ']') || (open == '{' && close == '}');
}

struct StringPrefix {
  bool valid = true, raw = false, bytes = false, unicode = false, format = false;
};

StringPrefix read_prefix(std::string_view word) {
  StringPrefix prefix;
  for (char c : word) {
    bool* flag = c == 'r' || c == 'R'   ? &prefix.raw
                 : c == 'b' || c == 'B' ? &prefix.bytes
                 : c == 'u' || c == 'U' ? &prefix.unicode
                 : c == 'f' || c == 'F' ? &prefix.format
                                        : nullptr;
    if (flag == nullptr || *flag) return {.valid = false};
    *flag = true;
  }
  int exclusive = prefix.bytes + prefix.unicode + prefix.format;
  prefix.valid = exclusive <= 1 && !(prefix.unicode && prefix.raw);
  return prefix;
}

// Thrown inside the lexer to stop it; never leaves tokenize().
struct Stop {
  LexicalError error;
};

class Lexer {
public:
  explicit Lexer(const SourceText& source) : source_(source), text_(source.text()) {}

  TokenList run() {
    try {
      refuse_null_bytes();
      while (list_.tokens.empty() || list_.tokens.back().kind != TokenKind::EndMarker) {
        if (in_literal_text())
          lex_literal_text();
        else
          lex_code();
      }
    } catch (Stop& stop) {
      list_.failure = std::move(stop.error);
      emit(TokenKind::Error, at_, at_, list_.failure->location);
    }
    for (const Open& open : open_) list_.open.push_back({open.character, open.location});
    return std::move(list_);
  }

private:
  struct Open {
    char character;
    Location location;
  };
  // A replacement field of an f-string, from its brace on.
  struct Field {
    std::size_t depth; // open_.size() with the field's own brace.
    bool in_format_spec = false;
  };
  struct FString {
    char quote;
    std::size_t quote_size;
    bool raw;
    uint32_t begin;
    int32_t line;
    std::size_t line_start;
    std::vector<Field> fields;
  };

  // ---- places and errors

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : end_of_text; }
  bool at_end() const { return at_ >= text_.size(); }
  int32_t column(std::size_t index) const {
    return static_cast<int32_t>(index - line_start_) + source_.column_offset();
  }
  // Place of text that began at `begin` in the line that is still the current one.
  Location place(std::size_t begin, std::size_t end) const { return {line_, column(begin), line_, column(end)}; }
  Location no_place() const { return {line_, -1, line_, -1}; }

  // Moves behind a line end that is part of a token or skipped.
  void next_line() {
    ++at_;
    if (!at_end()) {
      ++line_;
      line_start_ = at_;
    }
  }

  [[noreturn]] void stop(std::string message, Location location, bool beats_parser = true,
                         SyntaxErrorKind kind = SyntaxErrorKind::Syntax) {
    throw Stop{{kind, std::move(message), location, beats_parser}};
  }

  // CPython points at the last character it has read: `end` is behind it.
  [[noreturn]] void stop_before(std::size_t end, std::string message) {
    std::size_t begin = end > line_start_ ? end - 1 : line_start_;
    while (begin > line_start_ && (static_cast<unsigned char>(text_[begin]) & 0xc0) == 0x80) --begin;
    stop(std::move(message), {line_, column(begin), 0, 0});
  }

  void refuse_null_bytes() {
    std::size_t null = text_.find('\0');
    if (null == std::string_view::npos) return;
    line_ += static_cast<int32_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(null), '\n'));
    stop("source code cannot contain null bytes", no_place());
  }

  void emit(TokenKind kind, std::size_t begin, std::size_t end, Location location, bool raw = false) {
    list_.tokens.push_back(
        {kind, !open_.empty(), raw, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), location});
  }
  void emit(TokenKind kind, std::size_t begin) { emit(kind, begin, at_, place(begin, at_)); }

  // ---- code

  void lex_code() {
    if (at_line_begin_) {
      at_line_begin_ = false;
      begin_line();
    }
    skip_blanks();
    std::size_t begin = at_;
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    char c = peek();
    if (at_end())
      end_of_file(begin);
    else if (c == '\n')
      end_of_line(begin);
    else if (is_word(c) && !is_digit(c))
      lex_word();
    else if (is_digit(c) || (c == '.' && is_digit(peek(1))))
      lex_number();
    else if (is_quote(c))
      lex_string(at_);
    else if (c == '\\')
      continue_line();
    else
      lex_punctuation();
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\f') ++at_;
  }

  // Indentation counts twice, with tabs of 8 and of 1 columns: where the two disagree on the order of lines, the text
  // means different things to different editors, and is refused.
  void begin_line() {
    int width = 0, narrow = 0, before_backslash = 0;
    for (;; ++at_) {
      char c = peek();
      if (c == ' ') {
        ++width;
        ++narrow;
      } else if (c == '\t') {
        width = (width / tab_size + 1) * tab_size;
        ++narrow;
      } else if (c == '\f') {
        width = narrow = 0;
      } else if (c == '\\') {
        before_backslash = before_backslash != 0 ? before_backslash : width;
        continue_line();
        --at_;
      } else {
        break;
      }
    }
    blank_line_ = peek() == '#' || peek() == '\n' || at_end();
    if (!blank_line_ && open_.empty())
      indent(before_backslash != 0 ? before_backslash : width, before_backslash != 0 ? before_backslash : narrow);
  }

  void indent(int width, int narrow) {
    if (width > indents_.back().width) {
      if (indents_.size() >= maximum_indentation)
        stop("too many levels of indentation", place(line_start_, line_start_), false, SyntaxErrorKind::Indentation);
      if (narrow <= indents_.back().narrow) inconsistent_tabs();
      indents_.push_back({width, narrow});
      emit(TokenKind::Indent, at_, at_, no_place());
      return;
    }
    while (width < indents_.back().width) {
      indents_.pop_back();
      if (width > indents_.back().width) {
        std::size_t end = std::min(text_.find('\n', at_), text_.size());
        stop("unindent does not match any outer indentation level", {line_, column(end), 0, 0}, false,
             SyntaxErrorKind::Indentation);
      }
      emit(TokenKind::Dedent, at_, at_, no_place());
    }
    if (narrow != indents_.back().narrow) inconsistent_tabs();
  }

  [[noreturn]] void inconsistent_tabs() {
    stop("inconsistent use of tabs and spaces in indentation", place(line_start_, line_start_), false,
         SyntaxErrorKind::Tab);
  }

  // `begin` is where the line end or the comment before it begins.
  void end_of_line(std::size_t begin) {
    if (open_.empty()) {
      if (!blank_line_) emit(TokenKind::Newline, begin);
      at_line_begin_ = true;
      blank_line_ = false;
    }
    next_line();
  }

  void end_of_file(std::size_t begin) {
    if (!open_.empty())
      stop(fmt::format("'{}' was never closed", open_.back().character), open_.back().location, false);
    bool line_is_open = !list_.tokens.empty() && list_.tokens.back().kind != TokenKind::Newline &&
                        list_.tokens.back().kind != TokenKind::Dedent;
    if (line_is_open) emit(TokenKind::Newline, begin);
    for (; indents_.size() > 1; indents_.pop_back()) emit(TokenKind::Dedent, at_, at_, no_place());
    emit(TokenKind::EndMarker, at_, at_, no_place());
  }

  void continue_line() {
    if (peek(1) != '\n' && at_ + 1 < text_.size())
      stop("unexpected character after line continuation character", {line_, column(at_ + 1), 0, 0}, false);
    std::size_t end = at_ + 1;
    at_ = std::min(end, text_.size());
    if (at_end() || at_ + 1 >= text_.size()) stop("unexpected EOF while parsing", {line_, column(end), 0, 0}, false);
    next_line();
  }

  void lex_word() {
    std::size_t begin = at_;
    bool ascii = true;
    for (; is_word(peek()); ++at_) ascii = ascii && static_cast<signed char>(peek()) >= 0;
    std::string_view word = text_.substr(begin, at_ - begin);
    if (is_quote(peek()) && word.size() <= 2 && read_prefix(word).valid) {
      lex_string(begin);
      return;
    }
    if (!ascii) verify_identifier(begin, word);
    auto keyword = keywords().find(word);
    emit(keyword != keywords().end() ? keyword->second : TokenKind::Name, begin);
  }

  void verify_identifier(std::size_t begin, std::string_view word) {
    for (std::size_t i = 0; i < word.size();) {
      std::size_t character = i;
      uint32_t code_point = decode_utf8(word, i);
      if (character == 0 ? is_identifier_start(code_point) : is_identifier_continue(code_point)) continue;
      refuse_character(code_point, begin + character, begin + i);
    }
  }

  [[noreturn]] void refuse_character(uint32_t code_point, std::size_t begin, std::size_t end) {
    stop_before(end, is_printable(code_point) ? fmt::format("invalid character '{}' (U+{:04X})",
                                                            text_.substr(begin, end - begin), code_point)
                                              : fmt::format("invalid non-printable character U+{:04X}", code_point));
  }

  // ---- numbers

  void lex_number() {
    std::size_t begin = at_;
    char marker = static_cast<char>(peek(1) | 0x20);
    if (peek() == '0' && (marker == 'x' || marker == 'o' || marker == 'b'))
      lex_number_with_base(marker);
    else
      lex_decimal_number();
    emit(TokenKind::Number, begin);
  }

  void lex_number_with_base(char marker) {
    const char* name = marker == 'x' ? "hexadecimal" : marker == 'o' ? "octal" : "binary";
    auto belongs = [marker](char c) {
      return marker == 'x' ? is_hex_digit(c) : c >= '0' && c <= (marker == 'o' ? '7' : '1');
    };
    auto refuse_digit = [&] {
      if (marker != 'x' && is_digit(peek()))
        stop_before(at_ + 1, fmt::format("invalid digit '{}' in {} literal", peek(), name));
    };
    at_ += 2;
    do {
      if (peek() == '_') ++at_;
      refuse_bad_digit(belongs(peek()), refuse_digit, name);
      while (belongs(peek())) ++at_;
    } while (peek() == '_');
    refuse_digit();
    verify_number_end(name);
  }

  template <class RefuseDigit> void refuse_bad_digit(bool good, RefuseDigit refuse_digit, const char* name) {
    if (good) return;
    refuse_digit();
    stop_before(at_, fmt::format("invalid {} literal", name));
  }

  // Digits with single underscores between them.
  void lex_digits() {
    for (;;) {
      while (is_digit(peek())) ++at_;
      if (peek() != '_') return;
      ++at_;
      if (!is_digit(peek())) stop_before(at_, "invalid decimal literal");
    }
  }

  void lex_decimal_number() {
    std::size_t begin = at_;
    lex_digits();
    std::string_view digits = text_.substr(begin, at_ - begin);
    if (peek() == '.') {
      ++at_;
      if (is_digit(peek())) lex_digits();
      digits = {};
    }
    if (peek() == 'e' || peek() == 'E')
      if (lex_exponent()) digits = {};
    if (peek() == 'j' || peek() == 'J') {
      ++at_;
      verify_number_end("imaginary");
      return;
    }
    std::size_t zeros = std::min(digits.find_first_not_of("0_"), digits.size());
    if (!digits.empty() && digits[0] == '0' && zeros < digits.size())
      stop("leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
           place(begin, begin + zeros));
    verify_number_end("decimal");
  }

  // False if the 'e' belongs to a word behind the number, as in `1else`.
  bool lex_exponent() {
    std::size_t before = at_++;
    if (peek() == '+' || peek() == '-') {
      ++at_;
      if (!is_digit(peek())) stop_before(at_, "invalid decimal literal");
    } else if (!is_digit(peek())) {
      at_ = before;
      return false;
    }
    lex_digits();
    return true;
  }

  // A number may touch one of these keywords, and no other word.
  void verify_number_end(const char* name) {
    for (std::string_view keyword : {"and", "else", "for", "if", "in", "is", "or", "not"})
      if (text_.substr(at_).starts_with(keyword)) return;
    if (!is_word(peek())) return;
    stop_before(at_, fmt::format("invalid {} literal", name));
  }

  // ---- strings

  // at_ is at the opening quote, `begin` at the prefix.
  void lex_string(std::size_t begin) {
    StringPrefix prefix = read_prefix(text_.substr(begin, at_ - begin));
    char quote = peek();
    std::size_t quote_size = peek(1) == quote && peek(2) == quote ? 3 : 1;
    at_ += quote_size;
    if (prefix.format) {
      if (fstrings_.size() >= maximum_open_fstrings) stop_before(at_, "too many nested f-strings");
      emit(TokenKind::FStringStart, begin, at_, place(begin, at_), prefix.raw);
      fstrings_.push_back({quote, quote_size, prefix.raw, static_cast<uint32_t>(begin), line_, line_start_, {}});
      return;
    }
    Location start = place(begin, begin);
    std::size_t start_of_line = line_start_;
    while (!at_closing_quotes(quote, quote_size)) {
      if (at_end() || (peek() == '\n' && quote_size == 1)) {
        refuse_unclosed_field(quote, quote_size, start);
        unterminated(begin, start.line, start_of_line, quote_size);
      }
      if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
      step();
    }
    at_ += quote_size;
    emit(TokenKind::String, begin, at_, {start.line, start.column, line_, column(at_)});
  }

  bool at_closing_quotes(char quote, std::size_t size) const {
    return peek() == quote && (size == 1 || (peek(1) == quote && peek(2) == quote));
  }

  // A quote that begins no string inside a replacement field is the end of the f-string around it. The place is the one
  // of CPython 3.11, behind the f-string.
  void refuse_unclosed_field(char quote, std::size_t size, Location start) {
    if (fstrings_.empty() || fstrings_.back().quote != quote || fstrings_.back().quote_size != size) return;
    stop("f-string: expecting '}'", {start.line, start.column + static_cast<int32_t>(size), 0, 0});
  }

  // Over one byte of a string.
  void step() {
    if (peek() == '\n')
      next_line();
    else
      ++at_;
  }

  // The literal began at `begin`, in a line that may be above the current one.
  [[noreturn]] void unterminated(std::size_t begin, int32_t line, std::size_t start_of_line, std::size_t quote_size) {
    int32_t detected = line_;
    line_ = line;
    line_start_ = start_of_line;
    stop(fmt::format("unterminated {}string literal (detected at line {})", quote_size == 3 ? "triple-quoted " : "",
                     detected),
         {line_, column(begin), 0, 0});
  }

  // ---- the literal text of f-strings

  bool in_literal_text() const {
    return !fstrings_.empty() && (fstrings_.back().fields.empty() || fstrings_.back().fields.back().in_format_spec);
  }

  void lex_literal_text() {
    FString& string = fstrings_.back();
    bool in_spec = !string.fields.empty();
    std::size_t begin = at_;
    Location start = place(begin, begin);
    // A doubled brace belongs to the token, but only one of the two to its text.
    auto emit_text = [&](std::size_t end, bool doubled = false) {
      if (end > begin)
        emit(TokenKind::FStringMiddle, begin, end, {start.line, start.column, line_, column(end) + doubled},
             string.raw);
    };
    while (!at_closing_quotes(string.quote, string.quote_size)) {
      char c = peek();
      if (at_end() || (c == '\n' && string.quote_size == 1)) {
        if (at_end() || !in_spec) unterminated(string.begin, string.line, string.line_start, string.quote_size);
        emit_text(at_);
        string.fields.back().in_format_spec = false; // The line end ends the format specification.
        return;
      }
      if (c == '{' || c == '}') {
        bool doubled = peek(1) == c && !in_spec;
        emit_text(at_ + doubled, doubled);
        if (doubled)
          at_ += 2;
        else if (c == '{')
          open_field();
        else
          close_field();
        return;
      }
      if (c == '\\' && at_ + 1 < text_.size())
        skip_backslash(string.raw);
      else
        step();
    }
    emit_text(at_);
    std::size_t quotes = at_;
    at_ += string.quote_size;
    emit(TokenKind::FStringEnd, quotes);
    fstrings_.pop_back();
  }

  // A backslash takes the next character with it, but for a brace; \N{...} as a whole.
  void skip_backslash(bool raw) {
    ++at_;
    if (peek() == '{' || peek() == '}') return;
    bool named = !raw && peek() == 'N' && peek(1) == '{';
    step();
    if (!named) return;
    std::size_t end = text_.find_first_of("}\"'\n", at_);
    at_ = end == std::string_view::npos ? text_.size() : end + (text_[end] == '}' ? 1 : 0);
  }

  void open_field() {
    std::vector<Field>& fields = fstrings_.back().fields;
    if (fields.size() >= maximum_open_fields) stop_before(at_ + 1, "f-string: expressions nested too deeply");
    open_parenthesis('{');
    std::size_t begin = at_++;
    emit(TokenKind::LeftBrace, begin);
    fields.push_back({open_.size()});
  }

  void close_field() {
    std::vector<Field>& fields = fstrings_.back().fields;
    if (fields.empty()) stop_before(at_ + 1, "f-string: single '}' is not allowed");
    fields.pop_back();
    open_.pop_back();
    std::size_t begin = at_++;
    emit(TokenKind::RightBrace, begin);
  }

  // ---- punctuation

  bool at_field_level() const { return !fstrings_.empty() && fstrings_.back().fields.back().depth == open_.size(); }

  void lex_punctuation() {
    std::size_t begin = at_;
    char c = peek();
    if (at_field_level() && (c == ':' || c == '}')) {
      if (c == '}') {
        close_field();
        return;
      }
      ++at_;
      emit(TokenKind::Colon, begin);
      fstrings_.back().fields.back().in_format_spec = true;
      return;
    }
    std::string_view rest = text_.substr(at_);
    for (const Punctuation& candidate : punctuation) {
      if (!rest.starts_with(candidate.text)) continue;
      if (c == '(' || c == '[' || c == '{') open_parenthesis(c);
      if (c == ')' || c == ']' || c == '}') close_parenthesis(c);
      at_ += candidate.text.size();
      emit(candidate.kind, begin);
      return;
    }
    if (!is_printable(static_cast<unsigned char>(c))) refuse_character(static_cast<unsigned char>(c), at_, at_ + 1);
    ++at_;
    emit(TokenKind::Unknown, begin);
  }

  void open_parenthesis(char c) {
    if (open_.size() >= maximum_open_parentheses) stop_before(at_ + 1, "too many nested parentheses");
    open_.push_back({c, {line_, column(at_), 0, 0}});
  }

  void close_parenthesis(char c) {
    if (at_field_level()) stop_before(at_ + 1, fmt::format("f-string: unmatched '{}'", c));
    if (open_.empty()) stop_before(at_ + 1, fmt::format("unmatched '{}'", c));
    const Open& open = open_.back();
    if (!matches(open.character, c)) {
      std::string where = open.location.line != line_ ? fmt::format(" on line {}", open.location.line) : "";
      stop_before(at_ + 1, fmt::format("closing parenthesis '{}' does not match opening parenthesis '{}'{}", c,
                                       open.character, where));
    }
    open_.pop_back();
  }

  struct Indentation {
    int width, narrow;
  };

  const SourceText& source_;
  std::string_view text_;
  TokenList list_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int32_t line_ = source_.first_line();
  bool at_line_begin_ = true;
  bool blank_line_ = false;
  std::vector<Indentation> indents_{{0, 0}};
  std::vector<Open> open_;
  std::vector<FString> fstrings_;
};

} // namespace

const char* token_text(TokenKind kind) {
  static constexpr const char* texts[] = {
#define PYVM_TOKEN(name, sentence) "",
#include "vm/syntax/tokens.def"
#define PYVM_PUNCTUATION(name, text) text,
#include "vm/syntax/tokens.def"
#define PYVM_KEYWORD(name, text) text,
#include "vm/syntax/tokens.def"
  };
  return texts[static_cast<int>(kind)];
}

TokenList tokenize(const SourceText& source) { return Lexer(source).run(); }

} // namespace pyvm::syntax
