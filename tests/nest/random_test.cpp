// Random regions through the planner: every plan, every loop that may be widened at every width, and gang exits give
// the bits of the scalar region in the evaluator.
#include <catch2/catch.hpp>

#include "tests/nest/random_region.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/nest/coherent.h"
#include "tracer/nest/pipeline.h"
#include "tracer/nest/widen.h"
#include "tracer/opt/pipeline.h"

using namespace pyvm;
using namespace pyvm::tracer::nest;
using ir::Region;

namespace {

std::vector<std::string> problems(const Region& region) { return ir::verify(region); }

// Runs [begin, end) as the engine does: pieces of the plan, fast or careful. Returns how many ran fast; -1 after an
// exit.
std::int64_t run_pieces(const PlannedRegion& planned, nest_random::World& world, std::int64_t begin, std::int64_t end,
                        std::int64_t block_start) {
  const PlannedEntry entry(planned, world.scalars.data(), world.arrays.data(), begin, end);
  std::int64_t fast = 0;
  while (begin < end) {
    const Entry::Piece piece = entry.next_piece(begin, end, block_start);
    REQUIRE(piece.count > 0);
    REQUIRE(piece.count <= end - begin);
    ir::RegionContext context = world.context(block_start);
    const Region& region = piece.fast ? planned.fast : planned.careful;
    if (ir::evaluate(region, &context, begin, begin + piece.count) != ir::ran_to_end) return -1;
    begin += piece.count;
    if (piece.fast) fast += piece.count;
  }
  return fast;
}

} // namespace
TEST_CASE("random regions give the same bits in every plan") {
  int in_lanes = 0, inner = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    nest_random::Generator generator(seed, {});
    const Region region = generator.make();
    INFO("seed " << seed << "\n" << print(region));
    REQUIRE(problems(region) == std::vector<std::string>{});
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3;
    const std::int64_t count = 1 + random() % 140;
    nest_random::World plain(seed, start);
    ir::RegionContext context = plain.context(0);
    const bool ran = ir::evaluate(region, &context, 0, count) == ir::ran_to_end;
    REQUIRE(ran);
    for (const int lanes : {1, 4, 8}) {
      nest_random::World world(seed, start);
      const PlannedRegion planned = plan_region(region, {.lanes = lanes,
                                                         .vector_registers = lanes == 8 ? 32 : 16,
                                                         .scalars = world.scalars.data(),
                                                         .arrays = world.arrays.data(),
                                                         .iterations = 140,
                                                         .is_grain = true});
      INFO(print(planned.plan, region.arrays) << print(planned.fast));
      REQUIRE(problems(planned.fast) == std::vector<std::string>{});
      REQUIRE(problems(planned.careful) == std::vector<std::string>{});
      REQUIRE(print(ir::parse(print(planned.fast)).region) == print(planned.fast));
      in_lanes += !planned.plan.in_lanes.empty();
      inner += !planned.plan.in_lanes.empty() && !planned.plan.is_ordinal;
      run_pieces(planned, world, 0, count, 0);
      REQUIRE(world.same_results(plain));
    }
  }
  INFO(in_lanes << " " << inner);
  CHECK(in_lanes > 200);
  CHECK(inner > 20);
}

namespace {

PlanRequest request_for(nest_random::World& world, int lanes) {
  return {.lanes = lanes,
          .vector_registers = lanes == 8 ? 32 : 16,
          .scalars = world.scalars.data(),
          .arrays = world.arrays.data(),
          .iterations = 140,
          .is_grain = true,
          .masks = {.store = lanes == 4 ? 6.0 : 0, .strided_load = 20, .gather = 4}};
}

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

} // namespace

