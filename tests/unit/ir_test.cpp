// The IR: builder and its simplifications, text form, verifier, evaluator.
#include <catch2/catch.hpp>

#include <limits>
#include <random>

#include "tracer/ir/builder.h"
#include "tracer/ir/equal.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/scalar_meaning.h"
#include "tracer/ir/verify.h"
#include "tracer/ir/walk.h"
#include "vm/semantics/arithmetic.h"

using namespace pyvm;
using namespace pyvm::ir;

namespace {

int count(const Region& region, Op op) {
  int result = 0;
  for_each_instruction(region, region.body, [&](InstructionId id) { result += region.at(id).op == op; });
  return result;
}

// A region with two int, two float and one bool scalars, one array, and an exit.
Region sample_region() {
  Region region;
  region.name = "sample";
  region.file = "sample.py";
  region.line = 1;
  for (const ScalarKind kind :
       {ScalarKind::Int64, ScalarKind::Int64, ScalarKind::Float64, ScalarKind::Float64, ScalarKind::Bool})
    region.scalars.push_back({kind, static_cast<std::uint16_t>(region.scalars.size())});
  region.arrays.push_back({ScalarKind::Float64, 1, true, true, 9});
  region.accumulators.push_back({ReductionOp::Add, ScalarKind::Float64, 8});
  return region;
}

struct Fixture {
  Region region = sample_region();
  Builder b{region};
  ValueId i = b.param(0), j = b.param(1), x = b.param(2), y = b.param(3), c = b.param(4);
  ExitId leave = b.add_exit({.operands = {i},
                             .entries = {{.guest_register = 1, .kind = ScalarKind::Int64}},
                             .frames = {{.pc = 7}},
                             .reason = "tried",
                             .line = 3});
  ValueId number(std::int64_t value) { return b.int_constant(value); }
  ValueId real(double value) { return b.float_constant(value); }

  void done() {
    b.finish();
    INFO(print(region));
    REQUIRE(verify(region) == std::vector<std::string>{});
    const ParsedRegion again = parse(print(region));
    REQUIRE(again.error == "");
    REQUIRE(print(again.region) == print(region));
    REQUIRE(same(again.region, region));
  }
};

} // namespace

TEST_CASE_METHOD(Fixture, "constants are computed through the guest's arithmetic") {
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(b.emit(Op::Add, {number(least), number(-1)}) == number(std::numeric_limits<std::int64_t>::max()));
  CHECK(b.emit(Op::FloorDiv, {number(-7), number(2)}) == number(-4));
  CHECK(b.emit(Op::FloorDiv, {number(least), number(-1)}) == number(least));
  CHECK(b.emit(Op::UDiv, {number(-1), number(2)}) == number(std::numeric_limits<std::int64_t>::max()));
  CHECK(b.emit(Op::Div, {real(1), real(0)}) == real(std::numeric_limits<double>::infinity()));
  CHECK(b.emit(Op::Lt, {real(1), real(2)}) == b.bool_constant(true));
  CHECK(b.wrap(ScalarKind::Int8, number(200)) == number(-56));
  CHECK(b.emit(Op::IntToFloat, {number(3)}, {.type = f32}) == b.constant(f32, to_bits(3.0f)));
  CHECK(b.math(MathFunction::Sqrt, std::vector{real(4)}) == real(2));
  CHECK(b.emit(Op::Splat, {real(4)}, {.type = f64.with_lanes(8)}) == b.constant(f64.with_lanes(8), to_bits(4.0)));
  CHECK(real(-0.0) != real(0.0));
}

