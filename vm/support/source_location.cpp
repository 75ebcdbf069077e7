// Source text: decoding, line starts, and the lines that error messages show; see source_location.h.

#include "vm/support/source_location.h"

#include "vm/support/assert.h"
#include "vm/support/syntax_error.h"
#include "vm/support/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace pyvm {

namespace {

std::string with_plain_line_ends(std::string text) {
  std::size_t first = text.find('\r');
  if (first == std::string::npos) return text;
  std::size_t out = first;
  for (std::size_t in = first; in < text.size(); ++in) {
    if (text[in] == '\r') {
      text[out++] = '\n';
      if (in + 1 < text.size() && text[in + 1] == '\n') ++in;
    } else {
      text[out++] = text[in];
    }
  }
  text.resize(out);
  return text;
}

bool is_encoding_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// The name in a coding comment of PEP 263, or empty. `line` has no line end.
std::string_view declared_encoding(std::string_view line) {
  std::size_t start = line.find_first_not_of(" \t\f");
  if (start == std::string_view::npos || line[start] != '#') return {};
  for (std::size_t at = line.find("coding", start); at != std::string_view::npos; at = line.find("coding", at + 1)) {
    std::size_t next = at + 6;
    if (next >= line.size() || (line[next] != ':' && line[next] != '=')) continue;
    next = line.find_first_not_of(" \t", next + 1);
    if (next == std::string_view::npos) continue;
    std::size_t end = next;
    while (end < line.size() && is_encoding_character(line[end])) ++end;
    if (end > next) return line.substr(next, end - next);
  }
  return {};
}

bool is_blank_or_comment(std::string_view line) {
  std::size_t start = line.find_first_not_of(" \t\f");
  return start == std::string_view::npos || line[start] == '#';
}

// PEP 263: the declaration stands in one of the first two lines, in the second only below a line without code.
std::string_view find_declared_encoding(std::string_view bytes) {
  for (int line = 0; line < 2; ++line) {
    std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    std::string_view text = bytes.substr(0, end);
    if (std::string_view name = declared_encoding(text); !name.empty()) return name;
    if (!is_blank_or_comment(text)) return {};
    if (end + 1 < bytes.size() && bytes[end] == '\r' && bytes[end + 1] == '\n') ++end;
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return {};
}

enum class Encoding { Utf8, Ascii, Latin1, Other };

Encoding encoding_named(std::string_view name) {
  std::string plain;
  for (char c : name) plain += c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (plain == "utf-8" || plain == "utf8" || plain.starts_with("utf-8-")) return Encoding::Utf8;
  if (plain == "ascii" || plain == "us-ascii") return Encoding::Ascii;
  for (std::string_view latin : {"latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1"})
    if (plain == latin) return Encoding::Latin1;
  return Encoding::Other;
}

std::string latin1_to_utf8(std::string_view bytes) {
  std::string result;
  for (char c : bytes) append_utf8(result, static_cast<unsigned char>(c));
  return result;
}

[[noreturn]] void not_utf8(const std::string& path, std::string_view bytes, std::size_t bad) {
  std::string text = with_plain_line_ends(std::string(bytes.substr(0, bad)));
  auto line = 1 + std::count(text.begin(), text.end(), '\n');
  throw SyntaxError(SyntaxErrorKind::Syntax,
                    fmt::format("Non-UTF-8 code starting with '\\x{:02x}' in file {} on line {}, but no encoding "
                                "declared; see https://peps.python.org/pep-0263/ for details",
                                static_cast<unsigned char>(bytes[bad]), path, line),
                    path);
}

} // namespace

SourceText::SourceText(std::string path, std::string text, int32_t first_line, int32_t column_offset)
    : path_(std::move(path)), text_(with_plain_line_ends(std::move(text))), first_line_(first_line),
      column_offset_(column_offset) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n' && i + 1 < text_.size()) line_starts_.push_back(i + 1);
}

std::shared_ptr<const SourceText> SourceText::from_bytes(std::string path, std::string_view bytes, int32_t first_line,
                                                         int32_t column_offset) {
  bool has_mark = bytes.starts_with("\xef\xbb\xbf");
  if (has_mark) bytes.remove_prefix(3);
  std::string_view name = find_declared_encoding(bytes);
  Encoding encoding = name.empty() ? Encoding::Utf8 : encoding_named(name);
  if (has_mark && encoding != Encoding::Utf8)
    throw SyntaxError(SyntaxErrorKind::Syntax, fmt::format("encoding problem: {} with BOM", name), std::move(path));
  std::string text(bytes);
  if (encoding == Encoding::Latin1) {
    text = latin1_to_utf8(bytes);
  } else {
    std::size_t bad =
        encoding == Encoding::Ascii
            ? static_cast<std::size_t>(
                  std::find_if(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) < 0; }) -
                  bytes.begin())
            : find_invalid_utf8(bytes);
    if (encoding == Encoding::Other || (encoding == Encoding::Ascii && bad < bytes.size()))
      throw SyntaxError(SyntaxErrorKind::Syntax, fmt::format("encoding problem: {}", name), std::move(path));
    if (bad < bytes.size()) not_utf8(path, bytes, bad);
  }
  return std::make_shared<const SourceText>(std::move(path), std::move(text), first_line, column_offset);
}

std::string_view SourceText::line_text(int32_t line) const {
  int32_t index = line - first_line_;
  if (index < 0 || index >= line_count()) return {};
  std::size_t begin = line_starts_[static_cast<std::size_t>(index)];
  std::size_t end = std::min(text_.find('\n', begin), text_.size());
  return std::string_view(text_).substr(begin, end - begin);
}

std::size_t SourceText::index_of(int32_t line, int32_t column) const {
  int32_t index = line - first_line_;
  if (index < 0) return 0;
  if (index >= line_count()) return text_.size();
  std::size_t begin = line_starts_[static_cast<std::size_t>(index)];
  return std::min(begin + static_cast<std::size_t>(std::max(0, column - column_offset_)), text_.size());
}

std::string_view SourceText::slice(const Location& location) const {
  std::size_t begin = index_of(location.line, location.column);
  std::size_t end = index_of(location.end_line, location.end_column);
  return end > begin ? std::string_view(text_).substr(begin, end - begin) : std::string_view();
}

std::string source_and_carets(std::string_view line, int32_t column, int32_t end_column) {
  auto characters = [&](int32_t byte) {
    int32_t inside = std::clamp<int32_t>(byte, 0, static_cast<int32_t>(line.size()));
    return count_code_points(line.substr(0, static_cast<std::size_t>(inside))) + (byte - inside);
  };
  int32_t begin = characters(column);
  int32_t carets = std::max(1, characters(end_column) - begin);
  std::size_t margin = std::min(line.find_first_not_of(" \t\f"), line.size());
  std::string_view shown = line.substr(margin);
  begin = std::min(begin - static_cast<int32_t>(margin), static_cast<int32_t>(shown.size()));
  std::string result = fmt::format("    {}\n", shown);
  if (begin >= 0) result += fmt::format("    {:{}}{:^>{}}\n", "", begin, "", carets);
  return result;
}

} // namespace pyvm
