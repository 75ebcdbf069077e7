#pragma once
// Words of the IR's text form, one line at a time. Used by the parser and by the reader of test cases.

#include <stdexcept>
#include <string>
#include <string_view>

#include "vm/semantics/scalar_kind.h"

namespace pyvm::ir {

enum class Base : std::uint8_t;

// What is wrong with a text, and where. Columns count bytes from 1.
struct TextError : std::runtime_error {
  TextError(int line_of_error, int column_of_error, const std::string& message)
      : std::runtime_error(message), line(line_of_error), column(column_of_error) {}
  int line;
  int column;
};

// Cuts one line into words: names (letters, digits, _ and .), numbers (beginning with a digit or -), marked names (%v,
// !0, #0, @7, kept with their mark), "strings", and single signs. Spaces and a `;` comment are skipped. Every function
// that finds something else than it was asked for throws TextError.
class LineReader {
public:
  LineReader(std::string_view line, int number) : text_(line), number_(number) { next(); }

  bool at_end() const { return word_.empty(); }
  // The word that comes next; empty at the line's end.
  std::string_view peek() const { return word_; }
  std::string_view take();
  // Takes the word if it comes next.
  bool accept(std::string_view word);
  void expect(std::string_view word);
  void expect_end();

  std::string take_string();
  // A name that begins with the mark, without it.
  std::string_view take_marked(char mark, const char* what);
  std::int64_t take_int(std::int64_t least, std::int64_t most, const char* what);
  std::int64_t take_marked_int(char mark, std::int64_t most, const char* what);
  // true, 5, -0.5, inf, nan, or raw bits as 0x...
  ScalarBits take_constant(Base base);
  ScalarKind take_kind();

  [[noreturn]] void fail(const std::string& message) const { throw TextError(number_, column_, message); }

private:
  void next();

  std::string_view text_;
  int number_;
  std::size_t position_ = 0; // after word_
  int column_ = 1;           // of word_
  std::string_view word_;
};

} // namespace pyvm::ir