TEST_CASE_METHOD(Fixture, "identities hold for ints, and for floats only where they are exact") {
  CHECK(b.emit(Op::Add, {number(0), i}) == i);
  CHECK(b.emit(Op::Mul, {i, number(1)}) == i);
  CHECK(b.emit(Op::Mul, {number(0), i}) == number(0));
  CHECK(b.emit(Op::Sub, {i, i}) == number(0));
  CHECK(b.emit(Op::Add, {b.emit(Op::Sub, {i, number(1)}), number(1)}) == i);
  CHECK(b.emit(Op::Sub, {b.emit(Op::Add, {i, j}), i}) == j);
  CHECK(b.emit(Op::Not, {b.emit(Op::Lt, {i, j})}) == b.emit(Op::Ge, {i, j}));
  CHECK(b.emit(Op::Ne, {b.emit(Op::BoolToInt, {c}), number(0)}) == c);
  CHECK(b.emit(Op::Select, {c, x, x}) == x);
  const ValueId less = b.emit(Op::Lt, {i, j}), yes = b.bool_constant(true), no = b.bool_constant(false);
  CHECK(b.emit(Op::Select, {c, less, no}) == b.emit(Op::And, {c, less}));
  CHECK(b.emit(Op::Select, {c, yes, less}) == b.emit(Op::Or, {c, less}));
  CHECK(b.emit(Op::Select, {c, no, less}) == b.emit(Op::And, {b.emit(Op::Not, {c}), less}));
  CHECK(b.emit(Op::Select, {c, less, yes}) == b.emit(Op::Or, {b.emit(Op::Not, {c}), less}));
  CHECK(b.definition(b.emit(Op::Select, {c, less, b.emit(Op::Lt, {j, i})}))->op == Op::Select);
  CHECK(b.emit(Op::And, {c, b.bool_constant(true)}) == c);
  CHECK(b.wrap(ScalarKind::Int16, b.wrap(ScalarKind::UInt8, i)) == b.wrap(ScalarKind::UInt8, i));
  CHECK(b.wrap(ScalarKind::Int8, b.wrap(ScalarKind::UInt8, i)) == b.wrap(ScalarKind::Int8, i));
  CHECK(b.wrap(ScalarKind::UInt64, i) == i);

  CHECK(b.emit(Op::Mul, {x, real(1)}) == x);
  CHECK(b.emit(Op::Add, {x, real(-0.0)}) == x);
  CHECK(b.emit(Op::Sub, {x, real(0.0)}) == x);
  CHECK(b.emit(Op::Div, {x, real(4)}) == b.emit(Op::Mul, {x, real(0.25)}));
  CHECK(b.emit(Op::Neg, {b.emit(Op::Neg, {x})}) == x);
  CHECK(b.emit(Op::Add, {x, real(0.0)}) != x);
  CHECK(b.emit(Op::Sub, {x, x}) != real(0.0));
  CHECK(b.emit(Op::Mul, {x, real(0)}) != real(0));
  CHECK(b.emit(Op::Eq, {x, x}) != b.bool_constant(true));
  CHECK(b.definition(b.emit(Op::Div, {x, real(3)}))->op == Op::Div);
  CHECK(b.definition(b.emit(Op::Div, {x, real(5e-324)}))->op == Op::Div);
  CHECK(b.definition(b.emit(Op::Not, {b.emit(Op::Lt, {x, y})}))->op == Op::Not);
  CHECK(b.definition(b.emit(Op::Sub, {b.emit(Op::Add, {x, y}), x}))->op == Op::Sub);
  done();
}

TEST_CASE_METHOD(Fixture, "a computation is done once where it is visible") {
  const ValueId sum = b.emit(Op::Add, {x, y});
  CHECK(b.emit(Op::Add, {y, x}) == sum);
  CHECK(b.emit(Op::Sub, {x, y}) != b.emit(Op::Sub, {y, x}));
  const ValueId checked = b.index(i, j, leave);
  CHECK(b.index(i, j, b.add_exit(region.exits[leave])) == checked);
  CHECK(b.index(checked, j, leave) == checked);
  b.begin_if(c);
  CHECK(b.emit(Op::Add, {x, y}) == sum);
  const ValueId inner = b.emit(Op::Mul, {x, y});
  CHECK(b.emit(Op::Mul, {x, y}) == inner);
  b.yield(std::vector{inner});
  b.begin_else();
  CHECK(b.emit(Op::Mul, {x, y}) != inner);
  b.yield(std::vector{x});
  const ValueId joined = b.end_if()[0];
  CHECK(b.emit(Op::Mul, {x, y}) != inner);
  b.store(b.array(0), std::vector{checked}, joined);
  done();
}

