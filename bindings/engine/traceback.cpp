// Follows CPython 3.11's Python/traceback.c: which lines are shown, where carets stand and when they are left out.
//
// Carets stand below the whole expression that raised, and are left out when it is all of the line. For a binary
// operator and a subscript the operands get `~` and the operator or the brackets `^`; CPython finds them by parsing the
// text of the expression again, and so does this.
#include "bindings/engine/traceback.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "vm/support/source_location.h"
#include "vm/support/syntax_error.h"
#include "vm/support/utf8.h"
#include "vm/syntax/parser.h"

namespace pyvm::engine {

namespace {

constexpr std::size_t most_frames = 1000;
constexpr int shown_repetitions = 3;

class Sources {
public:
  // Empty where there is no such line.
  std::string line(const std::string& path, int line) {
    auto [entry, added] = files_.try_emplace(path);
    if (added) entry->second = read(path);
    return entry->second ? std::string(entry->second->line_text(line)) : std::string();
  }

private:
  static std::shared_ptr<const SourceText> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return nullptr;
    std::ostringstream text;
    text << file.rdbuf();
    try {
      return SourceText::from_bytes(path, text.str());
    } catch (const SyntaxError&) {
      return nullptr;
    }
  }

  std::map<std::string, std::shared_ptr<const SourceText>> files_;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

// Byte offsets in the expression's text between which the operator or the subscript stands.
struct Anchors {
  int begin, end;
};

std::optional<Anchors> operator_anchors(const std::string& text, const syntax::BinOp& node) {
  const int stop = node.right->location.column;
  for (int k = node.left->location.end_column; k < stop; ++k) {
    if (is_blank(text[static_cast<std::size_t>(k)])) continue;
    const bool longer = k + 1 < stop && !is_blank(text[static_cast<std::size_t>(k) + 1]);
    // A parenthesis that closes the left operand: look further.
    if (k + 1 < stop && text[static_cast<std::size_t>(k)] == ')') continue;
    return Anchors{k, k + 1 + longer};
  }
  return std::nullopt;
}

Anchors subscript_anchors(const std::string& text, const syntax::Subscript& node) {
  const int size = static_cast<int>(text.size());
  int begin = node.value->location.end_column, end = node.slice->location.end_column + 1;
  while (begin < size && text[static_cast<std::size_t>(begin)] != '[') ++begin;
  while (end < size && text[static_cast<std::size_t>(end)] != ']') ++end;
  return {begin, std::min(end + 1, size)};
}

std::optional<Anchors> anchors_of(const std::string& text) {
  try {
    auto module = syntax::parse_module(std::make_shared<SourceText>("<string>", text));
    if (module->body.size() != 1) return std::nullopt;
    auto* statement = syntax::cast_if<syntax::Expr>(module->body[0]);
    if (!statement) return std::nullopt;
    if (auto* operation = syntax::cast_if<syntax::BinOp>(statement->value)) return operator_anchors(text, *operation);
    if (auto* subscript = syntax::cast_if<syntax::Subscript>(statement->value))
      return subscript_anchors(text, *subscript);
  } catch (const SyntaxError&) {
  }
  return std::nullopt;
}

int characters(std::string_view text) { return static_cast<int>(count_code_points(text)); }

std::string carets(const std::string& line, const TracebackEntry& entry) {
  const auto clamped = [&](int column) { return std::min(static_cast<std::size_t>(std::max(column, 0)), line.size()); };
  const std::size_t begin = clamped(entry.column);
  std::size_t end = clamped(entry.end_column);
  std::optional<Anchors> anchors;
  if (entry.end_line == entry.line) {
    anchors = anchors_of(line.substr(begin, end - begin));
  } else {
    end = line.size();
    while (end > 0 && is_blank(line[end - 1])) --end;
  }
  const int indent = static_cast<int>(std::find_if_not(line.begin(), line.end(), is_blank) - line.begin());
  const int from = characters(line.substr(0, begin)), to = characters(line.substr(0, end));
  if (to - from == characters(line) - indent && !anchors) return "";
  int left = -1, right = -1;
  if (anchors) {
    left = characters(line.substr(0, begin + static_cast<std::size_t>(anchors->begin)));
    right = characters(line.substr(0, begin + static_cast<std::size_t>(anchors->end)));
  }
  std::string text(4, ' ');
  for (int k = indent; k < to; ++k) text += k < from ? ' ' : !anchors || (left <= k && k < right) ? '^' : '~';
  return text + "\n";
}

std::string frame_text(const TracebackEntry& entry, Sources& sources) {
  std::string text = fmt::format("  File \"{}\", line {}, in {}\n", entry.file, entry.line, entry.function);
  const std::string line = sources.line(entry.file, entry.line);
  const auto first = std::find_if_not(line.begin(), line.end(), is_blank);
  if (first == line.end()) return text;
  text += "    " + std::string(first, line.end()) + "\n";
  if (entry.end_column > 0) text += carets(line, entry);
  return text;
}

bool same_place(const TracebackEntry& a, const TracebackEntry& b) {
  return a.line == b.line && a.file == b.file && a.function == b.function;
}

std::string repetition_text(int times) {
  return fmt::format("  [Previous line repeated {} more time{}]\n", times, times == 1 ? "" : "s");
}

} // namespace

std::string exception_text(const GuestError& error) {
  const std::string name = exception_name(error.kind());
  return error.message().empty() ? name + "\n" : name + ": " + error.message() + "\n";
}

std::string traceback_text(const GuestError& error) {
  const auto& frames = error.traceback();
  if (frames.empty()) return exception_text(error);
  std::string text = "Traceback (most recent call last):\n";
  Sources sources;
  int repeated = 0;
  const TracebackEntry* before = nullptr;
  for (std::size_t k = std::min(frames.size(), most_frames); k-- > 0;) {
    const TracebackEntry& entry = frames[k];
    if (before && same_place(*before, entry)) {
      ++repeated;
    } else {
      if (repeated >= shown_repetitions) text += repetition_text(repeated - shown_repetitions + 1);
      repeated = 0;
    }
    before = &entry;
    if (repeated < shown_repetitions) text += frame_text(entry, sources);
  }
  if (repeated >= shown_repetitions) text += repetition_text(repeated - shown_repetitions + 1);
  return text + exception_text(error);
}

} // namespace pyvm::engine
