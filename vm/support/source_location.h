#pragma once
// Source text and places in it.
//
// A Location counts as CPython's ast does: lines from 1, columns from 0 in UTF-8 bytes, the end just after the last
// byte. line == 0 means "no place". A SourceText is immutable and shared; it may be a block cut out of a larger file
// (the Python door parses one function), so it knows the file's number of its first line and how many bytes were cut
// from the left of every line. All lines and columns that leave the parser are those of the file.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyvm {

struct Location {
  int32_t line = 0;
  int32_t column = 0;
  int32_t end_line = 0;
  int32_t end_column = 0;

  bool known() const { return line > 0; }
  friend bool operator==(const Location&, const Location&) = default;
};

// From the beginning of `first` to the end of `last`.
inline Location span(const Location& first, const Location& last) {
  return {first.line, first.column, last.end_line, last.end_column};
}

class SourceText {
public:
  // `text` is the file's bytes as UTF-8, without a byte order mark; it may have \n, \r\n or \r line ends, and they all
  // become \n here, as CPython reads them.
  SourceText(std::string path, std::string text, int32_t first_line = 1, int32_t column_offset = 0);

  // Decodes a file's raw bytes: a byte order mark is dropped, a coding line of PEP 263 obeyed (utf-8, ascii, latin-1).
  // Throws SyntaxError, with CPython's wording, for other encodings and for bytes that are not UTF-8.
  static std::shared_ptr<const SourceText> from_bytes(std::string path, std::string_view bytes, int32_t first_line = 1,
                                                      int32_t column_offset = 0);

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }
  int32_t first_line() const { return first_line_; }
  int32_t column_offset() const { return column_offset_; }
  int32_t line_count() const { return static_cast<int32_t>(line_starts_.size()); }

  // The line without its line end; empty for a line that the text does not have. `line` is the file's number.
  std::string_view line_text(int32_t line) const;

  // The text between two places, for instance an annotation as it was written. Empty when the place is not in it.
  std::string_view slice(const Location& location) const;

private:
  // Index into text_ of a place of the file, clamped to the text.
  std::size_t index_of(int32_t line, int32_t column) const;

  std::string path_;
  std::string text_;
  std::vector<std::size_t> line_starts_;
  int32_t first_line_;
  int32_t column_offset_;
};

// The lines that CPython 3.11 prints below a SyntaxError's "File" line: the source line without its indentation behind
// four spaces, then carets below the bytes [column, end_column) of `line` (at least one; CPython counts one screen
// column for each code point). Both end in \n. There is no caret line when column lies in the indentation.
std::string source_and_carets(std::string_view line, int32_t column, int32_t end_column);

} // namespace pyvm
