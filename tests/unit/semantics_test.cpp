// Guest arithmetic: exhaustive pairs of the small kinds against wide arithmetic, the edges that DESIGN section 2 names,
// SLEEF's variants against each other bit for bit, reductions against a plain model, numbers as text. The promotion
// tables and many more values are compared with the live peers in tests/python/test_promotion_peers.py.

#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/semantics/float_text.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/philox.h"
#include "vm/semantics/promotion.h"
#include "vm/semantics/reduction.h"

#include <catch2/catch.hpp>

#include <immintrin.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace pyvm;

namespace {

constexpr int64_t int64_min = std::numeric_limits<int64_t>::min();
constexpr int64_t int64_max = std::numeric_limits<int64_t>::max();
constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

int64_t floor_div_model(int64_t a, int64_t b) {
  int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

template <typename T> void check_all_pairs() {
  constexpr ScalarKind kind = kind_of<T>;
  auto wrapped = [](int64_t value) { return to_bits(static_cast<T>(value)); };
  for (int a = std::numeric_limits<T>::min(); a <= std::numeric_limits<T>::max(); ++a) {
    for (int b = std::numeric_limits<T>::min(); b <= std::numeric_limits<T>::max(); ++b) {
      ScalarBits left = to_bits(static_cast<T>(a)), right = to_bits(static_cast<T>(b));
      auto apply = [&](BinaryOp op) { return apply_binary(op, kind, left, right); };
      bool good = apply(BinaryOp::Add) == wrapped(a + b) && apply(BinaryOp::Sub) == wrapped(a - b) &&
                  apply(BinaryOp::Mul) == wrapped(a * b) && apply(BinaryOp::BitAnd) == wrapped(a & b) &&
                  apply(BinaryOp::BitOr) == wrapped(a | b) && apply(BinaryOp::BitXor) == wrapped(a ^ b);
      int64_t quotient = b == 0 ? 0 : floor_div_model(a, b);
      good = good && apply(BinaryOp::FloorDiv) == wrapped(quotient);
      good = good && apply(BinaryOp::Mod) == wrapped(b == 0 ? 0 : a - quotient * b);
      good = good && apply(BinaryOp::RShift) == wrapped(int64_t{a} >> (b & 63));
      good = good && apply(BinaryOp::LShift) == wrapped(static_cast<int64_t>(static_cast<uint64_t>(a) << (b & 63)));
      good = good && apply_compare(CompareOp::Lt, kind, left, right) == (a < b);
      good = good && apply_max(kind, left, right) == wrapped(std::max(a, b));
      if (!good) {
        FAIL(name_of(kind) << " " << a << " " << b);
      }
    }
  }
}

} // namespace

TEST_CASE("kinds know their names, sizes and families") {
  CHECK(name_of(ScalarKind::UInt16) == "uint16");
  CHECK(size_of(ScalarKind::Float32) == 4);
  CHECK(dtype_string_of(ScalarKind::Float64) == "<f8");
  CHECK(kind_from_name("int32") == ScalarKind::Int32);
  CHECK(kind_from_dtype_string("|b1") == ScalarKind::Bool);
  CHECK_FALSE(kind_from_name("float16").has_value());
  CHECK_FALSE(is_integer(ScalarKind::Bool));
  CHECK(is_signed(ScalarKind::Float32));
  CHECK(is_unsigned_integer(ScalarKind::UInt8));
}

TEST_CASE("scalars travel through bits and memory of any alignment") {
  CHECK(Scalar::of<int8_t>(-1).bits == ~uint64_t{0});
  CHECK(Scalar::of<uint8_t>(255).bits == 255);
  CHECK(Scalar::of(1.5f).bits == 0x3fc00000u);
  unsigned char memory[16];
  for (ScalarKind kind : all_scalar_kinds) {
    ScalarBits bits = convert_bits(to_bits<int64_t>(-2), ScalarKind::Int64, kind);
    std::fill(std::begin(memory), std::end(memory), 0xaa);
    store_scalar(kind, memory + 3, bits);
    CHECK(load_scalar(kind, memory + 3) == bits);
    CHECK(memory[3 + size_of(kind)] == 0xaa);
  }
  memory[0] = 7;
  CHECK(load_scalar(ScalarKind::Bool, memory) == 1);
}

TEST_CASE("operators of int8 and uint8 on every pair") {
  check_all_pairs<int8_t>();
  check_all_pairs<uint8_t>();
}

TEST_CASE("64-bit integers wrap and divide as Python does") {
  CHECK(add(int64_max, int64_t{1}) == int64_min);
  CHECK(multiply(int64_t{1} << 62, int64_t{4}) == 0);
  CHECK(floor_divide(int64_min, int64_t{-1}) == int64_min);
  CHECK(modulo(int64_min, int64_t{-1}) == 0);
  CHECK(floor_divide(int64_t{-7}, int64_t{2}) == -4);
  CHECK(modulo(int64_t{-7}, int64_t{2}) == 1);
  CHECK(modulo(int64_t{7}, int64_t{-2}) == -1);
  CHECK(floor_divide(int64_t{7}, int64_t{0}) == 0);
  CHECK(modulo(uint64_t{7}, uint64_t{0}) == 0);
  CHECK(floor_divide(~uint64_t{0}, uint64_t{2}) == ~uint64_t{0} / 2);
  CHECK(int_power(int64_t{3}, int64_t{4}) == 81);
  CHECK(int_power(int64_t{2}, int64_t{64}) == 0);
  CHECK(int_power(int64_t{2}, int64_t{-1}) == 0);
  CHECK(shift_left(int64_t{1}, int64_t{64}) == 1);
  CHECK(shift_right(int64_t{-8}, int64_t{65}) == -4);
  CHECK(absolute(int64_min) == int64_min);
  CHECK(negate(uint64_t{1}) == ~uint64_t{0});
  CHECK(compare_mixed(CompareOp::Lt, -1, 0));
  CHECK(compare_mixed(CompareOp::Ne, int64_max, uint64_t{1} << 63));
  CHECK(compare_mixed(CompareOp::Eq, 5, 5));
}

TEST_CASE("bool arithmetic") {
  CHECK(add(true, true));
  CHECK_FALSE(multiply(true, false));
  CHECK_FALSE(invert(true));
  CHECK(apply_unary(UnaryOp::Not, ScalarKind::Float64, to_bits(not_a_number)) == 0);
  CHECK(apply_unary(UnaryOp::Not, ScalarKind::Float64, to_bits(-0.0)) == 1);
}

TEST_CASE("float floor division and modulo are NumPy's") {
  struct Row {
    double a, b, quotient, remainder;
  };
  for (Row row : {Row{7.0, 2.0, 3.0, 1.0}, Row{-7.0, 2.0, -4.0, 1.0}, Row{1.0, 0.1, 9.0, 0.09999999999999995},
                  Row{-1.0, 0.1, -10.0, 5.551115123125783e-17}, Row{3.0, 0.0, infinity, not_a_number},
                  Row{-3.0, 0.0, -infinity, not_a_number}, Row{0.0, 0.0, not_a_number, not_a_number},
                  Row{infinity, 2.0, not_a_number, not_a_number}, Row{5.0, infinity, 0.0, 5.0},
                  Row{-5.0, infinity, -1.0, infinity}, Row{-0.0, 3.0, -0.0, 0.0}, Row{0.0, -3.0, -0.0, -0.0}}) {
    CAPTURE(row.a, row.b);
    auto result = float_divmod(row.a, row.b);
    CHECK(same_bits(ScalarKind::Float64, to_bits(result.quotient), to_bits(row.quotient)));
    CHECK(same_bits(ScalarKind::Float64, to_bits(result.remainder), to_bits(row.remainder)));
  }
}

TEST_CASE("min and max are comparisons with the left operand kept") {
  CHECK(std::signbit(maximum(-0.0, 0.0)));
  CHECK_FALSE(std::signbit(minimum(0.0, -0.0)));
  CHECK(maximum(1.0, not_a_number) == 1.0);
  CHECK(std::isnan(maximum(not_a_number, 1.0)));
}

TEST_CASE("literal powers multiply the low bit first") {
  double x = 1.1, x2 = x * x, x4 = x2 * x2;
  CHECK(pow_literal(x, 7) == x * x2 * x4);
  CHECK(pow_literal(x, 6) == x2 * x4);
  CHECK(pow_literal(x, -2) == 1.0 / x2);
  CHECK(pow_literal(not_a_number, 0) == 1.0);
  CHECK(pow_literal(int64_t{3}, 5) == 243);
  CHECK(pow_literal(0.0, -1) == infinity);
  CHECK(pow_literal(2.0, int64_min) == 0.0);
}

TEST_CASE("conversions have a value for every input") {
  CHECK(float_to_int64(-1.9) == -1);
  CHECK(float_to_int64(9223372036854775808.0) == int64_min);
  CHECK(float_to_int64(not_a_number) == int64_min);
  CHECK(float_to_uint64(9223372036854775808.0) == uint64_t{1} << 63);
  CHECK(float_to_uint64(18446744073709551616.0) == uint64_t{1} << 63);
  CHECK(float_to_uint64(-1.0) == ~uint64_t{0});
  CHECK(convert<uint8_t>(300.7) == 44);
  CHECK(convert<uint8_t>(-1.0) == 255);
  CHECK(convert<int32_t>(infinity) == 0);
  CHECK(convert<bool>(0.1));
  CHECK(convert<bool>(not_a_number));
  CHECK(convert<float>(int64_t{16777217}) == 16777216.0f);
  CHECK(convert<int8_t>(int64_t{200}) == -56);
  CHECK(checked_trunc(-1.5).value == -1);
  CHECK(checked_round(2.5).value == 2);
  CHECK(checked_floor(not_a_number).status == IntStatus::NotANumber);
  CHECK(checked_ceil(infinity).status == IntStatus::Overflow);
  CHECK(checked_trunc(-9223372036854775808.0).value == int64_min);
  CHECK(round_to_digits(2.675, 2) == 2.67);
  CHECK(round_to_digits(25.0, -1) == 20.0);
}

TEST_CASE("promotion: the cells that DESIGN names") {
  using enum ScalarKind;
  CHECK(njit_promotion(BinaryOp::Add, Int32, Int32) == Promotion{Int64, Int64});
  CHECK(njit_promotion(BinaryOp::Add, Float32, Float64) == Promotion{Float64, Float64});
  CHECK(njit_promotion(BinaryOp::Add, UInt64, Int64) == Promotion{Int64, Int64});
  CHECK(njit_array_promotion(BinaryOp::Add, UInt64, Int64) == Promotion{Float64, Float64});
  CHECK(njit_promotion(BinaryOp::TrueDiv, Bool, Int8) == Promotion{Float64, Float64});
  CHECK(njit_promotion(BinaryOp::Pow, Float32, Int64) == Promotion{Float64, Float32});
  CHECK_FALSE(njit_promotion(BinaryOp::LShift, Float64, Int64).has_value());
  CHECK_FALSE(njit_promotion(BinaryOp::MatMul, Float64, Float64).has_value());
  CHECK_FALSE(numpy_promotion(BinaryOp::Sub, Bool, false, Bool, false).has_value());
  CHECK(numpy_promotion(BinaryOp::Add, UInt8, false, Int64, true) == Promotion{UInt8, UInt8});
  CHECK(fits(UInt8, 255));
  CHECK_FALSE(fits(UInt8, 256));
  CHECK_FALSE(fits(UInt64, -1));
  CHECK(fits(Float32, int64_max));
}

TEST_CASE("promotion is symmetric where the operator is") {
  for (ScalarKind a : all_scalar_kinds)
    for (ScalarKind b : all_scalar_kinds) {
      for (BinaryOp op : {BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::TrueDiv, BinaryOp::BitOr}) {
        CHECK(njit_promotion(op, a, b) == njit_promotion(op, b, a));
        CHECK(njit_array_promotion(op, a, b) == njit_array_promotion(op, b, a));
        CHECK(numpy_promotion(op, a, false, b, false) == numpy_promotion(op, b, false, a, false));
      }
      CHECK(njit_compare_operand(a, b) == njit_compare_operand(b, a));
    }
}

// ---- math functions: one answer at every width -----------------------------------------------------------------

namespace {

template <typename T> std::vector<T> math_inputs() {
  std::mt19937_64 random(42);
  std::vector<T> values;
  for (double value : {0.0, 1.0, 0.5, 2.0, 3.0, 1e-310, 5e-324, 1e-45, 1e300, 1e38, 710.0, 1000.0, 1e9, 1e17, 3.14159})
    for (double sign : {1.0, -1.0}) values.push_back(static_cast<T>(sign * value));
  for (double value : {infinity, -infinity, not_a_number}) values.push_back(static_cast<T>(value));
  std::uniform_real_distribution<double> near(-3, 3), wide(-750, 750), exponent(-300, 300);
  for (int index = 0; index < 3000; ++index) {
    values.push_back(static_cast<T>(near(random)));
    values.push_back(static_cast<T>(wide(random)));
    values.push_back(static_cast<T>(std::pow(10.0, exponent(random))));
    values.push_back(from_bits<T>(random()));
  }
  while (values.size() % 16 != 0) values.push_back(T{1});
  return values;
}

// Each calls a vector function through its true signature on all inputs. `b` is used when the arity is 2.
#define PYVM_RUN_VECTORS(name, isa, element, Register, load, store)                                                    \
  __attribute__((target(isa))) void name(void* function, int arity, const std::vector<element>& a,                     \
                                         const std::vector<element>& b, std::vector<element>& out) {                   \
    constexpr size_t lanes = sizeof(Register) / sizeof(element);                                                       \
    for (size_t first = 0; first < a.size(); first += lanes) {                                                         \
      Register left = load(&a[first]);                                                                                 \
      Register right = load(&b[first]);                                                                                \
      store(&out[first], arity == 1 ? reinterpret_cast<Register (*)(Register)>(function)(left)                         \
                                    : reinterpret_cast<Register (*)(Register, Register)>(function)(left, right));      \
    }                                                                                                                  \
  }
PYVM_RUN_VECTORS(run_d4, "avx2,fma", double, __m256d, _mm256_loadu_pd, _mm256_storeu_pd)
PYVM_RUN_VECTORS(run_f8, "avx2,fma", float, __m256, _mm256_loadu_ps, _mm256_storeu_ps)
PYVM_RUN_VECTORS(run_d8, "avx512f", double, __m512d, _mm512_loadu_pd, _mm512_storeu_pd)
PYVM_RUN_VECTORS(run_f16, "avx512f", float, __m512, _mm512_loadu_ps, _mm512_storeu_ps)
#undef PYVM_RUN_VECTORS

template <typename T>
using RunVectors = void (*)(void*, int, const std::vector<T>&, const std::vector<T>&, std::vector<T>&);

template <typename T> void check_lanes_agree(int lanes, RunVectors<T> run) {
  constexpr ScalarKind kind = kind_of<T>;
  std::vector<T> a = math_inputs<T>(), b = a, out(a.size());
  std::shuffle(b.begin(), b.end(), std::mt19937(7));
  for (MathFunction function : all_math_functions) {
    void* vector = vector_function(function, kind, lanes);
    if (vector == nullptr) continue;
    run(vector, arity_of(function), a, b, out);
    int different = 0;
    for (size_t index = 0; index != a.size(); ++index) {
      ScalarBits scalar = apply_math(function, kind, to_bits(a[index]), to_bits(b[index]));
      if (same_bits(kind, scalar, to_bits(out[index]))) continue;
      if (++different == 1)
        UNSCOPED_INFO(name_of(function) << "(" << a[index] << ", " << b[index] << ") scalar " << from_bits<T>(scalar)
                                        << ", " << lanes << " lanes " << out[index]);
    }
    CHECK(different == 0);
  }
}

} // namespace

TEST_CASE("math: AVX2 lanes give the scalar variants' bits") {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    REQUIRE(vector_function(MathFunction::Exp, ScalarKind::Float64, 4) != nullptr);
    check_lanes_agree<double>(4, run_d4);
    check_lanes_agree<float>(8, run_f8);
  }
}

