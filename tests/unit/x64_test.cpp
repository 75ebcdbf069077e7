// Compiled code against the evaluator: every op at every type, lane count and Isa over values at the edges; every kind
// and layout of array elements; exits; control flow; the two loops that the backend was built for, as text.

#include "tests/unit/x64_random.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

using namespace pyvm;
using namespace pyvm::x64;
using namespace pyvm::x64::test;

namespace {

const Type all_types[] = {b1, i64, f32, f64};

ScalarKind kind_in_memory(Base base) { return base == Base::Bool ? ScalarKind::Bool : ir::kind_of(base); }

// for t in [begin, end) by lanes: out[t] = op(a[t], b[t], c[t]); operands that are constants are not loaded.
struct OpCase {
  Op op;
  std::vector<Type> operands; // scalar types
  Type result;
  Attributes how{};
  std::vector<std::optional<ScalarBits>> constants = {};
};

Region op_region(const OpCase& test, int lanes) {
  Region region;
  region.name = info(test.op).text;
  region.lanes = lanes;
  const auto slot = [&](Type type) { region.arrays.push_back({kind_in_memory(type.base), 1, true, true, 0}); };
  for (Type type : test.operands) slot(type);
  slot(test.result);
  Builder builder(region);
  std::vector<ValueId> arrays;
  for (std::size_t k = 0; k < region.arrays.size(); ++k) arrays.push_back(builder.array(static_cast<std::int64_t>(k)));
  ValueId t = builder.begin_for(builder.begin(), builder.end(), lanes).index;
  Attributes lane;
  lane.lane_stride = lanes > 1 ? LaneStride::Contiguous : LaneStride::None;
  std::vector<ValueId> operands;
  for (std::size_t k = 0; k < test.operands.size(); ++k) {
    lane.type = test.operands[k].with_lanes(lanes);
    if (k < test.constants.size() && test.constants[k])
      operands.push_back(builder.constant(lane.type, *test.constants[k]));
    else
      operands.push_back(builder.load(arrays[k], std::vector{t}, lane));
  }
  Attributes how = test.how;
  how.type = test.result.with_lanes(lanes);
  ValueId result = builder.emit(test.op, operands, how);
  builder.store(arrays.back(), std::vector{t}, result, lane);
  builder.end_for();
  builder.finish();
  return region;
}

// Every pair of edge values in the first two arrays.
World op_world(const Region& region) {
  constexpr std::size_t values = 40, count = values * values;
  World world;
  for (std::size_t a = 0; a < region.arrays.size(); ++a) {
    world.arrays.push_back(make_array(region.arrays[a].dtype, {count}));
    TestArray& array = world.arrays.back();
    for (std::size_t k = 0; k < count && a + 1 < region.arrays.size(); ++k)
      store_scalar(array.dtype, array.bytes.data() + k * size_of(array.dtype),
                   edge_bits(array.dtype, a == 0   ? k % values
                                          : a == 1 ? k / values
                                                   : k * 7 + k / 31));
  }
  world.end = count;
  return world;
}

void check_op(const OpCase& test) {
  for (int lanes : {1, 4, 8}) {
    Region region = op_region(test, lanes);
    INFO(info(test.op).text << " x" << lanes);
    expect_agreement(region, op_world(region));
  }
}

} // namespace

// ---- ops -----------------------------------------------------------------------------------------------------------

TEST_CASE("arithmetic of two operands") {
  for (Type type : {i64, f32, f64})
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::FloorDiv, Op::FloorMod, Op::Pow, Op::Min, Op::Max})
      check_op({op, {type, type}, type});
  for (Type type : {f32, f64}) check_op({Op::Div, {type, type}, type});
  for (Op op : {Op::Mul32, Op::UDiv, Op::UMod, Op::UMin, Op::UMax, Op::Shl, Op::Shr, Op::UShr})
    check_op({op, {i64, i64}, i64});
  for (Type type : {i64, b1})
    for (Op op : {Op::And, Op::Or, Op::Xor}) check_op({op, {type, type}, type});
}