TEST_CASE_METHOD(Fixture, "conditions are known where they hold") {
  const ValueId less = b.emit(Op::Lt, {i, j});
  b.begin_if(less);
  CHECK(b.emit(Op::Select, {less, x, y}) == x);
  CHECK(b.emit(Op::Select, {b.emit(Op::Ge, {i, j}), x, y}) != x);
  b.touch(0);
  b.begin_else();
  CHECK(b.emit(Op::Select, {less, x, y}) == y);
  b.end_if();
  CHECK(b.emit(Op::Select, {less, x, y}) != x);
  b.guard(less, leave);
  CHECK(b.emit(Op::Select, {less, x, y}) == x);
  b.guard(less, leave);
  b.guard(b.emit(Op::Eq, {j, number(5)}), leave);
  CHECK(b.emit(Op::Add, {j, number(1)}) == number(6));
  done();
  CHECK(count(region, Op::Guard) == 2);
}

TEST_CASE_METHOD(Fixture, "ifs fold") {
  SECTION("a constant condition leaves one side") {
    b.begin_if(b.bool_constant(false));
    b.touch(0);
    b.yield(std::vector{x});
    b.begin_else();
    b.yield(std::vector{y});
    CHECK(b.end_if() == std::vector{y});
    done();
    CHECK(count(region, Op::Touch) == 0);
  }
  SECTION("empty sides become selects") {
    b.begin_if(c);
    b.yield(std::vector{x, i});
    b.begin_else();
    b.yield(std::vector{y, i});
    const auto results = b.end_if();
    CHECK(b.definition(results[0])->op == Op::Select);
    CHECK(results[1] == i);
    done();
    CHECK(count(region, Op::If) == 0);
  }
  SECTION("a side that alone goes on continues behind the if") {
    b.begin_if(c);
    b.exit(leave);
    b.begin_else();
    const ValueId sum = b.emit(Op::Add, {x, y});
    b.yield(std::vector{sum});
    CHECK(b.end_if() == std::vector{sum});
    CHECK(b.emit(Op::Add, {x, y}) == sum);
    CHECK(b.emit(Op::Select, {c, x, y}) == y);
    done();
    CHECK(region.at(region.body.instructions.back()).op == Op::Yield);
  }
  SECTION("behind an if that leaves on both sides nothing is written") {
    b.begin_if(c);
    b.exit(leave);
    b.begin_else();
    b.exit(leave);
    CHECK(b.end_if(std::vector{f64}) == std::vector{real(0)});
    CHECK(b.unreachable());
    b.touch(0);
    b.begin_if(b.emit(Op::Lt, {x, y}));
    b.touch(0);
    b.end_if();
    done();
    CHECK(count(region, Op::Touch) == 0);
  }
  SECTION("an if that is dropped gives zeros, whichever of its sides say what they yield") {
    b.begin_if(b.bool_constant(false));
    b.begin_if(c);
    b.begin_else();
    b.yield(std::vector{x, y});
    CHECK(b.end_if(std::vector{f64, f64}).size() == 2);
    b.begin_if(c);
    b.yield(std::vector{x});
    CHECK(b.end_if(std::vector{f64}).size() == 1);
    b.begin_if(c);
    CHECK(b.end_if(std::vector{f64}) == std::vector{real(0)});
    b.end_if();
    done();
  }
}