TEST_CASE("math: AVX-512 lanes give the scalar variants' bits") {
  if (__builtin_cpu_supports("avx512f")) {
    REQUIRE(vector_function(MathFunction::Pow, ScalarKind::Float32, 16) != nullptr);
    check_lanes_agree<double>(8, run_d8);
    check_lanes_agree<float>(16, run_f16);
  }
}

TEST_CASE("math functions never raise and follow C99 at the edges") {
  auto f64 = [](MathFunction function, double a, double b = 0) {
    return from_bits<double>(apply_math(function, ScalarKind::Float64, to_bits(a), to_bits(b)));
  };
  CHECK(std::isnan(f64(MathFunction::Sqrt, -1)));
  CHECK(f64(MathFunction::Log, 0) == -infinity);
  CHECK(std::isnan(f64(MathFunction::Log, -1)));
  CHECK(f64(MathFunction::Exp, 1000) == infinity);
  CHECK(f64(MathFunction::Pow, 0, -1) == infinity);
  CHECK(f64(MathFunction::Pow, not_a_number, 0) == 1);
  CHECK(f64(MathFunction::Pow, 1, not_a_number) == 1);
  CHECK(f64(MathFunction::Pow, -8, 3) == -512);
  CHECK(std::isnan(f64(MathFunction::Pow, -8, 1.0 / 3)));
  CHECK(std::isnan(f64(MathFunction::Sin, infinity)));
  CHECK(math_function_from_name("hypot") == MathFunction::Hypot);
  CHECK(vector_function(MathFunction::Sqrt, ScalarKind::Float64, 4) == nullptr);
  CHECK(vector_function(MathFunction::Exp, ScalarKind::Float64, 3) == nullptr);
  CHECK(math_kind(ScalarKind::Int32) == ScalarKind::Float64);
  CHECK(math_kind(MathFunction::Hypot, ScalarKind::Float32, ScalarKind::Float32) == ScalarKind::Float32);
  CHECK(math_kind(MathFunction::Hypot, ScalarKind::Float32, ScalarKind::Int16) == ScalarKind::Float32);
  CHECK(math_kind(MathFunction::Hypot, ScalarKind::Float32, ScalarKind::UInt16) == ScalarKind::Float64);
  CHECK(math_kind(MathFunction::Copysign, ScalarKind::Int8, ScalarKind::Bool) == ScalarKind::Float32);
  CHECK(ufunc_math_kind(MathFunction::Exp, ScalarKind::UInt16) == ScalarKind::Float32);
  CHECK(ufunc_math_kind(MathFunction::Exp, ScalarKind::Int32) == ScalarKind::Float64);
  CHECK(ufunc_math_kind(MathFunction::Floor, ScalarKind::UInt16) == ScalarKind::UInt16);
  CHECK(ufunc_math_kind(MathFunction::Hypot, ScalarKind::Int8, ScalarKind::Int32) == ScalarKind::Float64);
  CHECK(ufunc_math_kind(MathFunction::Hypot, ScalarKind::Float32, ScalarKind::Int64) == ScalarKind::Float32);
  CHECK(ufunc_math_kind(MathFunction::Fmod, ScalarKind::UInt8, ScalarKind::Int8) == ScalarKind::Int16);
  CHECK(int_fmod<int32_t>(-7, 3) == -1);
  CHECK(int_fmod<int64_t>(INT64_MIN, -1) == 0);
  CHECK(int_fmod<uint8_t>(7, 0) == 0);
}

