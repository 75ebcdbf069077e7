// Compiled code against the evaluator: every op at every type, lane count and Isa over values at the edges; every kind
// and layout of array elements; exits; control flow; the two loops that the backend was built for, as text.

#include "tests/unit/x64_random.h"
#include "tracer/ir/builder.h"

#include <catch2/catch.hpp>

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
    std::string problems = check_region(region, op_world(region));
    if (!problems.empty()) FAIL_CHECK(problems);
  }
}

} // namespace

// ---- ops -----------------------------------------------------------------------------------------------------------

TEST_CASE("arithmetic of two operands") {
  for (Type type : {i64, f32, f64})
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::FloorDiv, Op::FloorMod, Op::Pow, Op::Min, Op::Max})
      check_op({op, {type, type}, type});
  for (Type type : {f32, f64}) check_op({Op::Div, {type, type}, type});
  for (Op op : {Op::UDiv, Op::UMod, Op::UMin, Op::UMax, Op::Shl, Op::Shr, Op::UShr}) check_op({op, {i64, i64}, i64});
  for (Type type : {i64, b1})
    for (Op op : {Op::And, Op::Or, Op::Xor}) check_op({op, {type, type}, type});
}

TEST_CASE("arithmetic with a constant") {
  const std::vector<std::int64_t> constants = {
      0, 1, -1, 2, 3, -3, 8, 10, 64, 65, std::int64_t{1} << 40, 0x123456789ab, INT64_MIN};
  for (std::int64_t value : constants)
    for (Op op : {Op::Add, Op::Sub, Op::Mul, Op::FloorDiv, Op::FloorMod, Op::UDiv, Op::UMod, Op::Min, Op::UMax, Op::And,
                  Op::Shl, Op::Shr, Op::UShr, Op::Lt, Op::Eq, Op::ULe}) {
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
  for (unsigned seed = 0; seed < 400; ++seed)
    for (int lanes : {1, 4, 8}) {
      RandomRegion random(seed, lanes);
      std::string problems = check_region(random.region, random.world);
      if (!problems.empty()) FAIL("seed " << seed << "\n" << problems);
    }
}
