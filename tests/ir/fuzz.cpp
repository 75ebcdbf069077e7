// Random regions as text: read back, and run by the evaluator, after random sequences of passes, and compiled for every
// instruction set, with many registers and with few, for each column of the cost table. All must give the same bits.
//
//   ir_fuzz [--seed S] [--seeds N | --minutes M] [--keep FOLDER]
//
// What differs is cut down, line by line, to a file as those of tests/ir/cases; its passes say what went wrong (none:
// the code generator did). The last line counts; the exit status is 1 when something differed.
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include "backend-x64/code_generator.h"
#include "tests/ir/random_region.h"
#include "tracer/ir/equal.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/opt/pipeline.h"

using namespace pyvm;
using namespace pyvm::ir_test;

namespace {

constexpr std::string_view pass_names[] = {"thread", "early", "fold", "forward", "hoist", "promote", "carry", "dead"};

// One way of running a region.
struct Way {
  std::vector<std::string_view> passes; // "optimise": all of them
  bool compiled = false;
  ir::CompileOptions options{};

  std::string text() const {
    std::string result;
    for (const std::string_view pass : passes) result += fmt::format("{}{}", result.empty() ? "" : ", ", pass);
    if (result.empty()) result = "no pass";
    if (compiled)
      result += fmt::format("; compiled for {}{}, costs {}", ir::name_of(options.isa),
                            options.few_registers ? " with few registers" : "", options.cost_column);
    return result;
  }
};

ir::CodeGenerator& code_generator() {
  static const auto generator = x64::make_code_generator();
  return *generator;
}

std::int64_t compiled = 0, refused = 0; // by the code generator

// What this way of running gives; a text that begins with "broken" where the passes leave no region that verifies.
std::string outcome_of(ir::Region region, const Evaluation& evaluation, const Way& way) {
  for (const std::string_view pass : way.passes) {
    if (pass == "optimise")
      tracer::optimise(region, {});
    else
      tracer::run_pass(pass, region, {});
    const std::vector<std::string> problems = ir::verify(region);
    if (!problems.empty()) return fmt::format("broken by {}: {}\n", pass, problems.front());
  }
  if (!way.compiled) return evaluated_outcome(region, evaluation);
  const ir::CompileResult result = code_generator().compile(region, way.options);
  ++(result ? compiled : refused);
  if (!result) return evaluated_outcome(region, evaluation);
  return outcome(region, evaluation, [&](ir::RegionContext* context, std::int64_t begin, std::int64_t end) {
    return result.code->entry(context, begin, end);
  });
}

std::vector<Way> ways_of(const ir::Region& region, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
  std::vector<Way> ways{{.passes = {"optimise"}}};
  for (int k = 0; k < 2; ++k) {
    Way way;
    for (std::size_t count = 1 + below(6); count > 0; --count)
      way.passes.push_back(pass_names[below(std::size(pass_names))]);
    ways.push_back(way);
  }
  const std::size_t plain = ways.size();
  for (const ir::Isa isa : {ir::Isa::Scalar, ir::Isa::Avx2, ir::Isa::Avx512}) {
    if (isa > code_generator().widest_isa() || region.lanes > ir::lanes_of(isa)) continue;
    Way way = below(3) == 0 ? Way{} : ways[below(plain)];
    way.compiled = true;
    way.options = {.isa = isa, .few_registers = below(2) == 0, .cost_column = static_cast<int>(below(4))};
    ways.push_back(way);
  }
  return ways;
}

// ---- a difference, as a small file
bool differs(const std::string& text, const RandomRegion& random, const Way& way) {
  const ir::ParsedRegion read = ir::parse(text);
  if (!read.ok() || !ir::verify(read.region).empty()) return false;
  if (read.region.arrays.size() != random.region.arrays.size() ||
      read.region.scalars.size() != random.region.scalars.size() ||
      read.region.accumulators.size() != random.region.accumulators.size())
    return false;
  return outcome_of(read.region, random.evaluation, way) != evaluated_outcome(read.region, random.evaluation);
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string cut_down(const std::string& text, const RandomRegion& random, const Way& way) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  for (std::size_t chunk = lines.size() / 2; chunk > 0; chunk = chunk == 1 ? 0 : chunk / 2)
    for (std::size_t at = lines.size(); at-- > 0;) {
      if (at + chunk > lines.size()) continue;
      std::vector<std::string> fewer = lines;
      const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(first, first + static_cast<std::ptrdiff_t>(chunk));
      if (differs(joined(fewer), random, way)) lines = std::move(fewer);
    }
  return joined(lines);
}

std::string evaluation_text(const ir::Region& region, const Evaluation& evaluation) {
  std::string text = fmt::format("\n; evaluate {} {}\nscalars", evaluation.begin, evaluation.end);
  for (std::size_t k = 0; k < evaluation.scalars.size(); ++k)
    text += " " + ir::constant_text(ir::type_of(region.scalars[k].kind).base, evaluation.scalars[k]);
  for (const ArrayInput& array : evaluation.arrays) {
    text += fmt::format("\narray {} shape {} strides {}", array.slot, fmt::join(array.shape, " "),
                        fmt::join(array.strides, " "));
    if (array.shares >= 0) {
      text += fmt::format(" shares {} offset {}", array.shares, array.offset);
      continue;
    }
    text += " data";
    for (const ScalarBits bits : array.data)
      text += " " + ir::constant_text(ir::type_of(region.arrays[array.slot].dtype).base, bits);
  }
  return text + fmt::format("\nblock_start {}\n; gives\n", evaluation.block_start);
}

void report(std::uint64_t seed, const RandomRegion& random, const Way& way, const std::filesystem::path& folder) {
  const std::string text = cut_down(ir::print(random.region), random, way);
  const ir::Region region = ir::parse(text).region;
  const std::string expected = evaluated_outcome(region, random.evaluation);
  const std::filesystem::path path = folder / fmt::format("seed{}.ir", seed);
  std::filesystem::create_directories(folder);
  std::ofstream(path) << fmt::format("; seed {}: {}\n{}{}{}", seed, way.text(), text,
                                     evaluation_text(region, random.evaluation), expected);
  fmt::print("seed {}: {}\n{}expected\n{}seen\n{}in {}\n\n", seed, way.text(), text, expected,
             outcome_of(region, random.evaluation, way), path.string());
  std::fflush(stdout);
}

RandomOptions options_of(std::uint64_t seed) {
  constexpr RandomOptions all[] = {{.lanes = 1, .gangs = 1, .size = 12},  {.lanes = 1, .gangs = 1, .size = 40},
                                   {.lanes = 1, .gangs = 1, .size = 120}, {.lanes = 4, .gangs = 1, .size = 30},
                                   {.lanes = 8, .gangs = 2, .size = 30},  {.lanes = 4, .gangs = 2, .size = 60},
                                   {.lanes = 8, .gangs = 1, .size = 30},  {.lanes = 8, .gangs = 1, .size = 12}};
  return all[seed % std::size(all)];
}

// How many ways of running differ: 0 or 1, for the others have mostly the same cause.
int try_seed(std::uint64_t seed, const std::filesystem::path& folder, std::int64_t& runs) {
  const RandomRegion random = random_region(seed, options_of(seed));
  const std::string text = ir::print(random.region);
  const ir::ParsedRegion read = ir::parse(text);
  if (!read.ok() || !ir::same(read.region, random.region)) {
    fmt::print("seed {}: reads back as another region: {}\n{}", seed, read.error, text);
    return 1;
  }
  const std::string expected = evaluated_outcome(random.region, random.evaluation);
  std::mt19937_64 generator(seed);
  for (const Way& way : ways_of(random.region, generator)) {
    ++runs;
    if (outcome_of(random.region, random.evaluation, way) == expected) continue;
    report(seed, random, way, folder);
    return 1;
  }
  return 0;
}

} // namespace

int main(int count, char** arguments) {
  std::uint64_t first = 1, seeds = 2000;
  double minutes = 0;
  std::filesystem::path folder = "/tmp/pyvm-fuzz";
  for (int k = 1; k + 1 < count; k += 2) {
    const std::string_view name = arguments[k];
    if (name == "--seed") first = std::strtoull(arguments[k + 1], nullptr, 10);
    if (name == "--seeds") seeds = std::strtoull(arguments[k + 1], nullptr, 10);
    if (name == "--minutes") minutes = std::strtod(arguments[k + 1], nullptr);
    if (name == "--keep") folder = arguments[k + 1];
  }
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  std::uint64_t seed = first;
  std::int64_t runs = 0;
  int differing = 0;
  for (; minutes > 0 ? seconds() < 60 * minutes : seed < first + seeds; ++seed)
    differing += try_seed(seed, folder, runs);
  fmt::print("{} regions from seed {}, {} ways of running ({} compiled, {} refused), {:.0f} s of CPU time: {} regions "
             "differ\n",
             seed - first, first, runs, compiled, refused, static_cast<double>(std::clock()) / CLOCKS_PER_SEC,
             differing);
  return differing > 0 ? 1 : 0;
}
