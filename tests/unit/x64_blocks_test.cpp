// Several blocks of a reduction in one go (backend-x64/lower_blocks.cpp), beside the evaluator.

#include "tests/unit/x64_world.h"

#include <catch2/catch.hpp>

using namespace pyvm;
using namespace pyvm::x64;
using namespace pyvm::x64::test;

namespace {

// Two accumulators over an array of that type, the second under a condition that no element of some blocks meets.
// Elements of -3 leave.
std::string blocks_text(ReductionOp op, Base base, int lanes, int reduction_lanes) {
  const std::string kind = base == Base::F64 ? "float64" : "int64", type = base == Base::F64 ? "f64" : "i64";
  return fmt::format(R"(
region "blocks" file "" line 0
array 0 {kind} ndim 1 contiguous r0
accumulator 0 {op} {kind} r1
accumulator 1 {op} {kind} r2
{record}lanes {lanes} gangs 1
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: {type}x{lanes} = const {three}
  %4: i64 = const {mask}
  %5: i64 = sub %1, %0
  %6: i64 = and %5, %4
  %7: i64 = add %0, %6
  %8: {type} = const {three}
  for %9 = %0 to %7 step {lanes} {{
    %10: {type}x{lanes} = load {kind} %2[%9] contiguous
    %11: {type}x{lanes} = laneget 0
    %12: {type}x{lanes} = laneget 1
    %13: bx{lanes} = ne %10, %3
    guard %13 !0
    %14: {type}x{lanes} = {op} %11, %10
    laneset 0 %14
    touch 0
    %15: {type}x{lanes} = {op} %12, %10
    %16: bx{lanes} = lt %10, %3
    %17: b = any %16
    if %17 {{
      %18: {type}x{lanes} = select %16, %15, %12
      laneset 1 %18
      touch 1
      yield
    }} else {{
      yield
    }}
    yield
  }}
  for %19 = %7 to %1 step 1 {{
    %20: {type} = load {kind} %2[%19]
    %21: {type} = laneget 0
    %22: {type} = {op} %21, %20
    laneset 0 %22
    touch 0
    yield
  }}
  yield
exits
  !0 "leaves" line 1
    values %10
    frame pc 1
    r0 = array 0
)",
                     fmt::arg("kind", kind), fmt::arg("type", type), fmt::arg("op", name_of(op)),
                     fmt::arg("record", reduction_lanes == 32 ? "" : "reduction_lanes 16\n"), fmt::arg("lanes", lanes),
                     fmt::arg("three", base == Base::F64 ? "-3.0" : "-3"), fmt::arg("mask", -lanes));
}

} // namespace

TEST_CASE("several blocks in one go give the evaluator's totals, and stop in the block that is left") {
  int ran = 0;
  for (const Base base : {Base::F64, Base::I64})
    for (const ReductionOp op : {ReductionOp::Add, ReductionOp::Mul, ReductionOp::Min, ReductionOp::Max})
      for (const int lanes : {4, 8})
        for (const int reduction_lanes : {16, 32}) {
          const Region region = parsed(blocks_text(op, base, lanes, reduction_lanes));
          const ScalarKind kind = base == Base::F64 ? ScalarKind::Float64 : ScalarKind::Int64;
          const ScalarBits live = edge_bits(kind, 3);
          World world;
          world.arrays = {make_array(kind, {700})};
          fill(world.arrays[0], 3);
          for (std::size_t k = 0; k < 700; ++k)
            if (k < 128 || k >= 256) // one block has them under the condition
              store_scalar(kind, world.arrays[0].bytes.data() + k * 8,
                           base == Base::F64 ? to_bits(1.0 + 1.0 / static_cast<double>(k)) : k + 1);
          world.empty_lanes = {identity_bits(op, kind, live), identity_bits(op, kind, live)};
          std::fill_n(world.lane_record.begin(), 2 * reduction_lanes, world.empty_lanes[0]);
          for (const std::int64_t block_size : {32, 64, 128, 1000})
            for (const std::int64_t end : {32, 128, 699, 700}) {
              const ScalarBits leaves = base == Base::F64 ? to_bits(-3.0) : static_cast<ScalarBits>(-3);
              if (end == 699) store_scalar(kind, world.arrays[0].bytes.data() + 450 * 8, leaves);
              world.block_size = block_size;
              world.end = end;
              INFO(name_of(op) << " of " << name_of(kind) << ", blocks of " << block_size << " to " << end);
              expect_agreement(region, world);
            }
          ran +=
              make_code_generator(CpuFamily::Other)->compile(region, {.isa = Isa::Avx2, .runs_blocks = true}) ? 1 : 0;
        }
  CHECK(ran > 0);
}

TEST_CASE("only short flat bodies whose lanes fold in registers run several blocks in one go") {
  if (host_cpu().isa < Isa::Avx512) return;
  const auto runs_blocks = [](const std::string& text, bool asked = true) {
    CompileOptions options{.isa = Isa::Avx512, .runs_blocks = asked};
    return make_code_generator(CpuFamily::Other)->compile(parsed(text), options).code->runs_blocks;
  };
  const std::string sum = blocks_text(ReductionOp::Add, Base::F64, 8, 32);
  CHECK(runs_blocks(sum));
  CHECK_FALSE(runs_blocks(sum, false));
  std::string floats = sum;
  floats.replace(floats.find("accumulator 1 add float64"), 25, "accumulator 1 add float32");
  floats.resize(floats.find("    %12: f64x8 = laneget 1"));
  CHECK_FALSE(runs_blocks(floats + "    yield\n  }\n  yield\n"));
}