// out[t] = outer(inner(x, y), z), where x, y and z may be loaded or computed, and z may be x.
TEST_CASE("two bitwise operations in a row") {
  constexpr Op ops[] = {Op::And, Op::Or, Op::Xor};
  for (int lanes : {1, 4, 8})
    for (int form = 0; form < 3 * 3 * 2 * 4; ++form) {
      const Op inner = ops[form % 3], outer = ops[form / 3 % 3];
      const bool inner_first = form / 9 % 2;
      Region region;
      region.lanes = lanes;
      for (int k = 0; k < 4; ++k) region.arrays.push_back({ScalarKind::Int64, 1, true, true, 0});
      Builder builder(region);
      const ValueId t = builder.begin_for(builder.begin(), builder.end(), lanes).index;
      Attributes lane;
      lane.type = i64.with_lanes(lanes);
      lane.lane_stride = lanes > 1 ? LaneStride::Contiguous : LaneStride::None;
      ValueId values[3];
      for (int k = 0; k < 3; ++k) {
        values[k] = builder.load(builder.array(k), std::vector{t}, lane);
        if (form / 18 == k) // dies in the instruction
          values[k] = builder.emit(Op::UShr, {values[k], builder.constant(lane.type, 3)}, lane);
      }
      if (form / 18 == 3) values[2] = values[0];
      const ValueId made = builder.emit(inner, {values[0], values[1]}, lane);
      const ValueId a = inner_first ? made : values[2], b = inner_first ? values[2] : made;
      builder.store(builder.array(3), std::vector{t}, builder.emit(outer, {a, b}, lane), lane);
      builder.end_for();
      builder.finish();
      INFO(info(inner).text << " " << info(outer).text << " x" << lanes << " form " << form);
      expect_agreement(region, op_world(region));
    }
}

TEST_CASE("arithmetic with a constant") {
  const std::vector<std::int64_t> constants = {
      0, 1, -1, 2, 3, -3, 8, 10, 64, 65, std::int64_t{1} << 40, 0x123456789ab, INT64_MIN};
  for (std::int64_t value : constants)
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::FloorDiv, Op::FloorMod, Op::UDiv, Op::UMod, Op::Min, Op::UMax, Op::And,
                  Op::Mul32, Op::Shl, Op::Shr, Op::UShr, Op::Lt, Op::Eq, Op::ULe}) {
      bool compares = op >= Op::Eq && op <= Op::ULe;
      for (std::size_t place : {0u, 1u}) {
        OpCase test{op, {i64, i64}, compares ? b1 : i64, {}, {std::nullopt, std::nullopt}};
        test.constants[place] = static_cast<ScalarBits>(value);
        check_op(test);
      }
    }
  for (double value : {0.0, -0.0, 2.5, std::numeric_limits<double>::quiet_NaN()})
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Min, Op::Max, Op::Lt, Op::Ge, Op::Ne})
      for (std::size_t place : {0u, 1u}) {
        OpCase test{op, {f64, f64}, op >= Op::Eq ? b1 : f64, {}, {std::nullopt, std::nullopt}};
        test.constants[place] = to_bits(value);
        check_op(test);
        test.operands = {f32, f32};
        test.result = op >= Op::Eq ? b1 : f32;
        test.constants[place] = to_bits(static_cast<float>(value));
        check_op(test);
      }
}

TEST_CASE("arithmetic of one operand") {
  for (Type type : {i64, f32, f64})
    for (Op op : {Op::Neg, Op::Abs}) check_op({op, {type}, type});
  for (Type type : {i64, b1}) check_op({Op::Not, {type}, type});
  for (ScalarKind kind : all_scalar_kinds)
    if (is_integer(kind)) check_op({Op::Wrap, {i64}, i64, {.element = kind}});
}

TEST_CASE("compares and selects") {
  for (Type type : all_types)
    for (Op op : {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge})
      if (type.base != Base::Bool || op == Op::Eq || op == Op::Ne) check_op({op, {type, type}, b1});
  for (Op op : {Op::ULt, Op::ULe}) check_op({op, {i64, i64}, b1});
  for (Type type : all_types) check_op({Op::Select, {b1, type, type}, type});
}

