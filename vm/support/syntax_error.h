#pragma once
// The error that ends the compilation of a source text: what CPython raises as SyntaxError, IndentationError or
// TabError, and "this is Python, but pyvm does not run it", which every refusal by name uses. It is a guest-visible
// error, not a bug of ours; the doors turn it into a Python exception or print format().

#include "vm/support/source_location.h"

#include <exception>
#include <memory>
#include <string>

namespace pyvm {

enum class SyntaxErrorKind : uint8_t { Syntax, Indentation, Tab, Unsupported };

// The exception's name as a traceback prints it.
const char* syntax_error_name(SyntaxErrorKind kind);

class SyntaxError : public std::exception {
public:
  // `source` may be null (a file that could not be decoded); the message is then printed without the line.
  // location.end_line == 0 means that only the beginning is known.
  SyntaxError(SyntaxErrorKind kind, std::string message, const std::shared_ptr<const SourceText>& source,
              Location location);
  SyntaxError(SyntaxErrorKind kind, std::string message, std::string path);

  SyntaxErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& path() const { return path_; }
  const Location& location() const { return location_; }
  // The offending line without its line end, unstripped.
  const std::string& line_text() const { return line_text_; }
  // Columns as the attributes `offset` and `end_offset` of CPython's exception: from 1, in code points; 0 if unknown.
  int32_t offset() const;
  int32_t end_offset() const;

  // What CPython 3.11 prints below "Traceback": the File line, the source line, the carets, name and message.
  std::string format() const;

  const char* what() const noexcept override { return what_.c_str(); }

private:
  SyntaxErrorKind kind_;
  std::string message_;
  std::string path_;
  Location location_;
  std::string line_text_;
  int32_t column_offset_ = 0;
  std::string what_;
};

} // namespace pyvm
