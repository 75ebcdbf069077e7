// Random regions keep their meaning through text, through each pass and through all of them.
#include <catch2/catch.hpp>

#include "tests/ir/random_region.h"
#include "tracer/ir/equal.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/opt/pipeline.h"

using namespace pyvm;
using namespace pyvm::ir_test;

namespace {

std::string joined(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& message : messages) text += message + "\n";
  return text;
}

void require_same_outcome(const RandomRegion& random, const ir::Region& now, const std::string& pass,
                          std::uint64_t seed) {
  INFO("seed " << seed << " after " << pass << "\n" << ir::print(random.region) << "\n" << ir::print(now));
  REQUIRE(joined(ir::verify(now)) == "");
  REQUIRE(evaluated_outcome(now, random.evaluation) == evaluated_outcome(random.region, random.evaluation));
}

void try_seeds(std::uint64_t first, std::uint64_t count, const RandomOptions& options) {
  const tracer::AliasInfo alias{};
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const RandomRegion random = random_region(seed, options);
    INFO("seed " << seed << "\n" << ir::print(random.region));
    REQUIRE(joined(ir::verify(random.region)) == "");
    const ir::ParsedRegion parsed = ir::parse(ir::print(random.region));
    REQUIRE(parsed.error == "");
    REQUIRE(ir::same(parsed.region, random.region));
    for (const char* pass : {"thread", "early", "fold", "forward", "hoist", "promote", "carry", "dead"}) {
      ir::Region region = random.region;
      tracer::run_pass(pass, region, alias);
      require_same_outcome(random, region, pass, seed);
    }
    ir::Region region = random.region;
    tracer::optimise(region, alias);
    require_same_outcome(random, region, "optimise", seed);
  }
}

} // namespace

TEST_CASE("small random regions keep their meaning") { try_seeds(1, 1500, {.size = 12}); }
TEST_CASE("random regions keep their meaning") { try_seeds(10'000, 1000, {.size = 40}); }
TEST_CASE("large random regions keep their meaning") { try_seeds(20'000, 200, {.size = 200}); }
TEST_CASE("random regions in lanes keep their meaning") {
  try_seeds(30'000, 500, {.lanes = 4, .gangs = 1, .size = 30});
  try_seeds(40'000, 500, {.lanes = 4, .gangs = 2, .size = 30});
  try_seeds(50'000, 300, {.lanes = 8, .gangs = 2, .size = 30});
}