TEST_CASE_METHOD(Fixture, "blocks that nothing leaves dissolve, and branches across them are counted anew") {
  b.begin_block(std::vector{f64});
  b.begin_block();
  b.begin_if(c);
  b.br(1, std::vector{x});
  b.end_if();
  b.end_block();
  b.br(0, std::vector{y});
  const ValueId result = b.end_block()[0];
  b.store(b.array(0), std::vector{number(0)}, result);
  done();
  CHECK(count(region, Op::Block) == 1);
  CHECK(count(region, Op::Br) == 1);
}

TEST_CASE_METHOD(Fixture, "loops with known trip counts") {
  b.begin_for(b.begin(), b.end(), 1);
  const auto once = b.begin_for(number(3), number(4), 1, std::vector{x});
  CHECK(once.index == number(3));
  CHECK(once.parameters == std::vector{x});
  b.yield(std::vector{y});
  CHECK(b.end_for() == std::vector{y});
  const auto never = b.begin_for(number(4), number(4), 1, std::vector{x});
  b.touch(0);
  b.yield(std::vector{b.emit(Op::Add, {never.parameters[0], y})});
  CHECK(b.end_for() == std::vector{x});
  b.end_for();
  done();
  CHECK(count(region, Op::For) == 1);
  CHECK(count(region, Op::Touch) == 0);
}

TEST_CASE_METHOD(Fixture, "behind a loop only a branch out of it goes on") {
  b.begin_block(std::vector{i64});
  const auto n = b.begin_loop(std::vector{number(1)});
  b.begin_if(b.emit(Op::Gt, {n[0], i}));
  b.br(0, std::vector{n[0]});
  b.end_if();
  b.yield(std::vector{b.emit(Op::Add, {n[0], n[0]})});
  b.end_loop();
  CHECK(b.unreachable());
  const ValueId power = b.end_block()[0];
  CHECK_FALSE(b.unreachable());
  b.store(b.array(0), std::vector{number(0)}, b.emit(Op::IntToFloat, {power}, {.type = f64}));
  done();

  double memory = 0;
  const ArrayDescriptor array{reinterpret_cast<std::byte*>(&memory), {1}, {8}};
  const std::uint64_t scalars[] = {100, 0, 0, 0, 0};
  RegionContext context{};
  context.scalars = scalars;
  context.arrays = &array;
  CHECK(evaluate(region, &context, 0, 1) == ran_to_end);
  CHECK(memory == 128.0);
}

TEST_CASE("the evaluator runs lanes, the lane record and gang exits") {
  Region region;
  region.arrays.push_back({ScalarKind::Float64, 1, false, false, 0});
  region.accumulators.push_back({ReductionOp::Add, ScalarKind::Float64, 1});
  region.reduction_lanes = 16;
  region.lanes = 4;
  region.gangs = 2;
  Builder b(region);
  const ValueId array = b.array(0);
  const auto loop = b.begin_for(b.begin(), b.end(), 8);
  const Type vector = f64.with_lanes(4);
  const Type mask = b1.with_lanes(4);
  std::vector<ValueId> gang;
  for (int g = 0; g < 2; ++g) {
    const ValueId at = b.emit(Op::Add, {loop.index, b.int_constant(4 * g)});
    gang.push_back(b.load(array, std::vector{at}, {.type = vector, .lane_stride = LaneStride::Strided}));
  }
  const ExitId leave = b.add_exit(
      {.operands = gang, .entries = {{.guest_register = 3}}, .frames = {{.pc = 1}}, .reason = "too large", .line = 2});
  for (int g = 0; g < 2; ++g) {
    b.guard(b.emit(Op::Lt, {gang[g], b.constant(vector, to_bits(100.0))}), leave);
    b.lane_set(0, b.emit(Op::Add, {b.lane_get(0, 4, g), gang[g]}), g);
  }
  b.touch(0);
  b.end_for();
  b.finish();
  INFO(print(region));
  REQUIRE(verify(region).empty());
  REQUIRE(print(parse(print(region)).region) == print(region));
  CHECK(mask.lanes == 4);

  double memory[2 * 32];
  for (int k = 0; k < 64; ++k) memory[k] = k / 2;
  const ArrayDescriptor descriptor{reinterpret_cast<std::byte*>(memory), {32}, {16}};
  std::uint64_t record[16] = {}, values[2 * max_lanes] = {};
  std::uint8_t touched = 0;
  RegionContext context{};
  context.arrays = &descriptor;
  context.lane_record = record;
  context.touched = &touched;
  context.exit_values = values;
  CHECK(evaluate(region, &context, 0, 32) == ran_to_end);
  CHECK(touched == 1);
  for (int lane = 0; lane < 16; ++lane) CHECK(from_bits<double>(record[lane]) == lane + (lane + 16));

  memory[2 * 13] = 200;
  CHECK(evaluate(region, &context, 0, 32) == leave);
  CHECK(context.exit_ordinal == 8);
  CHECK(context.exit_gang == 8);
  CHECK(from_bits<double>(values[0]) == 8);
  CHECK(from_bits<double>(values[max_lanes + 1]) == 200);
  CHECK(from_bits<double>(record[8]) == 8 + 24 + 8); // the guard of gang 1 stands behind the sum of gang 0
}