// ---- reductions --------------------------------------------------------------------------------------------------

namespace {

// The rules of the design spelled out, with empty lanes as such: an optional instead of the identity.
std::optional<double> join(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return a ? a : b;
  return *a + *b;
}

double sum_model(double live_in, const std::vector<double>& values, int64_t block, size_t lanes) {
  std::vector<std::optional<double>> blocks;
  for (size_t begin = 0; begin < values.size(); begin += static_cast<size_t>(block)) {
    std::vector<std::optional<double>> lane(lanes);
    size_t end = std::min(values.size(), begin + static_cast<size_t>(block));
    for (size_t t = begin; t != end; ++t) lane[(t - begin) % lanes] = join(lane[(t - begin) % lanes], values[t]);
    for (size_t width = lanes / 2; width != 0; width /= 2)
      for (size_t l = 0; l != width; ++l) lane[l] = join(lane[l], lane[l + width]);
    blocks.push_back(lane[0]);
  }
  while (blocks.size() > 1) {
    std::vector<std::optional<double>> next;
    for (size_t index = 0; index < blocks.size(); index += 2)
      next.push_back(index + 1 < blocks.size() ? join(blocks[index], blocks[index + 1]) : blocks[index]);
    blocks = next;
  }
  return live_in + *blocks[0];
}

ScalarBits reduce(ReductionOp op, ScalarKind kind, ScalarBits live_in, const std::vector<ScalarBits>& values,
                  int64_t block, int lanes) {
  std::vector<ScalarBits> blocks;
  int64_t count = static_cast<int64_t>(values.size());
  for (int64_t begin = 0; begin < count; begin += block) {
    std::vector<ScalarBits> lane(static_cast<size_t>(lanes), identity_bits(op, kind, live_in));
    for (int64_t t = begin; t < std::min(count, begin + block); ++t) {
      ScalarBits& mine = lane[static_cast<size_t>(lane_of(t, block, lanes))];
      mine = contribute_bits(op, kind, mine, values[static_cast<size_t>(t)]);
    }
    blocks.push_back(fold_lanes(op, kind, lane));
  }
  return join_live_in(op, kind, live_in, combine_blocks(op, kind, blocks));
}

} // namespace

