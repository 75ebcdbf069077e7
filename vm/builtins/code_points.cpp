// Code points of strings. Text that is all ASCII, the common case, is subscripted directly.
#include "vm/builtins/code_points.h"

#include <algorithm>
#include <vector>

#include "vm/support/utf8.h"

namespace pyvm {

namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace

std::int64_t length_of_text(std::string_view text) {
  return is_ascii(text) ? static_cast<std::int64_t>(text.size()) : count_code_points(text);
}

std::string character(std::uint32_t code_point) {
  std::string text;
  append_utf8(text, code_point);
  return text;
}

std::string text_slice(std::string_view text, std::int64_t start, std::int64_t step, std::int64_t count) {
  std::string out;
  if (is_ascii(text)) {
    for (std::int64_t k = 0; k < count; ++k) out += text[static_cast<std::size_t>(start + k * step)];
    return out;
  }
  std::vector<std::size_t> begins;
  for (std::size_t at = 0; at < text.size(); decode_utf8(text, at)) begins.push_back(at);
  begins.push_back(text.size());
  for (std::int64_t k = 0; k < count; ++k) {
    const auto point = static_cast<std::size_t>(start + k * step);
    out += text.substr(begins[point], begins[point + 1] - begins[point]);
  }
  return out;
}

} // namespace pyvm
