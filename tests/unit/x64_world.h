#pragma once
// What a region runs on, for tests: arrays of any kind and stride with values at the edges, scalars, a lane record, an
// exit buffer. A region runs once in the evaluator and once compiled for each Isa, stress switch and column of the cost
// table that fits; everything it may write is compared bit for bit, but NaNs, which are all equal.

#include "backend-x64/code_generator.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/ir/walk.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <random>

namespace pyvm::x64::test {

using namespace pyvm::ir;

inline const std::vector<std::int64_t> edge_ints = {0,
                                                    1,
                                                    -1,
                                                    2,
                                                    -2,
                                                    3,
                                                    -3,
                                                    7,
                                                    -7,
                                                    8,
                                                    10,
                                                    63,
                                                    64,
                                                    65,
                                                    -63,
                                                    -64,
                                                    100,
                                                    127,
                                                    128,
                                                    255,
                                                    256,
                                                    -128,
                                                    -129,
                                                    32767,
                                                    65536,
                                                    std::int64_t{1} << 31,
                                                    -(std::int64_t{1} << 31),
                                                    (std::int64_t{1} << 32) + 5,
                                                    (std::int64_t{1} << 53) + 1,
                                                    -(std::int64_t{1} << 53) - 1,
                                                    0x7fffffbfffffffff,
                                                    123456789012345678,
                                                    std::numeric_limits<std::int64_t>::max(),
                                                    std::numeric_limits<std::int64_t>::max() - 1,
                                                    std::numeric_limits<std::int64_t>::min(),
                                                    std::numeric_limits<std::int64_t>::min() + 1};

template <typename T> std::vector<T> edge_floats() {
  using Limits = std::numeric_limits<T>;
  return {T(0),
          T(-0.0),
          T(1),
          T(-1),
          T(0.5),
          T(-0.5),
          T(1.5),
          T(2.5),
          T(-2.5),
          T(3),
          T(-7),
          T(10),
          T(0.1),
          T(100.25),
          T(-1e10),
          T(1e-10),
          T(4503599627370497.0),
          T(9.223372036854775807e18),
          T(-9.223372036854775808e18),
          T(1.2e19),
          T(1.8446744073709551616e19),
          T(3e20),
          T(-0.999999),
          T(0.7853981),
          Limits::infinity(),
          -Limits::infinity(),
          Limits::quiet_NaN(),
          Limits::max(),
          Limits::lowest(),
          Limits::min(),
          Limits::denorm_min()};
}

inline ScalarBits edge_bits(ScalarKind kind, std::size_t k) {
  static const std::vector<double> doubles = edge_floats<double>();
  static const std::vector<float> singles = edge_floats<float>();
  if (kind == ScalarKind::Float64) return to_bits(doubles[k % doubles.size()]);
  if (kind == ScalarKind::Float32) return to_bits(singles[k % singles.size()]);
  if (kind == ScalarKind::Bool) return k % 3 == 0 || k % 5 == 1;
  return static_cast<ScalarBits>(edge_ints[k % edge_ints.size()]);
}

struct TestArray {
  ScalarKind dtype = ScalarKind::Float64;
  std::vector<std::byte> bytes;
  std::size_t origin = 0; // of element [0, 0, ...]
  ArrayDescriptor shape_and_strides{};
};

struct World {
  std::vector<TestArray> arrays;
  std::vector<ArrayDescriptor> descriptors;
  std::vector<std::uint64_t> scalars;
  std::vector<std::uint64_t> lane_record = std::vector<std::uint64_t>(8 * 32);
  std::vector<std::uint8_t> touched = std::vector<std::uint8_t>(8);
  std::vector<std::uint64_t> exit_values = std::vector<std::uint64_t>(256 * max_lanes, 0x5555);
  std::vector<std::int64_t> left_exits = std::vector<std::int64_t>(max_step, ran_to_end);
  std::int32_t stop = 0;
  std::int64_t begin = 0, end = 0, block_start = 0;
  std::int64_t exit_ordinal = 0, exit_gang = 0, outcome = 0;
  std::int32_t (*look_up)(RegionContext*) noexcept = nullptr;
  std::int64_t block_size = 0; // not 0: the blocks run in one go
  std::vector<std::uint64_t> empty_lanes = std::vector<std::uint64_t>(8);
  std::vector<BlockTotal> totals = std::vector<BlockTotal>(512);
  std::int64_t totals_written = 0;

