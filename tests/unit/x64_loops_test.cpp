// Counted loops and the subscripts in them (backend-x64/lower_control.cpp, lower_exits.cpp), beside the evaluator.

#include "tests/unit/x64_world.h"

#include <catch2/catch.hpp>

using namespace pyvm;
using namespace pyvm::x64;
using namespace pyvm::x64::test;

namespace {

constexpr std::int64_t most = INT64_MAX, least = INT64_MIN;

void expect_count(const Region& region, std::int64_t lo, std::int64_t hi) {
  World world;
  world.scalars = {static_cast<std::uint64_t>(lo), static_cast<std::uint64_t>(hi)};
  world.arrays.push_back(make_array(ScalarKind::Int64, {2}));
  world.end = 1;
  INFO("from " << lo << " to " << hi);
  expect_agreement(region, world);
}

// How often the loop ran and its last index. `bound`: the lines that make %hi.
Region counting(const std::string& bound, int step) {
  return parsed(fmt::format(R"(
region "count" file "" line 0
scalar 0 int64 r0
scalar 1 int64 r1
array 0 int64 ndim 1 contiguous r2
body
  %0: i64 = param 0
  %1: i64 = param 1
  %2: array = array 0
  %3: i64 = const 0
  %4: i64 = const 1
  %m: i64 = const {mask}
  {bound}
  %5: i64, %6: i64 = for %7 = %0 to %hi step {step} (%8: i64 = %3, %9: i64 = %3) {{
    %10: i64 = add %8, %4
    yield %10, %7
  }}
  store int64 %2[%3], %5
  store int64 %2[%4], %6
  yield
)",
                            fmt::arg("mask", -step), fmt::arg("bound", bound), fmt::arg("step", step)));
}

// Else `lea` makes the step between the compare and the jump.
bool compares_behind_the_step(const Region& region) {
  const std::string code = listing_of(region, Isa::Scalar), loop = code.substr(code.find("align 32\nL"));
  return loop.substr(0, loop.find("jl ")).find("lea") == std::string::npos;
}

} // namespace

TEST_CASE("counted loops at the ends of the integers") {
  for (int step : {1, 2, 3, 100}) {
    const Region region = counting("%hi: i64 = add %1, %3", step);
    for (auto [lo, hi] : {std::pair{most - 7, most},
                          {most - 1, most},
                          {most, most},
                          {least, least + 5},
                          {least, least},
                          {least, least + 1},
                          {std::int64_t{5}, std::int64_t{-5}},
                          {std::int64_t{-5}, std::int64_t{6}},
                          {most, least}})
      expect_count(region, lo, hi);
  }
}

// lo plus a multiple of the step: the index is compared behind the step, and never overflows. The second scalar is what
// is cut to a multiple.
TEST_CASE("loops whose index meets the bound") {
  for (int step : {2, 4, 32}) {
    const Region region = counting("%cut: i64 = and %1, %m\n  %hi: i64 = add %0, %cut", step);
    CHECK(compares_behind_the_step(region));
    for (auto [lo, count] : {std::pair{most - 7, std::int64_t{7}},
                             {most - 32, std::int64_t{32}},
                             {most - 2, std::int64_t{64}}, // the bound wraps
                             {least, std::int64_t{33}},
                             {least + 40, std::int64_t{-1}},
                             {std::int64_t{-5}, std::int64_t{0}},
                             {std::int64_t{-5}, std::int64_t{131}},
                             {std::int64_t{1000}, std::int64_t{-1000}},
                             {std::int64_t{1000}, least}})
      expect_count(region, lo, count);
  }
  // Multiples both.
  CHECK(compares_behind_the_step(parsed(R"(
region "from 8" file "" line 0
scalar 0 int64 r0
array 0 int64 ndim 1 contiguous r1
body
  %0: i64 = param 0
  %1: array = array 0
  %2: i64 = const 8
  %3: i64 = const -4
  %4: b = lt %2, %0
  %5: i64 = and %0, %3
  %6: i64 = select %4, %5, %2
  for %7 = %2 to %6 step 4 {
    store int64 %1[%7], %0
    yield
  }
  yield
)")));
  // Of nothing, or of less than the step: as any other loop.
  CHECK(!compares_behind_the_step(counting("%hi: i64 = add %0, %1", 4)));
  CHECK(!compares_behind_the_step(counting("%cut: i64 = add %1, %m\n  %hi: i64 = add %0, %cut", 4)));
  CHECK(!compares_behind_the_step(
      counting("%two: i64 = const -2\n  %cut: i64 = and %1, %two\n  %hi: i64 = add %0, %cut", 4)));
  CHECK(!compares_behind_the_step(counting("%cut: i64 = and %1, %m\n  %hi: i64 = add %1, %cut", 4)));
}

// out[t] = x[columns[t]]: the subscript has one register before and behind its check, and whoever leaves finds what was
// loaded there.
TEST_CASE("a subscript is checked in its own register") {
  const auto gather = [](const char* also) {
    return parsed(fmt::format(R"(
region "gather" file "" line 0
array 0 int32 ndim 1 contiguous r0
array 1 float64 ndim 1 contiguous r1
array 2 float64 ndim 1 contiguous r2
array 3 int64 ndim 1 contiguous r3
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: array = array 1
  %4: i64 = dim %3 0
  %5: array = array 2
  %6: array = array 3
  for %7 = %0 to %1 step 1 {{
    %8: i64 = load int32 %2[%7]
    %9: i64 = index %8, %4 !0
    %10: f64 = load float64 %3[%9]
    store float64 %5[%7], %10
    {}
    yield
  }}
  yield
exits
  !0 "leaves" line 1
    values %7, %8
    frame pc 1
    r0 = #0 int64
    r1 = #1 int64
)",
                              also));
  };
  const auto copies = [](const Region& region) {
    const std::string code = listing_of(region, Isa::Scalar);
    const std::size_t at = code.find(" = index ");
    return code.find("mov", at) < code.find("cmp", at);
  };
  const Region plain = gather(""), read_behind = gather("store int64 %6[%7], %8");
  CHECK(!copies(plain));
  CHECK(copies(read_behind));
  for (const Region* region : {&plain, &read_behind})
    for (std::int32_t odd : {3, -1, -10, -11, 10, 1000, INT32_MIN, INT32_MAX}) {
      World world;
      world.arrays = {make_array(ScalarKind::Int32, {6}), make_array(ScalarKind::Float64, {10}),
                      make_array(ScalarKind::Float64, {6}), make_array(ScalarKind::Int64, {6})};
      for (std::size_t k = 0; k < 6; ++k) {
        const auto column = k == 4 ? odd : static_cast<std::int32_t>(k) - 2;
        store_scalar(ScalarKind::Int32, world.arrays[0].bytes.data() + k * 4, to_bits(std::int64_t{column}));
      }
      world.end = 6;
      INFO("subscript " << odd);
      expect_agreement(*region, world);
    }
}
