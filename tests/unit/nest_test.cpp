// The planner of loop nests: affine forms, entry checks, dependences, plans, widening, and the whole pipeline.
#include <catch2/catch.hpp>

#include <iostream>

#include "tracer/ir/evaluate.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/ir/walk.h"
#include "tracer/nest/pipeline.h"
#include "tracer/nest/widen.h"

using namespace pyvm;
using namespace pyvm::tracer::nest;
using ir::Region;

namespace {

Region read(const std::string& text) {
  ir::ParsedRegion parsed = ir::parse(text);
  INFO(text);
  REQUIRE(parsed.error == "");
  REQUIRE(ir::verify(parsed.region) == std::vector<std::string>{});
  return std::move(parsed.region);
}

const char* const sum_text = R"(region "parallel_sum" file "sum.py" line 5
array 0 float64 ndim 1 contiguous r0
accumulator 0 add float64 r1
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: i64 = dim %2 0
  @5
  for %4 = %0 to %1 step 1 independent {
    %5: f64 = laneget 0
    @6
    %6: i64 = index %4, %3 !0
    %7: f64 = load float64 %2[%6]
    %8: f64 = add %5, %7
    touch 0
    laneset 0 %8
    yield
  }
  yield
exits
  !0 "index out of range" line 6
    values %5, %4
    frame pc 12
    r1 = #0 float64
    r2 = #1 int64
)";

const char* const matmul_text = R"(region "matmul" file "matmul.py" line 6
scalar 0 int64 r3
scalar 1 int64 r4
array 0 float64 ndim 2 contiguous r0
array 1 float64 ndim 2 contiguous r1
array 2 float64 ndim 2 contiguous r2
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: array = array 1
  %4: array = array 2
  %5: i64 = param 0
  %6: i64 = param 1
  %7: i64 = const 0
  %10: i64 = dim %2 0
  %11: i64 = dim %2 1
  %12: i64 = dim %3 0
  %13: i64 = dim %3 1
  %14: i64 = dim %4 0
  %15: i64 = dim %4 1
  @6
  for %20 = %0 to %1 step 1 independent {
    @7
    for %21 = %7 to %6 step 1 independent {
      @8
      for %22 = %7 to %5 step 1 independent {
        @9
        %30: i64 = index %20, %14 !0
        %31: i64 = index %21, %15 !0
        %32: f64 = load float64 %4[%30, %31]
        %33: i64 = index %20, %10 !0
        %34: i64 = index %22, %11 !0
        %35: f64 = load float64 %2[%33, %34]
        %36: i64 = index %22, %12 !0
        %37: i64 = index %21, %13 !0
        %38: f64 = load float64 %3[%36, %37]
        %39: f64 = mul %35, %38
        %40: f64 = add %32, %39
        store float64 %4[%30, %31], %40
        yield
      }
      yield
    }
    yield
  }
  yield
exits
  !0 "index out of range" line 9
    values %20, %21, %22
    frame pc 12
    r5 = #0 int64
    r6 = #1 int64
    r7 = #2 int64
)";

} // namespace

TEST_CASE("show") {
  std::vector<double> memory(3 * 1000 * 1000);
  ir::ArrayDescriptor arrays[3];
  for (int k = 0; k < 3; ++k)
    arrays[k] = {reinterpret_cast<std::byte*>(memory.data() + k * 1000 * 1000), {1000, 1000}, {8000, 8}};
  const std::uint64_t scalars[] = {1000, 1000};
  PlannedRegion planned = plan_region(read(matmul_text), {.lanes = 8, .vector_registers = 32, .scalars = scalars, .arrays = arrays, .iterations = 1000, .is_grain = true});
  std::cout << print(planned.plan, planned.careful.arrays) << print(planned.fast);
  ir::ArrayDescriptor vector{reinterpret_cast<std::byte*>(memory.data()), {3000000}, {8}};
  planned = plan_region(read(sum_text), {.lanes = 8, .vector_registers = 32, .scalars = nullptr, .arrays = &vector, .iterations = 1000000, .is_grain = true});
  std::cout << print(planned.plan, planned.careful.arrays) << print(planned.fast);
  planned = plan_region(read(sum_text), {.lanes = 4, .vector_registers = 16, .scalars = nullptr, .arrays = &vector, .iterations = 1000000, .is_grain = true});
  std::cout << print(planned.plan, planned.careful.arrays);
}