TEST_CASE("conversions") {
  for (Type type : {f32, f64}) {
    check_op({Op::IntToFloat, {i64}, type});
    check_op({Op::UIntToFloat, {i64}, type});
    check_op({Op::FloatToInt, {type}, i64});
    check_op({Op::FloatToUInt, {type}, i64});
    check_op({Op::FloatToFloat, {type}, type == f32 ? f64 : f32});
  }
  check_op({Op::BoolToInt, {b1}, i64});
}

TEST_CASE("math functions") {
  for (MathFunction function : all_math_functions)
    for (Type type : {f32, f64}) {
      INFO(name_of(function));
      std::vector<Type> operands(static_cast<std::size_t>(arity_of(function)), type);
      check_op({Op::Math, operands, type, {.immediate = static_cast<std::int64_t>(function)}});
    }
}

// ---- whole regions -------------------------------------------------------------------------------------------------

TEST_CASE("random regions") {
  for (unsigned seed = 0; seed < 150; ++seed)
    for (int lanes : {1, 4, 8}) {
      RandomRegion random(seed, lanes);
      INFO("seed " << seed);
      expect_agreement(random.region, random.world);
    }
}

namespace {

// The mnemonics from the last "align" up to the first jump back: an innermost loop.
std::string inner_loop(const std::string& listing) {
  std::istringstream lines(listing.substr(listing.rfind("align 32\nL")));
  std::string line, mnemonics;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (line.rfind("    ", 0) != 0) continue;
    std::istringstream words(line);
    std::string word, next;
    words >> word;
    if (word == "short") words >> word;
    bool memory = line.find('[') != std::string::npos && word != "lea";
    mnemonics += (mnemonics.empty() ? "" : " ") + word + (memory ? "[]" : "");
    if (word[0] == 'j') break;
  }
  return mnemonics;
}

constexpr const char* sum_text = R"(
region "sum" file "" line 0
array 0 float64 ndim 1 contiguous r0
accumulator 0 add float64 r1
lanes 8 gangs 4
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: i64 = const 8
  %4: i64 = const 16
  %5: i64 = const 24
  for %6 = %0 to %1 step 32 {
    %7: i64 = add %6, %3
    %8: i64 = add %6, %4
    %9: i64 = add %6, %5
    %10: f64x8 = load float64 %2[%6] contiguous
    %11: f64x8 = load float64 %2[%7] contiguous
    %12: f64x8 = load float64 %2[%8] contiguous
    %13: f64x8 = load float64 %2[%9] contiguous
    %14: f64x8 = laneget 0
    %15: f64x8 = laneget 0 gang 1
    %16: f64x8 = laneget 0 gang 2
    %17: f64x8 = laneget 0 gang 3
    %18: f64x8 = add %14, %10
    %19: f64x8 = add %15, %11
    %20: f64x8 = add %16, %12
    %21: f64x8 = add %17, %13
    laneset 0 %18
    laneset 0 %19 gang 1
    laneset 0 %20 gang 2
    laneset 0 %21 gang 3
    yield
  }
  yield
)";

constexpr const char* matmul_text = R"(
region "matmul" file "" line 0
scalar 0 int64 r9
array 0 float64 ndim 2 contiguous r0
array 1 float64 ndim 2 contiguous r1
array 2 float64 ndim 2 contiguous r2
lanes 8 gangs 2
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: array = array 1
  %4: array = array 2
  %5: i64 = param 0
  %6: i64 = dim %2 1
  %7: i64 = const 0
  %8: i64 = const 8
  for %9 = %0 to %1 step 16 {
    %10: i64 = add %9, %8
    %11: f64x8 = load float64 %4[%5, %9] contiguous
    %12: f64x8 = load float64 %4[%5, %10] contiguous
    %13: f64x8, %14: f64x8 = for %15 = %7 to %6 step 1 (%16: f64x8 = %11, %17: f64x8 = %12) {
      %18: f64 = load float64 %2[%5, %15]
      %19: f64x8 = splat %18
      %20: f64x8 = load float64 %3[%15, %9] contiguous
      %21: f64x8 = load float64 %3[%15, %10] contiguous
      %22: f64x8 = mul %19, %20
      %23: f64x8 = mul %19, %21
      %24: f64x8 = add %16, %22
      %25: f64x8 = add %17, %23
      yield %24, %25
    }
    store float64 %4[%5, %9] contiguous, %13
    store float64 %4[%5, %10] contiguous, %14
    yield
  }
  yield
)";

