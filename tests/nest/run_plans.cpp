// Golden tests of the planner: `nest_plans [--bless] FILE-OR-FOLDER...`, one TAP line a file on standard output, what
// differs on standard error. --bless writes what comes out into the files instead. A file of cases/:
//
//   ; what the case shows
//   region ...                                   as the recorder writes it
//
//   ; plan lanes 8 registers 32 iterations 100 grain     a request; `range` in place of `grain` for a plain range loop;
//                                                        `masks 5 9` behind it: what they add to a store and to a load
//                                                        of elements apart; `show` at last: print the fast region, too
//   scalars 3 1.5                                the scalar slots in order
//   array 0 shape 4 9                            shape, C strides (or `strides 80 8`, bytes), at an address of its own
//   array 1 shape 4 shares 0 offset 8            (or that many bytes into another array's)
//   ; gives
//   plan ...                                     the plan, and the fast region where it is to be shown
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tracer/ir/lex.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/nest/pipeline.h"

using namespace pyvm;
using namespace pyvm::tracer::nest;

namespace {

constexpr std::int64_t most = 1'000'000'000'000;

struct Request {
  std::string heading; // with the input lines
  PlanRequest plan;
  bool show = false;
  std::vector<std::uint64_t> scalars;
  std::vector<ir::ArrayDescriptor> arrays;
  std::string gives;
  int line = 0;
};

struct Case {
  std::string path, input_text;
  ir::Region region;
  std::vector<Request> requests;
};

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text + "\n";
}

bool is_number(std::string_view word) {
  return !word.empty() && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
}

class Reader {
public:
  explicit Reader(const std::string& path) {
    case_.path = path;
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    for (std::string line; std::getline(file, line);) lines_.push_back(line);
  }

  Case run() {
    case_.input_text = section();
    ir::ParsedRegion parsed = ir::parse(case_.input_text);
    if (!parsed.ok()) throw std::runtime_error(fmt::format("{}: {}", case_.path, parsed.error));
    case_.region = std::move(parsed.region);
    try {
      while (at_ < lines_.size()) request();
    } catch (const ir::TextError& error) {
      throw std::runtime_error(fmt::format("{}:{}:{}: {}", case_.path, error.line, error.column, error.what()));
    }
    return std::move(case_);
  }

private:
  static bool is_heading(const std::string& line) { return line.starts_with("; plan") || line.starts_with("; gives"); }
  int number() const { return static_cast<int>(at_) + 1; }
  std::string section() {
    std::string text;
    while (at_ < lines_.size() && !is_heading(lines_[at_])) text += lines_[at_++] + "\n";
    return trimmed(text);
  }

  void request() {
    Request request;
    request.line = number();
    const std::string heading = lines_[at_];
    ir::LineReader line(std::string_view(heading).substr(1), number());
    line.expect("plan");
    line.expect("lanes");
    request.plan.lanes = static_cast<int>(line.take_int(1, 16, "lanes"));
    line.expect("registers");
    request.plan.vector_registers = static_cast<int>(line.take_int(1, 32, "registers"));
    line.expect("iterations");
    request.plan.iterations = line.take_int(0, most, "iterations");
    request.plan.is_grain = line.accept("grain");
    if (!request.plan.is_grain) line.expect("range");
    if (line.accept("masks")) {
      request.plan.masks.store = static_cast<double>(line.take_int(0, 100, "cycles"));
      request.plan.masks.strided_load = static_cast<double>(line.take_int(0, 100, "cycles"));
    }
    request.show = line.accept("show");
    line.expect_end();
    const std::size_t first = at_++;
    request.arrays.resize(case_.region.arrays.size());
    for (; at_ < lines_.size() && !is_heading(lines_[at_]); ++at_) input(request);
    for (std::size_t i = first; i < at_; ++i) request.heading += lines_[i] + "\n";
    request.heading = trimmed(request.heading);
    if (at_ < lines_.size()) ++at_;
    request.gives = section();
    case_.requests.push_back(std::move(request));
  }

  void input(Request& request) {
    ir::LineReader line(lines_[at_], number());
    if (line.at_end()) return;
    if (line.accept("scalars")) {
      for (const ir::ScalarSlot& slot : case_.region.scalars)
        request.scalars.push_back(line.take_constant(ir::type_of(slot.kind).base));
      return line.expect_end();
    }
    line.expect("array");
    const auto slot = static_cast<std::size_t>(line.take_int(0, 100, "a slot"));
    const ir::ArraySlot& kind = case_.region.arrays.at(slot);
    ir::ArrayDescriptor& array = request.arrays.at(slot);
    std::intptr_t address = static_cast<std::intptr_t>(slot + 1) << 40;
    line.expect("shape");
    for (int d = 0; is_number(line.peek()); ++d) array.shape[d] = line.take_int(0, most, "a length");
    auto stride = static_cast<std::int64_t>(size_of(kind.dtype));
    for (int d = kind.ndim - 1; d >= 0; --d) array.strides[d] = stride, stride *= array.shape[d];
    if (line.accept("strides"))
      for (int d = 0; is_number(line.peek()); ++d) array.strides[d] = line.take_int(-most, most, "a stride");
    if (line.accept("shares")) {
      address = static_cast<std::intptr_t>(line.take_int(0, 100, "a slot") + 1) << 40;
      line.expect("offset");
      address += line.take_int(-most, most, "bytes");
    }
    array.data = reinterpret_cast<std::byte*>(address); // never read
    line.expect_end();
  }

  Case case_;
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
};

std::string answer(const Case& test, Request& request) {
  request.plan.scalars = request.scalars.data();
  request.plan.arrays = request.arrays.data();
  const PlannedRegion planned = plan_region(test.region, request.plan);
  for (const ir::Region* region : {&planned.fast, &planned.careful})
    for (const std::string& message : ir::verify(*region))
      throw std::runtime_error(message + "\n" + ir::print(*region));
  std::string text = print(planned.plan, test.region.arrays);
  if (request.show) text += ir::print(planned.fast);
  return trimmed(text);
}

std::string run_case(const std::string& path, bool bless) {
  Case test = Reader(path).run();
  for (const std::string& message : ir::verify(test.region)) throw std::runtime_error(path + ": " + message);
  std::string differences, text = test.input_text;
  for (Request& request : test.requests) {
    const std::string seen = answer(test, request);
    if (seen != request.gives)
      differences += fmt::format("{}:{}: expected\n{}seen\n{}", path, request.line, request.gives, seen);
    text += "\n" + request.heading + "; gives\n" + seen;
  }
  if (!bless) return differences;
  std::ofstream(path) << text;
  return {};
}

std::vector<std::string> files_of(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.path().extension() == ".ir") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

int main(int argc, char* argv[]) {
  bool bless = false;
  int count = 0, failures = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--bless") {
      bless = true;
      continue;
    }
    for (const std::string& path : files_of(argument)) {
      std::string differences;
      try {
        differences = run_case(path, bless);
      } catch (const std::runtime_error& error) {
        differences = std::string(error.what()) + "\n";
      }
      std::fputs(differences.c_str(), stderr);
      failures += differences.empty() ? 0 : 1;
      std::printf("%s %d - %s\n", differences.empty() ? "ok" : "not ok", ++count,
                  std::filesystem::path(path).filename().c_str());
    }
  }
  std::printf("1..%d\n", count);
  return failures == 0 ? 0 : 1;
}