TEST_CASE("every computing op answers for every type that it takes") {
  for (int k = 0; k <= static_cast<int>(Op::Iota); ++k) {
    const Op op = static_cast<Op>(k);
    if (!computes_by_lane(op)) continue;
    const bool floats = op == Op::Div || op == Op::Math || op == Op::FloatToInt || op == Op::FloatToUInt;
    const bool bools = op == Op::BoolToInt;
    Instruction it{.op = op, .element = ScalarKind::Int32};
    const std::vector<ScalarBits> values = {1, 1, 1};
    const Base base = floats ? Base::F64 : bools ? Base::Bool : Base::I64;
    const Base result = op == Op::IntToFloat || op == Op::UIntToFloat ? Base::F64 : Base::I64;
    CHECK_NOTHROW(compute(it, base, result, values));
  }
}

// ---- text ----------------------------------------------------------------------------------------------------------

namespace {

const char* const good_text = R"(region "dot" file "a \"quoted\" name.py" line 3
scalar 0 float32 r4
scalar 1 bool r5
scalar 2 int64 r9
array 0 float64 ndim 2 contiguous readonly r2
array 1 int8 ndim 1 r3
array 2 float64 ndim 3 contiguous r65535 scratch scalar 2 times -2 plus array 0 1 plus 1 7 array 1 0
accumulator 0 max float64 r7
reduction_lanes 16
body
  %0: i64 = begin
  %1: i64 = end
  %2: f64 = const -0
  %3: f64 = const inf
  %4: f64 = const 1e-05
  %5: f32 = const 0.1
  %6: b = const true
  %7: i64 = const -9223372036854775808
  %8: f64 = const 0xfff8000000000000
  %9: array = array 0
  %10: array = array 1
  %11: i64 = dim %9 1
  @4
  %12: f64, %13: i64 = for %14 = %0 to %1 step 1 independent (%15: f64 = %2, %16: i64 = %7) {
    %17: i64 = index %14, %11 !0
    @5
    %18: f64 = load float64 %9[%17, %17]
    %19: f64 = math sqrt %18
    %20: f64 = laneget 0
    laneset 0 %19
    touch 0
    %21: i64 = wrap int8 %16
    store int8 %10[%17], %21
    %22: f64 = block {
      loop (%23: i64 = %21) {
        %24: b = lt %23, %14
        if %24 {
          br 0 %20
        } else {
          yield
        }
        yield %14
      }
      yield %2
    }
    %25: f64 = if %6 {
      yield %22
    } else {
      exit !1
    }
    yield %25, %21
  }
  @0
  yield
exits
  !0 "index out of range" line 5
    values %15, %14
    frame pc 12
    frame pc 3 result r4 function 0x7f00
    r3 = #0 float64
    frame 1 r2 = #1 int64
    r5 = constant 2
    r6 = array 1
    r7 = view 0 #1 count 1
    frame 1 loop r8 value #1 stop #1 step -1
  !1 "stop" line 0
    frame pc 12
)";

} // namespace