TEST_CASE("the reduction grid") {
  CHECK(block_size(10'000'000, false) == 4096);
  CHECK(block_size(1000, true) == 1);
  CHECK(block_size(1024, true) == 1);
  CHECK(block_size(1025, true) == 2);
  CHECK(block_size(0, true) == 1);
  CHECK(block_size(int64_max, true) == (int64_max / 1024) + 1);
  CHECK(block_count(0, 4096) == 0);
  CHECK(block_count(4097, 4096) == 2);
  CHECK(lane_count(2) == 32);
  CHECK(lane_count(3) == 16);
  CHECK(reduction_of(BinaryOp::TrueDiv) == ReductionOp::Div);
  CHECK_FALSE(reduction_of(BinaryOp::Pow).has_value());
  CHECK(accumulator_kind(ReductionOp::Add, ScalarKind::Int64, ScalarKind::Float64) == ScalarKind::Float64);
  CHECK(accumulator_kind(ReductionOp::Div, ScalarKind::Int64, ScalarKind::Int64) == ScalarKind::Float64);
  CHECK(accumulator_kind(ReductionOp::Min, ScalarKind::UInt8, ScalarKind::UInt8) == ScalarKind::UInt8);
  CHECK_FALSE(accumulator_kind(ReductionOp::BitOr, ScalarKind::Float64, ScalarKind::Int64).has_value());
}