TEST_CASE("every loop that may be widened gives the same bits at every width") {
  int widened = 0, inner = 0;
  for (std::uint32_t seed = 1000; seed < 1300; ++seed) {
    const Region region = nest_random::Generator(seed, {}).make();
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3;
    nest_random::World model(seed, start);
    const PlannedRegion planned = plan_region(region, request_for(model, 1));
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
      for (const int lanes : {2, 4, 8}) {
        for (const int gangs : {1, 2, 4}) {
          if (it.ordinal && scalar.reduction_lanes % (lanes * gangs) != 0) continue;
          const Region vector = widen({{&view, gangs, coherent(view, seed)}}, lanes);
          INFO("seed " << seed << " loop " << loop << "\n" << print(scalar) << print(vector));
          REQUIRE(problems(vector) == std::vector<std::string>{});
          for (const std::int64_t count : {1, 3, 8, 33, 67}) {
            nest_random::World plain(seed, start), world(seed, start);
            ir::RegionContext context = plain.context(0);
            REQUIRE(ir::evaluate(region, &context, 0, count) == ir::ran_to_end);
            context = world.context(0);
            REQUIRE(ir::evaluate(vector, &context, 0, count) == ir::ran_to_end);
            REQUIRE(world.same_results(plain));
          }
          ++widened;
          inner += !it.ordinal;
        }
      }
    }
  }
  CHECK(widened > 1000);
  CHECK(inner > 300);
}

TEST_CASE("a gang leaves where its first failing iteration leaves, with that iteration's values") {
  int exits = 0, gangs = 0;
  for (std::uint32_t seed = 5000; seed < 5600; ++seed) {
    const Region region = nest_random::Generator(seed, {.guards = true, .accumulators = true}).make();
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3;
    const std::int64_t count = 60 + random() % 80;
    nest_random::World plain(seed, start), world(seed, start);
    ir::RegionContext context = plain.context(0);
    const std::int64_t left = ir::evaluate(region, &context, 0, count);
    const std::int64_t left_at = context.exit_ordinal;
    const PlannedRegion planned = plan_region(region, request_for(world, 4));
    INFO("seed " << seed << "\n" << print(region) << print(planned.fast));
    REQUIRE(problems(planned.fast) == std::vector<std::string>{});
    if (!planned.plan.is_ordinal || planned.plan.lanes == 1) continue;
    const PlannedEntry entry(planned, world.scalars.data(), world.arrays.data(), 0, count);
    const Entry::Piece piece = entry.next_piece(0, count, 0);
    REQUIRE(piece.fast);
    ir::RegionContext lanes_context = world.context(0);
    const std::int64_t lanes_left = ir::evaluate(planned.fast, &lanes_context, 0, piece.count);
    REQUIRE((left == ir::ran_to_end) == (lanes_left == ir::ran_to_end));
    if (left == ir::ran_to_end) {
      REQUIRE(world.same_results(plain));
      continue;
    }
    ++exits;
    gangs += lanes_context.exit_gang > 1;
    REQUIRE(lanes_context.exit_ordinal <= left_at);
    const std::int64_t lane = left_at - lanes_context.exit_ordinal;
    REQUIRE(lane < lanes_context.exit_gang);
    const ir::Exit& exit = planned.fast.exits[static_cast<std::size_t>(lanes_left)];
    // Lanes that fail later than this one may do so at an earlier opcode, and then the gang leaves there.
    if (exit.reason != region.exits[static_cast<std::size_t>(left)].reason) continue;
    const int per_value = planned.fast.gangs;
    REQUIRE(exit.operands.size() == 2u * static_cast<unsigned>(per_value));
    for (int value = 0; value < 2; ++value) {
      const std::int64_t place =
          lanes_context.exit_gang > 1 ? value * per_value + lane / planned.fast.lanes : value * per_value;
      const bool vector = planned.fast.type(exit.operands[static_cast<std::size_t>(place)]).lanes > 1;
      const std::uint64_t bits =
          world.exit_values[static_cast<std::size_t>(place * ir::max_lanes + (vector ? lane % planned.fast.lanes : 0))];
      REQUIRE(bits == plain.exit_values[static_cast<std::size_t>(value * ir::max_lanes)]);
    }
  }
  CHECK(exits > 20);
  CHECK(gangs > 10);
}

// ---- control flow that differs from iteration to iteration ------------------------------------------------------