TEST_CASE("text reads back identically") {
  const ParsedRegion parsed = parse(good_text);
  REQUIRE(parsed.error == "");
  CHECK(verify(parsed.region) == std::vector<std::string>{});
  CHECK(print(parsed.region) == good_text);
}

TEST_CASE("errors of the text name their place") {
  const auto error = [](const std::string& body) {
    return parse("region \"r\" file \"f\" line 1\nbody\n" + body).error;
  };
  CHECK(error("  %0: i64 = frobnicate") == "line 3, column 13: there is no op 'frobnicate'");
  CHECK(error("  %0: i65 = begin") == "line 3, column 7: expected a type (b, i64, f32, f64, f64x8, ...)");
  CHECK(error("  guard %x !0") == "line 3, column 9: %x is not defined");
  CHECK(error("  %0: i64 = begin\n  %0: i64 = end") == "line 4, column 3: %0 is defined twice");
  CHECK(error("  if %c {") == "line 3, column 6: %c is not defined");
  CHECK(error("  loop {") == "line 4, column 1: the text ends where an instruction or '}' was expected");
  CHECK(error("  yield 5") == "line 3, column 9: '5' is too much here");
  CHECK(error("  %0: i64 = const 99999999999999999999") == "line 3, column 19: expected a constant of type i64");
  CHECK(parse("").error == "line 1, column 1: the text ends where the region's head was expected");
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "loop {\n";
  CHECK(error(deep) == "line 103, column 1: bodies are nested too deeply");
}