constexpr const char* gather_text = R"(
region "gather" file "" line 0
array 0 float64 ndim 1 contiguous r0
array 1 int64 ndim 1 contiguous r1
array 2 float64 ndim 1 contiguous r2
lanes 8 gangs 1
body
  %0: i64 = begin
  %1: i64 = end
  %2: array = array 0
  %3: array = array 1
  %4: array = array 2
  for %5 = %0 to %1 step 8 {
    %6: i64x8 = load int64 %3[%5] contiguous
    %7: f64x8 = load float64 %2[%6]
    store float64 %4[%5] contiguous, %7
    yield
  }
  yield
)";

} // namespace

TEST_CASE("the inner loops of a sum and of a matrix product") {
  if (host_cpu().isa < Isa::Avx512) return;
  CHECK(inner_loop(listing_of(parsed(sum_text), Isa::Avx512)) == "vaddpd[] vaddpd[] vaddpd[] vaddpd[] add cmp lea jl");
  CHECK(inner_loop(listing_of(parsed(matmul_text), Isa::Avx512)) ==
        "vpbroadcastq[] vmulpd[] vmulpd[] vaddpd vaddpd add add cmp jl");
}

// No second jump over the side that does nothing.
TEST_CASE("a side of an if without code costs one branch") {
  constexpr const char* text = R"(
region "but_one" file "" line 0
scalar 0 int64 r1
array 0 float64 ndim 1 contiguous r0
body
  %lo: i64 = begin
  %hi: i64 = end
  %one: i64 = param 0
  %a: array = array 0
  %x: f64 = const 2.5
  for %i = %lo to %hi step 1 {
    %same: b = eq %i, %one
    if %same {
      yield
    } else {
      store float64 %a[%i], %x
      yield
    }
    yield
  }
  yield
)";
  const std::string listing = listing_of(parsed(text), Isa::Scalar);
  const std::size_t compared = listing.find("if %"), stored = listing.find("store float64", compared);
  const std::string branch = listing.substr(compared, stored - compared);
  CHECK(branch.find("    je L") != std::string::npos);
  CHECK(branch.find("jmp") == std::string::npos);
}

// A short inner loop among much else: its pointers stay in registers, those of the rare side are spilled.
TEST_CASE("the innermost loop keeps its registers when there are too few") {
  std::string arrays, loads, uses;
  for (int a = 2; a < 14; ++a) {
    arrays += fmt::format("array {} float64 ndim 1 contiguous r{}\n", a, a);
    loads += fmt::format("  %a{}: array = array {}\n", a, a);
    uses += fmt::format("    %v{0}: f64 = load float64 %a{0}[%i]\n    store float64 %a{0}[%i], %s\n", a);
  }
  const Region region = parsed(fmt::format(R"(
region "rows" file "" line 0
array 0 float64 ndim 1 contiguous r0
array 1 int32 ndim 1 contiguous r1
{}body
  %lo: i64 = begin
  %hi: i64 = end
  %zero: i64 = const 0
  %x: f64 = const 0.0
  %a0: array = array 0
  %a1: array = array 1
{}  for %i = %lo to %hi step 1 {{
    %s: f64 = for %k = %zero to %i step 1 (%t: f64 = %x) {{
      %at: i64 = load int32 %a1[%k]
      %y: f64 = load float64 %a0[%at]
      %z: f64 = load float64 %a2[%k]
      %p: f64 = mul %y, %z
      %sum: f64 = add %t, %p
      yield %sum
    }}
{}    yield
  }}
  yield
)",
                                           arrays, loads, uses));
  const std::string listing = listing_of(region, Isa::Scalar);
  const std::size_t first = listing.find("load int32"), last = listing.find("store float64");
  REQUIRE(last != std::string::npos);
  CHECK(listing.substr(first, last - first).find("[rsp") == std::string::npos);
}