TEST_CASE("iterations that go different ways give the bits of the scalar region") {
  int widened = 0, masked = 0;
  for (std::uint32_t seed = 20000; seed < 20500; ++seed) {
    const Region region = nest_random::Generator(seed, {.divergence = true}).make();
    INFO("seed " << seed << "\n" << print(region));
    REQUIRE(problems(region) == std::vector<std::string>{});
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3;
    nest_random::World model(seed, start);
    const PlannedRegion planned = plan_region(region, request_for(model, 1));
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
      masked += view.has_masks();
      const int lanes = seed % 2 == 0 ? 8 : 4, gangs = 1 << (seed / 2 % 3);
      if (it.ordinal && scalar.reduction_lanes % (lanes * gangs) != 0) continue;
      Region vector = widen({{&view, gangs, coherent(view, seed)}}, lanes);
      const Region plain_vector = vector;
      tracer::optimise(vector, {.distinct_slots_are_disjoint = true});
      INFO("loop " << loop << "\n" << print(scalar) << print(plain_vector));
      REQUIRE(problems(plain_vector) == std::vector<std::string>{});
      REQUIRE(problems(vector) == std::vector<std::string>{});
      REQUIRE(print(ir::parse(print(vector)).region) == print(vector));
      for (const std::int64_t count : {1, 7, 8, 33, 67}) {
        nest_random::World plain(seed, start);
        ir::RegionContext context = plain.context(0);
        if (ir::evaluate(region, &context, 0, count) != ir::ran_to_end) break;
        for (const Region* each : {&plain_vector, static_cast<const Region*>(&vector)}) {
          nest_random::World world(seed, start);
          context = world.context(0);
          REQUIRE(ir::evaluate(*each, &context, 0, count) == ir::ran_to_end);
          REQUIRE(world.same_results(plain));
        }
        ++widened;
      }
    }
  }
  CHECK(widened > 1000);
  CHECK(masked > 200);
}

TEST_CASE("a lane leaves alone, with its own values and its own effects") {
  int left_lanes = 0, regions = 0;
  for (std::uint32_t seed = 40000; seed < 40800; ++seed) {
    const Region region = nest_random::Generator(seed, {.guards = true, .divergence = true}).make();
    std::mt19937 random(seed);
    const std::int64_t start = random() % 3, count = 96;
    nest_random::World plain(seed, start), world(seed, start);
    const PlannedRegion planned = plan_region(region, request_for(world, seed % 2 == 0 ? 8 : 4));
    if (!planned.plan.is_ordinal || planned.plan.lanes == 1) continue;
    INFO("seed " << seed << "\n" << print(region) << print(planned.fast));
    REQUIRE(problems(planned.fast) == std::vector<std::string>{});
    const PlannedEntry entry(planned, world.scalars.data(), world.arrays.data(), 0, count);
    const Entry::Piece piece = entry.next_piece(0, count, 0);
    if (!piece.fast) continue;
    bool as_gang = false;
    int here = 0;
    std::int64_t at = 0;
    while (at < piece.count && !as_gang) {
      ir::RegionContext lanes = world.context(0);
      const std::int64_t outcome = ir::evaluate(planned.fast, &lanes, at, piece.count);
      const std::int64_t behind =
          outcome == ir::ran_to_end ? piece.count : std::min(piece.count, lanes.exit_ordinal + lanes.exit_gang);
      as_gang = outcome != ir::ran_to_end && !planned.fast.exits[static_cast<std::size_t>(outcome)].lanes_left;
      for (; at < behind && !as_gang; ++at) {
        ir::RegionContext context = plain.context(0);
        const std::int64_t scalar = ir::evaluate(region, &context, at, at + 1);
        const std::int64_t place = outcome == ir::ran_to_end ? -1 : at - lanes.exit_ordinal;
        const std::int64_t left =
            place < 0 ? ir::ran_to_end
                      : std::exchange(world.left_exits[static_cast<std::size_t>(place)], ir::ran_to_end);
        REQUIRE((left == ir::ran_to_end) == (scalar == ir::ran_to_end));
        if (left == ir::ran_to_end) continue;
        ++here;
        const ir::Exit& exit = planned.fast.exits[static_cast<std::size_t>(left)];
        REQUIRE(exit.reason == region.exits[static_cast<std::size_t>(scalar)].reason);
        for (std::int64_t value = 0; value < 2; ++value) {
          const std::int64_t row = value * planned.fast.gangs + place / planned.fast.lanes;
          REQUIRE(world.exit_values[static_cast<std::size_t>(row * ir::max_lanes + place % planned.fast.lanes)] ==
                  plain.exit_values[static_cast<std::size_t>(value * ir::max_lanes)]);
        }
      }
    }
    if (as_gang) continue;
    REQUIRE(world.same_results(plain));
    left_lanes += here;
    regions += here > 0;
  }
  CHECK(left_lanes > 100);
  CHECK(regions > 20);
}
