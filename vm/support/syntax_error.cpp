// Formatting of syntax errors as CPython 3.11 prints them; see syntax_error.h.

#include "vm/support/syntax_error.h"

#include "vm/support/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace pyvm {

const char* syntax_error_name(SyntaxErrorKind kind) {
  switch (kind) {
  case SyntaxErrorKind::Syntax:
    return "SyntaxError";
  case SyntaxErrorKind::Indentation:
    return "IndentationError";
  case SyntaxErrorKind::Tab:
    return "TabError";
  case SyntaxErrorKind::Unsupported:
    return "UnsupportedError";
  }
  return "SyntaxError";
}

SyntaxError::SyntaxError(SyntaxErrorKind kind, std::string message, const std::shared_ptr<const SourceText>& source,
                         Location location)
    : kind_(kind), message_(std::move(message)), path_(source ? source->path() : "<unknown>"), location_(location),
      line_text_(source ? source->line_text(location.line) : ""), column_offset_(source ? source->column_offset() : 0) {
  what_ = fmt::format("{}:{}: {}: {}", path_, location_.line, syntax_error_name(kind_), message_);
}

SyntaxError::SyntaxError(SyntaxErrorKind kind, std::string message, std::string path)
    : kind_(kind), message_(std::move(message)), path_(std::move(path)) {
  what_ = fmt::format("{}: {}: {}", path_, syntax_error_name(kind_), message_);
}

// Code points before byte `column` of the file's line, from 1.
static int32_t character_offset(const std::string& line, int32_t column, int32_t column_offset) {
  int32_t byte = column - column_offset;
  if (byte <= 0) return 1 + column_offset;
  int32_t inside = std::min<int32_t>(byte, static_cast<int32_t>(line.size()));
  // A place beyond the line's end (the line end itself) counts on.
  return 1 + column_offset + count_code_points(std::string_view(line).substr(0, inside)) + (byte - inside);
}

int32_t SyntaxError::offset() const {
  return location_.known() && location_.column >= 0 ? character_offset(line_text_, location_.column, column_offset_)
                                                    : 0;
}

int32_t SyntaxError::end_offset() const {
  if (location_.end_line == 0) return 0;
  // CPython clips an error of several lines to its first line.
  if (location_.end_line > location_.line) return count_code_points(line_text_) + 1 + column_offset_;
  return character_offset(line_text_, location_.end_column, column_offset_);
}

std::string SyntaxError::format() const {
  std::string result;
  if (location_.known()) {
    result = fmt::format("  File \"{}\", line {}\n", path_, location_.line);
    int32_t begin = location_.column < 0 ? -1 : location_.column - column_offset_;
    int32_t end = begin + 1;
    // CPython draws a range for SyntaxError itself, one caret for its subclasses.
    if (kind_ == SyntaxErrorKind::Indentation || kind_ == SyntaxErrorKind::Tab)
      end = begin + 1;
    else if (location_.end_line > location_.line)
      end = static_cast<int32_t>(line_text_.size());
    else if (location_.end_line == location_.line)
      end = location_.end_column - column_offset_;
    result += source_and_carets(line_text_, begin, end);
  } else if (!path_.empty()) {
    result = fmt::format("  File \"{}\"\n", path_);
  }
  return result + fmt::format("{}: {}\n", syntax_error_name(kind_), message_);
}

} // namespace pyvm
