// Identifier characters and their normalisation; see unicode.h and Unicode Standard Annex 15.

#include "vm/syntax/unicode.h"

#include "vm/support/utf8.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace pyvm::syntax {

namespace {

struct Range {
  uint32_t low, high;
};
struct CombiningClass {
  uint32_t code_point;
  uint8_t number;
};
// The full compatibility decomposition of a character: a slice of decomposition_pool.
struct Decomposition {
  uint32_t code_point;
  uint16_t begin;
  uint8_t length;
};
struct Composition {
  uint32_t first, second, composed;
};

#include "vm/syntax/unicode_tables.inc"

template <std::size_t size> bool contains(const Range (&ranges)[size], uint32_t code_point) {
  const Range* after = std::upper_bound(std::begin(ranges), std::end(ranges), code_point,
                                        [](uint32_t value, const Range& range) { return value < range.low; });
  return after != std::begin(ranges) && code_point <= std::prev(after)->high;
}

template <class Row, std::size_t size> const Row* find_row(const Row (&rows)[size], uint32_t code_point) {
  const Row* row = std::lower_bound(std::begin(rows), std::end(rows), code_point,
                                    [](const Row& candidate, uint32_t value) { return candidate.code_point < value; });
  return row != std::end(rows) && row->code_point == code_point ? row : nullptr;
}

int combining_class(uint32_t code_point) {
  const CombiningClass* row = find_row(combining_classes, code_point);
  return row != nullptr ? row->number : 0;
}

// Hangul syllables are composed by arithmetic (Unicode Standard, 3.12).
namespace hangul {
constexpr uint32_t syllable_base = 0xac00, lead_base = 0x1100, vowel_base = 0x1161, tail_base = 0x11a7;
constexpr uint32_t lead_count = 19, vowel_count = 21, tail_count = 28;
constexpr uint32_t syllable_count = lead_count * vowel_count * tail_count;
} // namespace hangul

void append_decomposed(std::vector<uint32_t>& out, uint32_t code_point) {
  using namespace hangul;
  if (code_point >= syllable_base && code_point < syllable_base + syllable_count) {
    uint32_t index = code_point - syllable_base;
    out.push_back(lead_base + index / (vowel_count * tail_count));
    out.push_back(vowel_base + index % (vowel_count * tail_count) / tail_count);
    if (index % tail_count != 0) out.push_back(tail_base + index % tail_count);
    return;
  }
  if (const Decomposition* row = find_row(decompositions, code_point)) {
    out.insert(out.end(), decomposition_pool + row->begin, decomposition_pool + row->begin + row->length);
    return;
  }
  out.push_back(code_point);
}

// Canonical order: runs of combining marks are sorted by class, stably.
void reorder(std::vector<uint32_t>& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && combining_class(text[end]) != 0) ++end;
    std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](uint32_t a, uint32_t b) { return combining_class(a) < combining_class(b); });
    begin = std::max(end, begin + 1);
  }
}

// The character that the pair composes to, or 0.
uint32_t compose_pair(uint32_t first, uint32_t second) {
  using namespace hangul;
  if (first - lead_base < lead_count && second - vowel_base < vowel_count)
    return syllable_base + ((first - lead_base) * vowel_count + (second - vowel_base)) * tail_count;
  bool open_syllable = first - syllable_base < syllable_count && (first - syllable_base) % tail_count == 0;
  if (open_syllable && second > tail_base && second < tail_base + tail_count) return first + (second - tail_base);
  const Composition* row =
      std::lower_bound(std::begin(compositions), std::end(compositions), Composition{first, second, 0},
                       [](const Composition& a, const Composition& b) {
                         return a.first != b.first ? a.first < b.first : a.second < b.second;
                       });
  bool found = row != std::end(compositions) && row->first == first && row->second == second;
  return found ? row->composed : 0;
}

std::vector<uint32_t> compose(const std::vector<uint32_t>& text) {
  std::vector<uint32_t> out;
  std::size_t starter = 0;
  bool has_starter = false;
  int last_class =
      0; // Class of the last mark kept behind the starter; a mark behind an equal or higher one is blocked.
  for (uint32_t code_point : text) {
    int own_class = combining_class(code_point);
    bool adjacent = has_starter && out.size() == starter + 1;
    if (has_starter && (adjacent || last_class < own_class)) {
      if (uint32_t composed = compose_pair(out[starter], code_point)) {
        out[starter] = composed;
        continue;
      }
    }
    if (own_class == 0) {
      starter = out.size();
      has_starter = true;
    }
    last_class = own_class;
    out.push_back(code_point);
  }
  return out;
}

} // namespace

bool is_identifier_start(uint32_t code_point) {
  if (code_point < 0x80) return (code_point | 0x20u) - 'a' < 26u || code_point == '_';
  return contains(identifier_start_ranges, code_point);
}

bool is_identifier_continue(uint32_t code_point) {
  if (code_point < 0x80) return is_identifier_start(code_point) || code_point - '0' < 10u;
  return contains(identifier_continue_ranges, code_point);
}

bool is_printable(uint32_t code_point) {
  if (code_point < 0x80) return code_point >= 0x20 && code_point != 0x7f;
  return !contains(invisible_ranges, code_point);
}

std::string normalize_identifier(std::string_view identifier) {
  bool ascii =
      std::all_of(identifier.begin(), identifier.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
  if (ascii) return std::string(identifier);
  std::vector<uint32_t> text;
  for (std::size_t i = 0; i < identifier.size();) append_decomposed(text, decode_utf8(identifier, i));
  reorder(text);
  std::string result;
  for (uint32_t code_point : compose(text)) append_utf8(result, code_point);
  return result;
}

} // namespace pyvm::syntax
