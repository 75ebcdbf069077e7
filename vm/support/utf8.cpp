// UTF-8 encoding and decoding; see utf8.h.

#include "vm/support/utf8.h"

namespace pyvm {

namespace {

// Length that the lead byte announces; 0 for a byte that cannot lead.
int sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// Decodes at `index`; length 0 for a malformed sequence. Over-long forms and values beyond U+10FFFF are malformed.
struct Decoded {
  uint32_t code_point;
  int length;
};

Decoded decode_at(std::string_view text, std::size_t index) {
  static constexpr uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  auto lead = static_cast<unsigned char>(text[index]);
  int length = sequence_length(lead);
  if (length <= 1) return {lead, length};
  if (index + static_cast<std::size_t>(length) > text.size()) return {0, 0};
  uint32_t value = lead & (0x7fu >> length);
  for (int i = 1; i < length; ++i) {
    auto next = static_cast<unsigned char>(text[index + static_cast<std::size_t>(i)]);
    if ((next & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (next & 0x3fu);
  }
  if (value < smallest[length] || value > 0x10ffff) return {0, 0};
  return {value, length};
}

} // namespace

void append_utf8(std::string& out, uint32_t code_point) {
  auto put = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

uint32_t decode_utf8(std::string_view text, std::size_t& index) {
  Decoded decoded = decode_at(text, index);
  if (decoded.length == 0) return static_cast<unsigned char>(text[index++]);
  index += static_cast<std::size_t>(decoded.length);
  return decoded.code_point;
}

int32_t count_code_points(std::string_view text) {
  int32_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) decode_utf8(text, i);
  return count;
}

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    Decoded decoded = decode_at(text, i);
    bool surrogate = decoded.code_point >= 0xd800 && decoded.code_point <= 0xdfff;
    if (decoded.length == 0 || surrogate) return i;
    i += static_cast<std::size_t>(decoded.length);
  }
  return text.size();
}

} // namespace pyvm