TEST_CASE("a float sum is the model's, bit for bit") {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> number(-1e6, 1e6);
  for (size_t count : {1u, 5u, 31u, 32u, 33u, 4095u, 4096u, 4097u, 20000u}) {
    std::vector<double> values(count);
    std::vector<ScalarBits> bits(count);
    for (size_t index = 0; index != count; ++index) bits[index] = to_bits(values[index] = number(random));
    for (int lanes : {16, 32})
      for (int64_t block : {int64_t{4096}, int64_t{1}, int64_t{7}})
        CHECK(reduce(ReductionOp::Add, ScalarKind::Float64, to_bits(0.25), bits, block, lanes) ==
              to_bits(sum_model(0.25, values, block, static_cast<size_t>(lanes))));
  }
}

TEST_CASE("identities leave every value alone") {
  std::vector<double> specials = {0.0, -0.0, 1.5, -infinity, infinity, 5e-324};
  for (ReductionOp op : {ReductionOp::Add, ReductionOp::Mul})
    for (double value : specials) {
      ScalarBits empty = identity_bits(op, ScalarKind::Float64, 0);
      CHECK(combine_bits(op, ScalarKind::Float64, empty, to_bits(value)) == to_bits(value));
      CHECK(combine_bits(op, ScalarKind::Float64, to_bits(value), empty) == to_bits(value));
    }
  CHECK(contribute_bits(ReductionOp::Sub, ScalarKind::Float64, identity_bits(ReductionOp::Sub, ScalarKind::Float64, 0),
                        to_bits(-0.0)) == to_bits(0.0));
  CHECK(identity_bits(ReductionOp::BitAnd, ScalarKind::Bool, 0) == 1);
  CHECK(identity_bits(ReductionOp::BitAnd, ScalarKind::Int64, 0) == ~uint64_t{0});
}