  template <typename Run> void run(const Run& code) {
    descriptors.clear();
    for (TestArray& array : arrays) {
      descriptors.push_back(array.shape_and_strides);
      descriptors.back().data = array.bytes.data() + array.origin;
    }
    RegionContext context{scalars.data(),
                          descriptors.data(),
                          lane_record.data(),
                          touched.data(),
                          exit_values.data(),
                          &stop,
                          block_start,
                          0,
                          0,
                          look_up,
                          nullptr,
                          left_exits.data()};
    BlockRun blocks{totals.data(), empty_lanes.data(), block_size};
    if (block_size != 0) context.blocks = &blocks;
    outcome = code(&context, begin, end);
    totals_written = blocks.next - totals.data();
    block_start = context.block_start;
    if (outcome != ran_to_end) {
      exit_ordinal = context.exit_ordinal;
      exit_gang = context.exit_gang;
    }
  }
};

// An array of the shape; `steps` are its strides in elements, 0 for those of C order. Negative ones are allowed.
inline TestArray make_array(ScalarKind dtype, const std::vector<std::int64_t>& shape,
                            const std::vector<std::int64_t>& steps = {}) {
  TestArray array;
  array.dtype = dtype;
  auto item = static_cast<std::int64_t>(size_of(dtype));
  std::int64_t in_order = 1, lowest = 0, highest = 0;
  for (std::size_t d = shape.size(); d-- > 0;) {
    std::int64_t step = steps.empty() ? in_order : steps[d];
    in_order *= shape[d];
    array.shape_and_strides.shape[d] = shape[d];
    array.shape_and_strides.strides[d] = step * item;
    (step < 0 ? lowest : highest) += step * (shape[d] - 1);
  }
  array.origin = static_cast<std::size_t>(-lowest * item);
  array.bytes.resize(static_cast<std::size_t>((highest - lowest + 1) * item));
  return array;
}

inline void fill(TestArray& array, std::size_t seed) {
  std::size_t size = size_of(array.dtype);
  for (std::size_t k = 0; k * size < array.bytes.size(); ++k)
    store_scalar(array.dtype, array.bytes.data() + k * size, edge_bits(array.dtype, k + seed));
}

// Also that a float32 has nothing above its bits.
inline bool same_value(ScalarKind kind, ScalarBits a, ScalarBits b) {
  return same_bits(kind, a, b) && (kind != ScalarKind::Float32 || b >> 32 == 0);
}

inline std::string value_text(ScalarKind kind, ScalarBits bits) {
  if (kind == ScalarKind::Float64) return fmt::format("{:.17g}", from_bits<double>(bits));
  if (kind == ScalarKind::Float32) return fmt::format("{:.9g} ({:#x})", from_bits<float>(bits), bits);
  return fmt::format("{} ({:#x})", static_cast<std::int64_t>(bits), bits);
}

// Empty when nothing differs. The arrays' values before the run are given for the first difference of each.
inline std::string differences(const Region& region, const World& before, const World& expected, const World& seen) {
  std::string text;
  if (expected.outcome != seen.outcome)
    return fmt::format("outcome: expected {}, seen {}\n", expected.outcome, seen.outcome);
  for (std::size_t a = 0; a < expected.arrays.size(); ++a) {
    ScalarKind kind = expected.arrays[a].dtype;
    std::size_t size = size_of(kind), shown = 0;
    for (std::size_t at = 0; at < expected.arrays[a].bytes.size() && shown < 4; at += size) {
      ScalarBits wanted = load_scalar(kind, expected.arrays[a].bytes.data() + at);
      ScalarBits got = load_scalar(kind, seen.arrays[a].bytes.data() + at);
      if (same_value(kind, wanted, got)) continue;
      ++shown;
      text += fmt::format("array {} element {}: expected {}, seen {}; elements there:", a, at / size,
                          value_text(kind, wanted), value_text(kind, got));
      for (const TestArray& other : before.arrays)
        if (std::size_t place = at / size * size_of(other.dtype); place < other.bytes.size())
          text += " " + value_text(other.dtype, load_scalar(other.dtype, other.bytes.data() + place));
      text += "\n";
    }
  }
  for (std::size_t a = 0; a < region.accumulators.size(); ++a)
    for (int l = 0; l < region.reduction_lanes; ++l) {
      auto at = a * static_cast<std::size_t>(region.reduction_lanes) + static_cast<std::size_t>(l);
      if (!same_value(region.accumulators[a].kind, expected.lane_record[at], seen.lane_record[at]))
        text += fmt::format("accumulator {} lane {}: expected {:#x}, seen {:#x}\n", a, l, expected.lane_record[at],
                            seen.lane_record[at]);
    }
  if (expected.touched != seen.touched) text += "touched differs\n";
  if (expected.totals_written != seen.totals_written || expected.block_start != seen.block_start)
    text += fmt::format("{} totals, block at {}; seen {}, {}\n", expected.totals_written, expected.block_start,
                        seen.totals_written, seen.block_start);
  for (std::size_t k = 0; k < static_cast<std::size_t>(expected.totals_written); ++k) {
    const ScalarKind kind = region.accumulators[k % region.accumulators.size()].kind;
    const BlockTotal &wanted = expected.totals[k], &got = seen.totals[k];
    if (!same_value(kind, wanted.bits, got.bits) || wanted.touched != got.touched)
      text += fmt::format("total {}: expected {} {}, seen {} {}\n", k, value_text(kind, wanted.bits), wanted.touched,
                          value_text(kind, got.bits), got.touched);
  }
  if (expected.outcome == ran_to_end) return text;
  if (expected.exit_ordinal != seen.exit_ordinal || expected.exit_gang != seen.exit_gang)
    text += fmt::format("exit at {} of {}, seen {} of {}\n", expected.exit_ordinal, expected.exit_gang,
                        seen.exit_ordinal, seen.exit_gang);
  const Exit& exit = region.exits[static_cast<std::size_t>(expected.outcome)];
  for (std::size_t k = 0; k < exit.operands.size(); ++k) {
    Type type = region.type(exit.operands[k]);
    for (int l = 0; l < type.lanes; ++l) {
      auto at = k * max_lanes + static_cast<std::size_t>(l);
      if (!same_value(ir::kind_of(type.base), expected.exit_values[at], seen.exit_values[at]))
        text += fmt::format("exit value {} lane {}: expected {:#x}, seen {:#x}\n", k, l, expected.exit_values[at],
                            seen.exit_values[at]);
    }
  }
  return text;
}

// Empty when compiled code does what the evaluator does, in every way the region can be compiled.
inline std::string check_region(const Region& region, const World& before) {
  std::string problems;
  for (const std::string& sentence : verify(region)) problems += sentence + "\n";
  if (!problems.empty()) return problems + print(region);
  World expected = before;
  expected.run([&](RegionContext* context, std::int64_t begin, std::int64_t end) {
    return evaluate(region, context, begin, end);
  });
  static const auto zen = make_code_generator(CpuFamily::Zen4), lake = make_code_generator(CpuFamily::CascadeLake);
  for (Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512}) {
    if (isa > host_cpu().isa || region.lanes > lanes_of(isa)) continue;
    for (int way = 0; way < 3; ++way) {
      CompileOptions options{.isa = isa, .few_registers = way == 1, .runs_blocks = before.block_size != 0};
      CodeGenerator& generator = way == 2 ? *lake : *zen;
      CompileResult result = generator.compile(region, options);
      if (!result) return fmt::format("refused: {}\n{}", sentence_of(result.refusal), print(region));
      if (options.runs_blocks && !result.code->runs_blocks) continue;
      World seen = before;
      if (way == 1) { // short strips, and each of them looks up
        seen.stop = 1;
        seen.look_up = [](RegionContext*) noexcept -> std::int32_t { return 0; };
      }
      seen.run(result.code->entry);
      std::string difference = differences(region, before, expected, seen);
      if (difference.empty()) continue;
      options.want_listing = true;
      return fmt::format("{}{}{}:\n{}\n{}\n{}", name_of(isa), way == 1 ? ", few registers" : "",
                         way == 2 ? ", Cascade Lake's costs" : "", difference, print(region),
                         generator.compile(region, options).code->listing);
    }
  }
  return {};
}

inline std::string listing_of(const Region& region, Isa isa, CpuFamily family = CpuFamily::Zen4) {
  CompileResult result = make_code_generator(family)->compile(region, {isa, false, true});
  REQUIRE(result);
  return result.code->listing;
}

inline Region parsed(const std::string& text) {
  ParsedRegion result = parse(text);
  INFO(result.error);
  REQUIRE(result.ok());
  std::string problems;
  for (const std::string& sentence : verify(result.region)) problems += sentence + "\n";
  INFO(problems);
  REQUIRE(problems.empty());
  return std::move(result.region);
}

inline void expect_agreement(const Region& region, const World& world) {
  std::string problems = check_region(region, world);
  if (!problems.empty()) FAIL_CHECK(problems);
}

} // namespace pyvm::x64::test
