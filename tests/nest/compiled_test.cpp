// Widened random regions through the code generator: what it makes for each instruction set, with many registers and
// with few, gives the bits that the evaluator gives for the scalar region, and the same lanes leave with the same
// values. What it says of masks' costs, on which plans of lanes depend.
#include <catch2/catch.hpp>

#include <memory>

#include <fmt/format.h>

#include "backend-x64/code_generator.h"
#include "backend-x64/cpu.h"
#include "tests/nest/random_region.h"
#include "tracer/ir/code_generator.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/print.h"
#include "tracer/nest/coherent.h"
#include "tracer/nest/pipeline.h"
#include "tracer/nest/widen.h"
#include "tracer/opt/pipeline.h"

using namespace pyvm;
using namespace pyvm::tracer::nest;
using ir::Region;

namespace {

LaneView::HasUnitStride last_dimension_is_unit(const Region& region) {
  return [&region](std::uint16_t slot, std::uint8_t dimension) {
    return region.arrays[slot].contiguous && dimension + 1 == region.arrays[slot].ndim;
  };
}

// In two of three: `if`s have sides without masks wherever that is legal.
std::set<const ir::Instruction*> coherent(const LaneView& view, std::uint32_t seed) {
  if (seed % 3 == 0) return {};
  return coherent_branches(view, {.most_copied = 10'000, .at_any_price = true});
}

// What two runs leave behind that differs; empty when nothing does.
std::string difference(const nest_random::World& a, const nest_random::World& b) {
  std::string text;
  const auto compare = [&](const std::string& what, const auto& x, const auto& y) {
    for (std::size_t k = 0; k < x.size(); ++k)
      if (x[k] != y[k])
        text += fmt::format("{} {}: expected {:#x}, seen {:#x}\n", what, k, static_cast<std::uint64_t>(x[k]),
                            static_cast<std::uint64_t>(y[k]));
  };
  for (std::size_t slot = 0; slot < a.memory.size(); ++slot)
    compare(fmt::format("byte of array {}", slot), a.memory[slot], b.memory[slot]);
  compare("lane", a.record, b.record);
  compare("touched", a.touched, b.touched);
  compare("left exit", a.left_exits, b.left_exits);
  compare("exit value", a.exit_values, b.exit_values);
  return text;
}

} // namespace

TEST_CASE("compiled lanes give the bits of the evaluator") {
  const auto generator = x64::make_code_generator(x64::host_cpu().family);
  int compiled = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    const bool guards = seed % 2 == 0;
    const Region region = nest_random::Generator(seed, {.guards = guards, .divergence = true}).make();
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3;
    nest_random::World model(seed, start);
    const PlannedRegion planned = plan_region(region, {.lanes = 1,
                                                       .scalars = model.scalars.data(),
                                                       .arrays = model.arrays.data(),
                                                       .iterations = 140,
                                                       .is_grain = true});
    const Region& scalar = planned.fast;
    Nest nest(scalar);
    const DependenceFacts facts = find_dependences(nest, true);
    for (LoopId loop = 0; loop < nest.table().loops.size(); ++loop) {
      const Loop& it = nest.table().loops[loop];
      if (scalar.at(it.instruction).op != ir::Op::For) continue;
      if (!order_of(facts, loop, model.scalars.data(), model.arrays.data(), 0, 140).independent()) continue;
      const LaneView view(nest, it.instruction, it.ordinal ? LaneExits::Leave : LaneExits::Restart,
                          last_dimension_is_unit(scalar));
      if (view.refusal()) continue;
      for (const ir::Isa isa : {ir::Isa::Avx2, ir::Isa::Avx512}) {
        if (isa > generator->widest_isa()) continue;
        const int lanes = ir::lanes_of(isa), gangs = 1 << (seed / 2 % 3);
        if (it.ordinal && scalar.reduction_lanes % (lanes * gangs) != 0) continue;
        Region vector = widen({{&view, gangs, coherent(view, seed)}}, lanes);
        if (seed % 3 != 0) tracer::optimise(vector, {.distinct_slots_are_disjoint = true});
        const bool few = seed % 5 == 0;
        const auto code = generator->compile(vector, {.isa = isa, .few_registers = few, .want_listing = true});
        if (!code) continue;
        INFO("seed " << seed << " loop " << loop << "\n" << print(vector) << code.code->listing);
        for (const std::int64_t count : {1, 7, 33, 67}) {
          nest_random::World expected(seed, start), seen(seed, start);
          ir::RegionContext context = expected.context(0);
          const std::int64_t left = ir::evaluate(vector, &context, 0, count);
          ir::RegionContext other = seen.context(0);
          REQUIRE(code.code->entry(&other, 0, count) == left);
          if (left != ir::ran_to_end) {
            REQUIRE(other.exit_ordinal == context.exit_ordinal);
            REQUIRE(other.exit_gang == context.exit_gang);
          }
          REQUIRE(difference(expected, seen) == "");
          ++compiled;
        }
      }
    }
  }
  CHECK(compiled > 400);
}

TEST_CASE("what masks cost, in every column of the cost table") {
  const auto generator = x64::make_code_generator(x64::host_cpu().family);
  for (int column = 0; column <= 3; ++column) {
    const ir::MaskCosts narrow = generator->mask_costs(ir::Isa::Avx2, column);
    const ir::MaskCosts wide = generator->mask_costs(ir::Isa::Avx512, column);
    CHECK(wide.store == 0); // a form of the plain store
    CHECK(wide.narrow_load == 0);
    for (const ir::MaskCosts& costs : {narrow, wide}) {
      CHECK(costs.strided_load > 0); // one by one, in place of inserts
      CHECK(costs.gather >= 0);
    }
    CHECK(narrow.store > 0);
    CHECK(narrow.narrow_load > 0);
    CHECK(generator->mask_costs(ir::Isa::Scalar, column).strided_load == 0);
  }
}