TEST_CASE("the cost table decides between gathers and inserts") {
  if (host_cpu().isa < Isa::Avx512) return;
  const Region region = parsed(gather_text);
  CHECK(listing_of(region, Isa::Avx512, CpuFamily::Zen4).find("vgatherqpd") != std::string::npos);
  CHECK(listing_of(region, Isa::Avx512, CpuFamily::CascadeLake).find("vgatherqpd") == std::string::npos);
}

TEST_CASE("a matrix product with reductions in registers gives the evaluator's bits") {
  if (host_cpu().isa < Isa::Avx512) return;
  World world;
  world.scalars = {3};
  for (int a = 0; a < 3; ++a) {
    world.arrays.push_back(make_array(ScalarKind::Float64, {48, 48}));
    for (std::size_t k = 0; k < 48 * 48; ++k)
      store_scalar(ScalarKind::Float64, world.arrays.back().bytes.data() + k * 8,
                   to_bits(1.0 / static_cast<double>(k * 7 % 31 + 1)));
  }
  world.end = 48;
  expect_agreement(parsed(matmul_text), world);
  world.arrays = {make_array(ScalarKind::Float64, {256})};
  fill(world.arrays[0], 3);
  world.end = 256;
  expect_agreement(parsed(sum_text), world);
}

// ---- looking up ----------------------------------------------------------------------------------------------------

namespace {

std::int64_t looks = 0;
constexpr std::int64_t looks_granted = 1000;

std::int32_t count_looks(RegionContext*) noexcept { return ++looks > looks_granted; }

// for ordinal; for j in 0..params[0] step `step`; [for k in 0..4] a[0] += 1
Region long_loop(std::int64_t step, bool nested) {
  Region region;
  region.scalars = {{ScalarKind::Int64}};
  region.arrays = {{ScalarKind::Int64, 1, true}};
  Builder b(region);
  b.begin_for(b.begin(), b.end(), 1);
  b.begin_for(b.int_constant(0), b.param(0), step);
  if (nested) b.begin_for(b.int_constant(0), b.int_constant(4), 1);
  const ValueId a = b.array(0), at[] = {b.int_constant(0)};
  b.store(a, at, b.emit(Op::Add, {b.load(a, at), b.int_constant(1)}));
  if (nested) b.end_for();
  b.end_for();
  b.end_for();
  b.finish();
  return region;
}

} // namespace

TEST_CASE("a long loop looks up, goes on while it may, and is abandoned when it shall end") {
  auto generator = make_code_generator();
  for (Isa isa : {Isa::Scalar, host_cpu().isa})
    for (std::int64_t step : {1, 3, 64})
      for (bool nested : {false, true}) {
        Region region = long_loop(step, nested);
        CompileResult result = generator->compile(region, {isa});
        REQUIRE(result);
        World world;
        world.scalars = {std::uint64_t{1} << 40};
        world.arrays.push_back(make_array(ScalarKind::Int64, {1}));
        world.end = 1;
        world.stop = 1;
        world.look_up = count_looks;
        looks = 0;
        world.run(result.code->entry);
        CHECK(world.outcome == ir::abandoned);
        CHECK(looks == looks_granted + 1);
        std::int64_t done = 0;
        std::memcpy(&done, world.arrays[0].bytes.data(), sizeof done);
        CHECK(done > looks_granted);
        CHECK(done < looks_granted * 5000);

        world.scalars = {5000};
        world.arrays[0] = make_array(ScalarKind::Int64, {1});
        looks = 0;
        world.run(result.code->entry);
        CHECK(world.outcome == ran_to_end);
        std::memcpy(&done, world.arrays[0].bytes.data(), sizeof done);
        CHECK(done == (5000 + step - 1) / step * (nested ? 4 : 1));
        world.scalars = {4};
        looks = 0;
        world.run(result.code->entry);
        CHECK(looks <= 1); // a short loop does not; the loop over ordinals looks between its strips only
      }
}