TEST_CASE("the other reductions") {
  auto ints = [](std::vector<int64_t> values) { return std::vector<ScalarBits>(values.begin(), values.end()); };
  auto run = [&](ReductionOp op, int64_t live_in, std::vector<int64_t> values) {
    return static_cast<int64_t>(
        reduce(op, ScalarKind::Int64, static_cast<ScalarBits>(live_in), ints(values), 4096, 32));
  };
  CHECK(run(ReductionOp::Sub, 100, {1, 2, 3}) == 94);
  CHECK(run(ReductionOp::Mul, 2, {3, 5}) == 30);
  CHECK(run(ReductionOp::BitAnd, 12, {10}) == 8);
  CHECK(run(ReductionOp::BitOr, 1, {2, 4}) == 7);
  CHECK(run(ReductionOp::BitXor, 1, {3, 3}) == 1);
  CHECK(run(ReductionOp::Min, 5, {7, 3, 9}) == 3);
  CHECK(run(ReductionOp::Max, 50, {7, 3, 9}) == 50);
  CHECK(from_bits<double>(reduce(ReductionOp::Div, ScalarKind::Float64, to_bits(100.0), {to_bits(4.0), to_bits(5.0)},
                                 4096, 32)) == 100.0 * (0.25 * 0.2));
}