TEST_CASE("no text crashes parser, verifier or printer") {
  std::mt19937 random(1);
  const std::string text = good_text;
  const std::string pieces[] = {"%0", "%99",   "f64x8", "array", "{",  "}", "!7",
                                "-1", "yield", "\n",    "load",  "\"", ";", "9e999"};
  for (int round = 0; round < 4000; ++round) {
    std::string broken = text;
    for (int edits = 1 + static_cast<int>(random() % 3); edits > 0; --edits) {
      const std::size_t at = random() % broken.size();
      switch (random() % 4) {
      case 0:
        broken[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        broken.erase(at, random() % 30);
        break;
      case 2:
        broken.insert(at, pieces[random() % std::size(pieces)]);
        break;
      default:
        broken.insert(at, broken.substr(random() % broken.size(), random() % 60));
      }
      if (broken.empty()) broken = "x";
    }
    const ParsedRegion parsed = parse(broken);
    if (!parsed.ok()) continue;
    verify(parsed.region);
    const std::string printed = print(parsed.region);
    if (verify(parsed.region).empty()) REQUIRE(print(parse(printed).region) == printed);
  }
}

// ---- verifier ------------------------------------------------------------------------------------------------------

TEST_CASE("a scratch array's length is what the entry knows") {
  const auto first_message = [](const std::string& length) {
    const ParsedRegion parsed = parse("region \"r\" file \"f\" line 1\nscalar 0 int64 r0\nscalar 1 float64 r1\n"
                                      "array 0 float64 ndim 1 r2\narray 1 float64 ndim 1 contiguous r65535 scratch " +
                                      length + "\nbody\nyield");
    REQUIRE(parsed.error == "");
    const auto messages = verify(parsed.region);
    return messages.empty() ? "" : messages.front();
  };
  const char* const wrong = "the scratch array 1 has a length of what is no int at entry";
  CHECK(first_message("scalar 0 times 2 plus array 0 0 plus -1") == "");
  CHECK(first_message("scalar 1") == wrong);
  CHECK(first_message("scalar 2") == wrong);
  CHECK(first_message("array 0 1") == wrong);
  CHECK(first_message("array 1 0") == wrong);
}

TEST_CASE("the verifier names what is wrong") {
  const auto first_message = [](const std::string& body, const std::string& exits = "") {
    const ParsedRegion parsed = parse("region \"r\" file \"f\" line 1\nscalar 0 float64 r0\nscalar 1 bool r1\n"
                                      "array 0 float64 ndim 1 readonly r2\nlanes 8 gangs 1\nbody\n"
                                      "%i: i64 = begin\n%x: f64 = param 0\n%c: b = param 1\n%a: array = array 0\n" +
                                      body + "\n" + exits);
    REQUIRE(parsed.error == "");
    const auto messages = verify(parsed.region);
    return messages.empty() ? "" : messages.front();
  };
  CHECK(first_message("yield") == "");
  CHECK(first_message("%y: f64 = add %x, %i\nyield") == "%4: f64 = add %1, %0: the operands differ in type");
  CHECK(first_message("%y: i64 = add %x, %x\nyield") == "%4: i64 = add %1, %1: the result is a f64, not a i64");
  CHECK(first_message("%y: f64 = shl %x, %x\nyield") == "%4: f64 = shl %1, %1: shl does not take a f64");
  CHECK(first_message("%y: f64x4 = splat %x\nyield") == "%4 is a f64x4, but vectors of the region have 8 lanes");
  CHECK(first_message("store float64 %a[%i], %x\nyield") == "store float64 %3[%0], %1: stores to a read-only array");
  CHECK(first_message("%y: f64 = load float64 %a[%i, %i]\nyield") ==
        "%4: f64 = load float64 %3[%0, %0]: 2 subscripts for 1 dimensions");
  CHECK(first_message("%y: f32 = load float32 %a[%i]\nyield") ==
        "%4: f32 = load float32 %3[%0]: the element is not of the array's dtype");
  CHECK(first_message("%y: f64x8 = load float64 %a[%i]\nyield") ==
        "%4: f64x8 = load float64 %3[%0]: a vector access without a lane stride needs a vector subscript");
  CHECK(first_message("%p: f64 = param 2\nyield") == "%4: f64 = param 2: no such scalar slot");
  CHECK(first_message("if %c {\n%y: f64 = neg %x\nyield\n} else {\nyield\n}\n%z: f64 = neg %y\nyield") ==
        "%5: f64 = neg %4: %4 is not visible here");
  CHECK(first_message("%y: f64 = if %c {\nyield %x\n} else {\nyield\n}\nyield") ==
        "yield: gives 0 values where 1 are taken");
  CHECK(first_message("%y: f64 = if %c {\nyield %x\n} else {\nyield %i\n}\nyield") ==
        "yield %0: gives a i64 where a f64 is taken");
  CHECK(first_message("if %x {\nyield\n} else {\nyield\n}\nyield") == "if %1: takes one scalar b");
  CHECK(first_message("block {\nif %c {\nbr 1\n} else {\nyield\n}\nyield\n}\nyield") ==
        "br 1: no such block encloses it");
  CHECK(first_message("guard %c\nyield") == "guard %2: its exit does not exist");
  CHECK(first_message("guard %c !0\nyield", "exits\n!0 \"r\" line 1") == "exit !0 has no frame");
  CHECK(first_message("guard %c !0\n%y: f64 = neg %x\nyield", "exits\n!0 \"r\" line 1\nvalues %y\nframe pc 1") ==
        "guard %2 !0: %4 is not visible here");
  CHECK(first_message("guard %c !0\nyield", "exits\n!0 \"r\" line 1\nvalues %x\nframe pc 1\nr1 = #0 int64") ==
        "exit !0 puts %1 into a register of kind int64");
  CHECK(first_message("yield\nyield") == "yield: stands before the end of its body");
  CHECK(first_message("%y: f64 = neg %x") == "%4: f64 = neg %1: ends a body");
  CHECK(first_message("%y: f64 = if %c {\nyield %x\n} else {\nyield %x\n}\n%z: array = select %c, %a, %a\nyield") ==
        "%5: array = select %2, %3, %3: cannot use an array like this");
}