// ---- the function around the code ----------------------------------------------------------------------------------

TEST_CASE("code runs under the default MXCSR and gives the caller's back") {
  OpCase division{Op::Div, {f64, f64}, f64};
  Region region = op_region(division, 1);
  World before = op_world(region), expected = before;
  expected.run([&](RegionContext* context, std::int64_t begin, std::int64_t end) {
    return evaluate(region, context, begin, end);
  });
  auto generator = make_code_generator();
  for (Isa isa : {Isa::Scalar, host_cpu().isa}) {
    CompileResult result = generator->compile(region, {isa});
    REQUIRE(result);
    World seen = before;
    constexpr unsigned upwards_and_flush = 0x1f80 | 0x4000 | 0x8000;
    unsigned mine = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(upwards_and_flush);
    seen.run(result.code->entry);
    unsigned after = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(mine);
    CHECK(after == upwards_and_flush);
    CHECK(differences(region, before, expected, seen).empty());
  }
}

TEST_CASE("what is not compiled is refused by name") {
  auto generator = make_code_generator();
  Region wide = op_region({Op::Add, {f64, f64}, f64}, 8);
  CompileResult result = generator->compile(wide, {Isa::Scalar});
  REQUIRE_FALSE(result);
  CHECK(name_of(result.refusal) == "lane-count");
  Region odd = op_region({Op::Add, {f64, f64}, f64}, 2);
  CHECK_FALSE(generator->compile(odd, {host_cpu().isa}));
  Region region;
  Builder builder(region);
  ValueId sum = builder.begin();
  for (int k = 0; k < 7000; ++k)
    sum = builder.emit(Op::Mul, {sum, builder.emit(Op::Xor, {sum, builder.int_constant(k)})});
  builder.finish();
  result = generator->compile(region, {Isa::Scalar});
  REQUIRE_FALSE(result);
  CHECK(name_of(result.refusal) == "too-large");
}

TEST_CASE("code memory is never writable and executable, and goes with its last owner") {
  const auto maps = [](const void* address) {
    std::ifstream file("/proc/self/maps");
    std::string line, found;
    while (std::getline(file, line)) {
      CHECK(line.find(" rwx") == std::string::npos);
      unsigned long from = 0, to = 0;
      std::sscanf(line.c_str(), "%lx-%lx", &from, &to);
      auto at = reinterpret_cast<unsigned long>(address);
      if (at >= from && at < to) found = line;
    }
    return found;
  };
  CompileResult result = make_code_generator()->compile(op_region({Op::Add, {f64, f64}, f64}, 1), {Isa::Scalar});
  REQUIRE(result);
  const void* entry = reinterpret_cast<const void*>(result.code->entry);
  CHECK(maps(entry).find(" r-xp ") != std::string::npos);
  std::shared_ptr<const void> owner = result.code->memory;
  result.code.reset();
  CHECK_FALSE(maps(entry).empty());
  owner.reset();
  CHECK(maps(entry).find(" r-xp ") == std::string::npos);
}

TEST_CASE("two threads may compile at once") {
  auto generator = make_code_generator();
  std::atomic<int> wrong = 0;
  const auto work = [&](unsigned first) {
    for (unsigned seed = first; seed < first + 20; ++seed) {
      RandomRegion random(seed, 1);
      CompileResult result = generator->compile(random.region, {host_cpu().isa});
      World expected = random.world, seen = random.world;
      expected.run([&](RegionContext* context, std::int64_t begin, std::int64_t end) {
        return evaluate(random.region, context, begin, end);
      });
      seen.run(result.code->entry);
      wrong += !differences(random.region, random.world, expected, seen).empty();
    }
  };
  std::thread other(work, 1000);
  work(2000);
  other.join();
  CHECK(wrong == 0);
}
