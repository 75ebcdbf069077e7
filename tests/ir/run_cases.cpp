// Runs the case files of tests/ir/cases: `ir_cases [--bless] FILE-OR-FOLDER...`, one TAP line a file on standard
// output, what differs on standard error. --bless writes what comes out into the files instead.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/ir/ir_case.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/opt/pipeline.h"

using namespace pyvm;
using namespace pyvm::ir_test;

namespace {

void require_verified(const ir::Region& region, const std::string& what) {
  std::string messages;
  for (const std::string& message : ir::verify(region)) messages += "\n  " + message;
  if (!messages.empty()) throw std::runtime_error(what + " does not verify:" + messages);
}

ir::Region passed(const IrCase& test, const PassRun& run) {
  ir::Region region = test.input;
  const tracer::AliasInfo alias{.distinct_slots_are_disjoint = run.disjoint, .forms_are_in_range = run.in_range};
  for (const std::string& pass : run.passes) {
    if (pass == "optimise")
      tracer::optimise(region, alias);
    else if (!tracer::run_pass(pass, region, alias))
      throw std::runtime_error(fmt::format("{}:{}: there is no pass '{}'", test.path, run.line, pass));
    require_verified(region, fmt::format("{}:{}: the region after '{}'", test.path, run.line, pass));
  }
  return region;
}

// Appends to `differences`, unless the answer is blessed.
void compare(const std::string& place, std::string& expected, const std::string& seen, bool bless,
             std::string& differences) {
  if (bless)
    expected = seen;
  else if (expected != seen)
    differences += fmt::format("{}: expected\n{}seen\n{}", place, expected, seen);
}

// The differences between what a file says and what is seen; empty when there are none.
std::string run_case(const std::string& path, bool bless) {
  IrCase test = load_ir_case(path);
  require_verified(test.input, path + ": the input");
  std::string differences;
  const std::string printed = ir::print(test.input);
  if (ir::print(ir::parse(printed).region) != printed) differences += path + ": the input does not print as it reads\n";
  for (Evaluation& evaluation : test.evaluations)
    compare(fmt::format("{}:{}", path, evaluation.line), evaluation.gives, evaluated_outcome(test.input, evaluation),
            bless, differences);
  for (PassRun& run : test.runs) {
    const ir::Region region = passed(test, run);
    compare(fmt::format("{}:{}", path, run.line), run.expected, ir::print(region), bless, differences);
    for (Evaluation& evaluation : test.evaluations) {
      const std::string seen = evaluated_outcome(region, evaluation);
      if (seen != evaluation.gives)
        differences +=
            fmt::format("{}:{}: after the run of line {} it gives\n{}", path, evaluation.line, run.line, seen);
    }
  }
  if (bless) std::ofstream(path) << text_of(test);
  return differences;
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
