// Answers of the checks at entry are found again for the numbers that they follow from, and for no others.

#include "tracer/trace/known_entries.h"

#include <catch2/catch.hpp>

#include "tracer/ir/parse.h"
#include "tracer/trace/entry.h"

using namespace pyvm;
using namespace pyvm::tracer;

namespace {

// a[t + shift] = a[t] * factor: the shift decides whether iterations depend on each other, the factor decides nothing.
ir::Region shifted_region() {
  ir::ParsedRegion parsed = ir::parse(R"(
region "shifted" file "shifted.py" line 1
scalar 0 int64 r1
scalar 1 float64 r2
array 0 float64 ndim 1 r0
body
  %begin: i64 = begin
  %end: i64 = end
  %shift: i64 = param 0
  %factor: f64 = param 1
  %a: array = array 0
  %length: i64 = dim %a 0
  for %t = %begin to %end step 1 {
    %i: i64 = index %t, %length !0
    %x: f64 = load float64 %a[%i]
    %y: f64 = mul %x, %factor
    %sum: i64 = add %t, %shift
    %j: i64 = index %sum, %length !0
    store float64 %a[%j], %y
    yield
  }
  exit !1
exits
  !0 "index out of range" line 3
    frame pc 7
  !1 "loop ends" line 2
    frame pc 9
)");
  INFO(parsed.error);
  REQUIRE(parsed.ok());
  return std::move(parsed.region);
}

constexpr EntryQuestions both{true, true};

struct Shifted {
  std::vector<double> memory = std::vector<double>(4000);
  nest::PlannedRegion planned;
  KnownEntries known;

  Shifted() {
    const EntryValues first = values(0);
    planned = nest::plan_region(shifted_region(), {.lanes = 8,
                                                   .vector_registers = 32,
                                                   .scalars = first.scalars.data(),
                                                   .arrays = first.arrays.data(),
                                                   .iterations = 1000,
                                                   .is_grain = true});
  }
  EntryValues values(std::int64_t shift, double factor = 2, std::int64_t stride = 8, std::int64_t from = 0) {
    ir::ArrayDescriptor array{};
    array.data = reinterpret_cast<std::byte*>(memory.data() + from);
    array.shape[0] = 2000;
    array.strides[0] = stride;
    return {{static_cast<std::uint64_t>(shift), to_bits(factor)}, {array}, {}, true};
  }
};

} // namespace

TEST_CASE("an entry with the same numbers is known") {
  Shifted s;
  CHECK(s.known.find(s.planned, s.values(0), 1000) == nullptr);
  const auto added = s.known.add(s.planned, s.values(0), 1000, both);
  CHECK(added->order.independent());
  CHECK(added->fast_until == 1000);
  CHECK(s.known.find(s.planned, s.values(0), 1000) == added);
  CHECK(s.known.find(s.planned, s.values(0, 3.5), 1000) == added); // no check reads the factor
}

TEST_CASE("an entry that differs in one number that matters is not known") {
  Shifted s;
  s.known.add(s.planned, s.values(0), 1000, both);
  CHECK(s.known.find(s.planned, s.values(1), 1000) == nullptr);
  CHECK(s.known.find(s.planned, s.values(0), 1001) == nullptr);
  CHECK(s.known.find(s.planned, s.values(0, 2, 16), 1000) == nullptr);
  CHECK(s.known.find(s.planned, s.values(0, 2, 8, 1), 1000) == nullptr);
  EntryValues shorter = s.values(0);
  shorter.arrays[0].shape[0] = 1999;
  CHECK(s.known.find(s.planned, shorter, 1000) == nullptr);
}

TEST_CASE("each entry has its own answers, and the last four are kept") {
  Shifted s;
  CHECK_FALSE(s.known.add(s.planned, s.values(1), 1000, both)->order.independent());
  CHECK(s.known.add(s.planned, s.values(1000), 1000, both)->order.independent());
  CHECK(s.known.add(s.planned, s.values(1500), 1000, both)->fast_until == 500);
  CHECK(s.known.add(s.planned, s.values(0), 1000, {false, true})->fast_until == 0);
  for (const std::int64_t shift : {1, 1000, 1500, 0}) CHECK(s.known.find(s.planned, s.values(shift), 1000) != nullptr);
  s.known.add(s.planned, s.values(2), 1000, both);
  CHECK(s.known.find(s.planned, s.values(1), 1000) == nullptr);
  CHECK(s.known.find(s.planned, s.values(2), 1000) != nullptr);
}
