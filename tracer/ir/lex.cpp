#include "tracer/ir/lex.h"

#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "tracer/ir/ir.h"

namespace pyvm::ir {

namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

template <typename T> bool read_number(std::string_view word, T& value) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

bool read_hexadecimal(std::string_view word, std::uint64_t& value) {
  if (!word.starts_with("0x")) return false;
  const auto [end, error] = std::from_chars(word.data() + 2, word.data() + word.size(), value, 16);
  return error == std::errc() && end == word.data() + word.size();
}

} // namespace

void LineReader::next() {
  while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) ++position_;
  column_ = static_cast<int>(position_) + 1;
  word_ = {};
  if (position_ == text_.size() || text_[position_] == ';') {
    position_ = text_.size();
    return;
  }
  const std::size_t start = position_;
  const char first = text_[position_++];
  if (first == '"') {
    while (position_ < text_.size() && text_[position_] != '"') position_ += text_[position_] == '\\' ? 2 : 1;
    if (position_ >= text_.size()) fail("a string has no end");
    ++position_;
  } else if (in_name(first) || std::string_view("%!#@-").find(first) != std::string_view::npos) {
    while (position_ < text_.size() && in_name(text_[position_])) ++position_;
    // The sign of an exponent: 1e-05, 1e+16.
    const bool number = std::isdigit(static_cast<unsigned char>(first)) != 0 || first == '-';
    if (number && position_ + 1 < text_.size() && (text_[position_] == '-' || text_[position_] == '+') &&
        text_[position_ - 1] == 'e') {
      ++position_;
      while (position_ < text_.size() && in_name(text_[position_])) ++position_;
    }
  }
  word_ = text_.substr(start, position_ - start);
}

std::string_view LineReader::take() {
  if (at_end()) fail("the line ends too early");
  const std::string_view word = word_;
  next();
  return word;
}

bool LineReader::accept(std::string_view word) {
  if (word_ != word || at_end()) return false;
  next();
  return true;
}

void LineReader::expect(std::string_view word) {
  if (!accept(word))
    fail(at_end() ? fmt::format("expected '{}'", word) : fmt::format("expected '{}', found '{}'", word, word_));
}

void LineReader::expect_end() {
  if (!at_end()) fail(fmt::format("'{}' is too much here", word_));
}

std::string LineReader::take_string() {
  if (!word_.starts_with('"')) fail("expected a string in double quotes");
  std::string result;
  for (std::size_t i = 1; i + 1 < word_.size(); ++i) {
    if (word_[i] == '\\') {
      ++i;
      result += word_[i] == 'n' ? '\n' : word_[i];
    } else {
      result += word_[i];
    }
  }
  next();
  return result;
}

std::string_view LineReader::take_marked(char mark, const char* what) {
  if (at_end() || word_[0] != mark || word_.size() < 2) fail(fmt::format("expected {} ({}name)", what, mark));
  return take().substr(1);
}

std::int64_t LineReader::take_int(std::int64_t least, std::int64_t most, const char* what) {
  std::int64_t value = 0;
  if (!read_number(word_, value) || value < least || value > most)
    fail(fmt::format("expected {}, a number from {} to {}", what, least, most));
  next();
  return value;
}

std::int64_t LineReader::take_marked_int(char mark, std::int64_t most, const char* what) {
  std::int64_t value = 0;
  if (word_.size() < 2 || word_[0] != mark || !read_number(word_.substr(1), value) || value < 0 || value > most)
    fail(fmt::format("expected {} ({}number)", what, mark));
  next();
  return value;
}

ScalarBits LineReader::take_constant(Base base) {
  const std::string_view word = word_;
  ScalarBits bits = 0;
  std::int64_t whole = 0;
  float single = 0;
  double number = 0;
  bool good = read_hexadecimal(word, bits);
  if (!good && base == Base::I64 && (good = read_number(word, whole))) bits = static_cast<ScalarBits>(whole);
  if (!good && base == Base::F32 && (good = read_number(word, single))) bits = to_bits(single);
  if (!good && base == Base::F64 && (good = read_number(word, number))) bits = to_bits(number);
  if (!good && base == Base::Bool && (good = word == "true" || word == "false")) bits = word == "true" ? 1 : 0;
  if (!good) fail(fmt::format("expected a constant of type {}", name_of(Type{base, 1})));
  next();
  return bits;
}

ScalarKind LineReader::take_kind() {
  const auto kind = kind_from_name(word_);
  if (!kind) fail("expected a scalar kind (float64, int32, ...)");
  next();
  return *kind;
}

} // namespace pyvm::ir
