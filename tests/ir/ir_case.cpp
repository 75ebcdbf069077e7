#include "tests/ir/ir_case.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tracer/ir/lex.h"
#include "tracer/ir/parse.h"
#include "vm/semantics/reduction.h"

namespace pyvm::ir_test {

using namespace ir;

namespace {

constexpr std::int64_t most = 1'000'000'000'000;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text.empty() ? text : text + "\n";
}

bool is_number(std::string_view word) {
  return !word.empty() && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
}

std::vector<std::int64_t> take_numbers(LineReader& line) {
  std::vector<std::int64_t> numbers;
  while (is_number(line.peek())) numbers.push_back(line.take_int(-most, most, "a number"));
  return numbers;
}

std::vector<std::int64_t> c_strides(const std::vector<std::int64_t>& shape, std::size_t size) {
  std::vector<std::int64_t> strides(shape.size());
  auto stride = static_cast<std::int64_t>(size);
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

// Reads a case file, section by section.
class Reader {
public:
  explicit Reader(const std::string& path) {
    test_.path = path;
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
  }

  IrCase run() {
    const int first = number();
    test_.input_text = section();
    ParsedRegion parsed = parse(test_.input_text, first);
    if (!parsed.ok()) throw std::runtime_error(fmt::format("{}: {}", test_.path, parsed.error));
    test_.input = std::move(parsed.region);
    while (position_ < lines_.size()) {
      try {
        heading();
      } catch (const TextError& error) {
        throw std::runtime_error(fmt::format("{}:{}:{}: {}", test_.path, error.line, error.column, error.what()));
      }
    }
    return std::move(test_);
  }

private:
  static bool is_heading(const std::string& line) {
    for (const char* start : {"; run:", "; evaluate ", "; gives"})
      if (line.starts_with(start)) return true;
    return false;
  }
  int number() const { return static_cast<int>(position_) + 1; }

  // The lines up to the next heading.
  std::string section() {
    std::string text;
    while (position_ < lines_.size() && !is_heading(lines_[position_])) text += lines_[position_++] + "\n";
    return trimmed(text);
  }

  void heading() {
    const int line_number = number();
    const std::string heading = lines_[position_++];
    LineReader line(std::string_view(heading).substr(1), line_number);
    if (line.accept("run")) {
      line.expect(":");
      PassRun run{.passes = {}, .expected = {}, .line = line_number};
      if ((run.disjoint = line.accept("disjoint"))) line.expect(",");
      if ((run.in_range = line.accept("in_range"))) line.expect(",");
      do run.passes.emplace_back(line.take());
      while (line.accept(","));
      run.expected = section();
      test_.runs.push_back(std::move(run));
    } else if (line.accept("evaluate")) {
      Evaluation evaluation{.line = line_number};
      evaluation.begin = line.take_int(-most, most, "the first ordinal");
      evaluation.end = line.take_int(-most, most, "the last ordinal");
      evaluation.block_start = evaluation.begin;
      for (; position_ < lines_.size() && !is_heading(lines_[position_]); ++position_) input_line(evaluation);
      test_.evaluation_texts.push_back(text_between(static_cast<std::size_t>(line_number) - 1, position_));
      test_.evaluations.push_back(std::move(evaluation));
    } else {
      line.expect("gives");
      if (test_.evaluations.empty()) line.fail("there is nothing that gives this");
      test_.evaluations.back().gives = section();
    }
    line.expect_end();
  }

  std::string text_between(std::size_t from, std::size_t to) const {
    std::string text;
    for (std::size_t i = from; i < to; ++i) text += lines_[i] + "\n";
    return trimmed(text);
  }

  void input_line(Evaluation& evaluation) {
    LineReader line(lines_[position_], number());
    if (line.at_end()) return;
    if (line.accept("scalars")) {
      for (const ScalarSlot& slot : test_.input.scalars)
        evaluation.scalars.push_back(line.take_constant(ir::type_of(slot.kind).base));
    } else if (line.accept("array")) {
      evaluation.arrays.push_back(array(line));
    } else {
      line.expect("block_start");
      evaluation.block_start = line.take_int(-most, most, "an ordinal");
    }
    line.expect_end();
  }

  ArrayInput array(LineReader& line) const {
    ArrayInput input;
    input.slot = static_cast<std::size_t>(
        line.take_int(0, static_cast<std::int64_t>(test_.input.arrays.size()) - 1, "an array slot"));
    const ArraySlot& slot = test_.input.arrays[input.slot];
    line.expect("shape");
    input.shape = take_numbers(line);
    input.strides = c_strides(input.shape, size_of(slot.dtype));
    if (line.accept("strides")) input.strides = take_numbers(line);
    if (input.shape.size() != slot.ndim || input.strides.size() != slot.ndim) line.fail("wrong number of dimensions");
    if (line.accept("shares")) {
      input.shares = static_cast<int>(line.take_int(0, most, "an array slot"));
      line.expect("offset");
      input.offset = line.take_int(0, most, "a number of bytes");
      return input;
    }
    line.expect("data");
    while (!line.at_end()) input.data.push_back(line.take_constant(ir::type_of(slot.dtype).base));
    std::int64_t elements = 1;
    for (const std::int64_t length : input.shape) elements *= length;
    if (elements != static_cast<std::int64_t>(input.data.size())) line.fail("the shape has another number of elements");
    return input;
  }

  IrCase test_;
  std::vector<std::string> lines_;
  std::size_t position_ = 0;
};

} // namespace

IrCase load_ir_case(const std::string& path) { return Reader(path).run(); }

std::string text_of(const IrCase& test) {
  std::string text = test.input_text;
  for (const PassRun& run : test.runs) {
    text += "\n; run: ";
    if (run.disjoint) text += "disjoint, ";
    if (run.in_range) text += "in_range, ";
    for (std::size_t i = 0; i < run.passes.size(); ++i) text += (i == 0 ? "" : ", ") + run.passes[i];
    text += "\n" + run.expected;
  }
  for (std::size_t i = 0; i < test.evaluations.size(); ++i)
    text += "\n" + test.evaluation_texts[i] + "; gives\n" + test.evaluations[i].gives;
  return text;
}

} // namespace pyvm::ir_test