// ---- text ---------------------------------------------------------------------------------------------------------

TEST_CASE("repr of floats") {
  CHECK(repr_of(0.1) == "0.1");
  CHECK(repr_of(1e16) == "1e+16");
  CHECK(repr_of(9999999999999998.0) == "9999999999999998.0");
  CHECK(repr_of(0.0001) == "0.0001");
  CHECK(repr_of(0.00001) == "1e-05");
  CHECK(repr_of(-0.0) == "-0.0");
  CHECK(repr_of(-not_a_number) == "nan");
  CHECK(repr_of(-infinity) == "-inf");
  CHECK(repr_of(0.1f) == "0.1");
  CHECK(repr_of(1e6f) == "1e+06");
  CHECK(positional_text(0.123456789012, 8) == "0.12345679");
  CHECK(positional_text(3.0) == "3.");
  CHECK(scientific_text(1.5e-10, 8) == "1.5e-10");
}

TEST_CASE("format specs") {
  auto text = [](const FormatResult& result) { return (result.status == FormatStatus::Ok ? "" : "! ") + result.text; };
  CHECK(text(format_float(3.14159, ".2f")) == "3.14");
  CHECK(text(format_float(1234567.5, ",.1f")) == "1,234,567.5");
  CHECK(text(format_float(0.5, "08.3%")) == "050.000%");
  CHECK(text(format_float(1e20, "")) == "1e+20");
  CHECK(text(format_int(255, "#06x")) == "0x00ff");
  CHECK(text(format_int(int64_min, "_d")) == "-9_223_372_036_854_775_808");
  CHECK(text(format_uint(~uint64_t{0}, "x")) == "ffffffffffffffff");
  CHECK(text(format_bool(true, "")) == "True");
  CHECK(text(format_bool(true, "3d")) == "  1");
  CHECK(text(format_text("äö", "é^6")) == "ééäöéé");
  CHECK(text(format_text("hello", ".2")) == "he");
  CHECK(text(format_int(5, ".2")) == "! Precision not allowed in integer format specifier");
  CHECK(text(format_text("x", "d")) == "! Unknown format code 'd' for object of type 'str'");
}

TEST_CASE("parsing floats") {
  CHECK(parse_float(" 1_0.5 ") == 10.5);
  CHECK(parse_float("1e400") == infinity);
  CHECK(parse_float("-1e-400") == 0.0);
  CHECK_FALSE(parse_float("1__0").has_value());
  CHECK_FALSE(parse_float("").has_value());
  CHECK(std::isnan(parse_float("NaN").value()));
}

// The known answers that come with the paper's library (Random123, kat_vectors).
TEST_CASE("Philox4x32-10") {
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) == PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("what an iteration draws") {
  IterationStream stream(0, 0);
  CHECK(stream.next() == 0xe169c58d6627e8d5);
  CHECK(stream.next() == 0x9b00dbd8bc57ac4c);
  const uint64_t third = stream.next(), fourth = stream.next();
  CHECK(stream.drawn() == 4);
  stream.continue_at(3);
  CHECK(stream.next() == fourth);
  stream.continue_at(2);
  CHECK(stream.next() == third);
  IterationStream other(0x299f31d0a4093822, static_cast<int64_t>(0x85a308d3243f6a88));
  CHECK(other.next() != third);

  CHECK(unit_of_draw(0) == 0.0);
  CHECK(unit_of_draw(~uint64_t{0}) == 1.0 - 0x1p-53);
  CHECK(bounded_of_draw(~uint64_t{0}, 9) == 9);
  CHECK(bounded_of_draw(0, 9) == 0);
  CHECK(bounded_of_draw(uint64_t{1} << 63, ~uint64_t{0}) == uint64_t{1} << 63);
  CHECK(normal_of_draws(0, 0) == 0.0);
  // The longest tail: 1 - u is 2**-53.
  CHECK(normal_of_draws(~uint64_t{0}, 0) == Approx(8.5716).epsilon(1e-4));
}
