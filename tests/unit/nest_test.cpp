// The planner of loop nests: affine forms, entry checks, dependences, plans, widening, and the whole pipeline.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <random>

#include "tracer/ir/builder.h"
#include "tracer/ir/evaluate.h"
#include "tracer/ir/parse.h"
#include "tracer/ir/print.h"
#include "tracer/ir/verify.h"
#include "tracer/nest/pipeline.h"

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

std::vector<std::string> problems(const Region& region) { return ir::verify(region); }

} // namespace

// ---- forms, bounds, dependences: against brute force ------------------------------------------------------

namespace {

// A region with one ordinal loop t, an inner loop j in it, and accesses to array slots of one or two dimensions.
struct Small {
  Region region;
  std::optional<ir::Builder> b;
  ir::ValueId t = ir::no_id, j = ir::no_id;
  ir::ExitId leave = ir::no_id;
  std::vector<std::uint64_t> scalars;

  explicit Small(std::vector<ir::ArraySlot> arrays, std::vector<std::int64_t> numbers = {}) {
    region.name = "small";
    region.line = 1;
    region.arrays = std::move(arrays);
    for (const std::int64_t number : numbers) {
      region.scalars.push_back({ScalarKind::Int64, static_cast<std::uint16_t>(40 + scalars.size())});
      scalars.push_back(static_cast<std::uint64_t>(number));
    }
    b.emplace(region);
    leave =
        b->add_exit({.operands = {}, .entries = {}, .frames = {{.pc = 1}}, .reason = "index out of range", .line = 3});
    b->set_line(1);
    t = b->begin_for(b->begin(), b->end(), 1).index;
  }
  ir::ValueId number(std::int64_t value) { return b->int_constant(value); }
  ir::ValueId times(ir::ValueId value, std::int64_t factor) { return b->emit(ir::Op::Mul, {value, number(factor)}); }
  ir::ValueId plus(ir::ValueId x, ir::ValueId y) { return b->emit(ir::Op::Add, {x, y}); }
  ir::ValueId shift(ir::ValueId x, std::int64_t y) { return plus(x, number(y)); }
  void open_j(ir::ValueId lo, ir::ValueId hi, std::int64_t step = 1, bool declared = false) {
    b->set_line(2);
    j = b->begin_for(lo, hi, step).index;
    if (declared) b->declare_independent();
    b->set_line(3);
  }
  std::vector<ir::ValueId> checked(int slot, const std::vector<ir::ValueId>& subscripts) {
    std::vector<ir::ValueId> result;
    for (std::size_t d = 0; d < subscripts.size(); ++d)
      result.push_back(b->index(subscripts[d], b->dim(b->array(slot), static_cast<int>(d)), leave));
    return result;
  }
  ir::ValueId load(int slot, const std::vector<ir::ValueId>& subscripts) {
    return b->load(b->array(slot), checked(slot, subscripts));
  }
  void store(int slot, const std::vector<ir::ValueId>& subscripts, ir::ValueId value) {
    b->store(b->array(slot), checked(slot, subscripts), value);
  }
  void done() {
    if (j != ir::no_id) b->end_for();
    b->end_for();
    b->finish();
    INFO(print(region));
    REQUIRE(problems(region) == std::vector<std::string>{});
  }
};

ir::ArraySlot doubles(int ndim) { return {ScalarKind::Float64, static_cast<std::uint8_t>(ndim), true, true, 0}; }

ir::ArrayDescriptor descriptor(double* data, std::int64_t rows, std::int64_t columns = 0) {
  ir::ArrayDescriptor array{reinterpret_cast<std::byte*>(data), {rows, columns}, {8, 8}};
  if (columns > 0) array.strides[0] = 8 * columns;
  return array;
}

EntryChecks checks_of(const Region& region) {
  Nest nest(region);
  EntryChecks checks;
  checks.bounds = find_hoistable(nest).rows;
  checks.table = nest.table();
  checks.slots = region.arrays;
  return checks;
}

} // namespace

TEST_CASE("forms follow sums and products of indices and invariants, and nothing else") {
  Small s({doubles(1)}, {7, 3});
  const ir::ValueId n = s.b->param(0), m = s.b->param(1);
  s.open_j(s.number(0), n);
  const ir::ValueId affine = s.plus(s.b->emit(ir::Op::Mul, {s.plus(s.t, m), n}), s.times(s.j, -2));
  const ir::ValueId shifted = s.b->emit(ir::Op::Shl, {s.t, s.number(3)});
  const ir::ValueId square = s.b->emit(ir::Op::Mul, {s.t, s.j});
  const ir::ValueId halves = s.b->emit(ir::Op::FloorDiv, {n, s.number(2)});
  const ir::ValueId half_row = s.b->emit(ir::Op::FloorDiv, {s.t, s.number(2)});
  const ir::ValueId loaded = s.b->emit(ir::Op::FloatToInt, {s.load(0, {s.t})});
  s.store(0, {s.plus(s.t, s.j)}, s.b->float_constant(1));
  s.done();

  Nest nest(s.region);
  REQUIRE(nest.form(affine));
  REQUIRE(nest.form(shifted));
  CHECK_FALSE(nest.form(square));
  CHECK(nest.form(halves));
  CHECK_FALSE(nest.form(half_row));
  CHECK_FALSE(nest.form(loaded));
  const Numbers numbers(nest.table(), s.scalars.data(), nullptr);
  const auto linear = numbers.linear(*nest.form(affine)); // (t + 3) * 7 - 2 * j
  REQUIRE(linear);
  CHECK(linear->constant == 21);
  CHECK(linear->coefficient(0) == 7);
  CHECK(linear->coefficient(1) == -2);
  const Span span = numbers.span(*linear, 1, 2, 10);
  CHECK(span.least == 21 + 14 - 12);
  CHECK(span.greatest == 21 + 63);
  CHECK(numbers.linear(*nest.form(halves))->constant == 3);
}

TEST_CASE("bounds at entry hold exactly when every subscript that runs is in range") {
  std::mt19937 random(7);
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  int held = 0, failed = 0;
  for (int round = 0; round < 1500; ++round) {
    const int a = pick(-3, 3), c = pick(-3, 3), k = pick(-4, 12), step = pick(1, 3);
    const int lo_t = pick(-1, 1), lo_k = pick(-3, 3), hi_t = pick(-1, 1), hi_k = pick(-2, 9), limit = pick(3, 9);
    const bool limited = pick(0, 2) == 0;
    Small s({doubles(1)}, {limit});
    const ir::ValueId lo = s.shift(s.times(s.t, lo_t), lo_k);
    ir::ValueId hi = s.shift(s.times(s.t, hi_t), hi_k);
    if (limited) hi = s.b->emit(ir::Op::Min, {hi, s.b->param(0)});
    s.open_j(lo, hi, step);
    s.store(0, {s.shift(s.plus(s.times(s.t, a), s.times(s.j, c)), k)}, s.b->float_constant(1));
    s.done();
    const EntryChecks checks = checks_of(s.region);
    if (checks.bounds.empty()) continue; // the builder saw that the loop never runs
    double memory[40];
    const ir::ArrayDescriptor array = descriptor(memory, pick(0, 30));
    const Entry entry(checks, s.scalars.data(), &array);
    const std::int64_t constant = a == 0 && c == 0 && k < 0 ? k + array.shape[0] : k; // counted from the end
    const auto passes = [&](std::int64_t t) {
      const std::int64_t end = limited ? std::min<std::int64_t>(hi_t * t + hi_k, limit) : hi_t * t + hi_k;
      for (std::int64_t j = lo_t * t + lo_k; j < end; j += step)
        if (a * t + c * j + constant < 0 || a * t + c * j + constant >= array.shape[0]) return false;
      return true;
    };
    const std::int64_t begin = pick(0, 3), end = begin + pick(1, 9);
    bool all = true;
    for (std::int64_t t = begin; t < end; ++t) all = all && passes(t);
    INFO(print(s.region) << "length " << array.shape[0] << " [" << begin << ", " << end << ")");
    if (entry.holds(begin, end)) CHECK(all);
    const bool fixed_start = lo_t == hi_t || step == 1; // else the last index is not a form
    const bool exact = fixed_start && !limited;
    if (exact && all) {
      // All iterations pass alone; together their hull may be judged too wide only where both bounds move.
      bool alone = true;
      for (std::int64_t t = begin; t < end; ++t) alone = alone && entry.holds(t, t + 1);
      CHECK(alone);
    }
    (entry.holds(begin, end) ? held : failed)++;
    const std::int64_t prefix = entry.longest_prefix(begin, end);
    for (std::int64_t t = begin; t < begin + prefix; ++t) CHECK(passes(t));
    for (std::int64_t t = begin; t < end;) {
      const Entry::Piece piece = entry.next_piece(t, end);
      REQUIRE((piece.count > 0 && t + piece.count <= end));
      if (piece.fast) CHECK(entry.holds(t, t + piece.count));
      t += piece.count;
    }
  }
  CHECK(held > 200);
  CHECK(failed > 200);
}

TEST_CASE("a failing neighbourhood is cut out, and negative subscripts run careful") {
  Small s({doubles(1)});
  s.store(0, {s.shift(s.t, -3)}, s.load(0, {s.number(-1)}));
  s.done();
  const EntryChecks checks = checks_of(s.region);
  REQUIRE(checks.bounds.size() == 2);
  double memory[100];
  const ir::ArrayDescriptor array = descriptor(memory, 100);
  const Entry entry(checks, nullptr, &array);
  CHECK_FALSE(entry.holds(0, 200));
  Entry::Piece piece = entry.next_piece(0, 200);
  CHECK((piece.count == 3 && !piece.fast)); // 0 - 3 wraps
  piece = entry.next_piece(3, 200);
  CHECK((piece.count == 100 && piece.fast)); // a[-1] itself is hoisted: counted from the end
  piece = entry.next_piece(103, 200);
  CHECK((piece.count == 97 && !piece.fast));
  const ir::ArrayDescriptor none_at_all = descriptor(memory, 0);
  CHECK_FALSE(Entry(checks, nullptr, &none_at_all).holds(5, 6));
}

TEST_CASE("bounds do not overflow") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  Small s({doubles(1)}, {most, most / 2});
  const ir::ValueId big = s.b->emit(ir::Op::Mul, {s.b->param(0), s.b->param(1)});
  s.open_j(s.number(0), s.b->param(0));
  s.store(0, {s.plus(s.b->emit(ir::Op::Mul, {s.t, s.b->param(0)}), s.j)}, s.b->float_constant(1));
  s.store(0, {s.b->emit(ir::Op::Mul, {s.b->emit(ir::Op::Mul, {big, s.b->param(0)}), s.t})}, s.b->float_constant(1));
  s.done();
  const EntryChecks checks = checks_of(s.region);
  double memory[4];
  ir::ArrayDescriptor array = descriptor(memory, 4);
  CHECK_FALSE(Entry(checks, s.scalars.data(), &array).holds(0, 1));
  CHECK_FALSE(Entry(checks, s.scalars.data(), &array).holds(most - 1, most));
  const std::uint64_t small[] = {2, 0};
  CHECK(Entry(checks, small, &array).holds(0, 2));
  CHECK_FALSE(Entry(checks, small, &array).holds(0, 3));
}

TEST_CASE("whether two lines meet") {
  for (int x = -4; x <= 4; ++x)
    for (int y = -4; y <= 4; ++y)
      for (int c = -9; c <= 9; ++c)
        for (int count = 0; count <= 5; ++count) {
          bool meet = false;
          for (int i = 0; i < count; ++i)
            for (int j = 0; j < count; ++j) meet = meet || (i != j && x * i - y * j == c);
          INFO(x << " * i - " << y << " * j = " << c << " in [0, " << count << ")");
          REQUIRE(lines_meet(x, y, c, count) == (meet ? Meeting::Proven : Meeting::Never));
        }
}

namespace {

Order order_of_small(const Small& s, const std::vector<ir::ArrayDescriptor>& arrays, std::int64_t count, bool grain,
                     LoopId loop = 0) {
  Nest nest(s.region);
  return order_of(find_dependences(nest, grain), loop, s.scalars.data(), arrays.data(), 0, count);
}

} // namespace

TEST_CASE("dependences between iterations agree with brute force") {
  std::mt19937 random(11);
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  int independent = 0, proven = 0;
  for (int round = 0; round < 4000; ++round) {
    // store a[p * t + q * j + r, u * t + v] and load a (or a view of it) at another place
    const int dims = pick(1, 2);
    int f[2][5];
    for (auto& place : f)
      place[0] = pick(-2, 2), place[1] = pick(0, 3) == 0 ? pick(-3, 3) : 0, place[2] = pick(0, 9),
      place[3] = pick(-1, 1), place[4] = pick(0, 4);
    const bool view = pick(0, 2) == 0;
    const int offset = pick(0, 6), width = pick(1, 4), count = pick(1, 7);
    Small s({doubles(dims), doubles(dims)}, {width});
    s.open_j(s.number(0), s.b->param(0));
    const auto subscripts = [&](const int* g) {
      std::vector<ir::ValueId> result{s.shift(s.plus(s.times(s.t, g[0]), s.times(s.j, g[1])), g[2])};
      if (dims == 2) result.push_back(s.shift(s.times(s.t, g[3]), g[4]));
      return result;
    };
    s.store(0, subscripts(f[0]), s.load(view ? 1 : 0, subscripts(f[1])));
    s.done();
    double memory[4000];
    std::vector<ir::ArrayDescriptor> arrays{descriptor(memory + 1000, 100, dims == 2 ? 20 : 0),
                                            descriptor(memory + 1000 + offset, 100, dims == 2 ? 20 : 0)};
    const auto place = [&](const int* g, const ir::ArrayDescriptor& array, int t, int j, bool& wraps) {
      std::int64_t x = g[0] * t + g[1] * j + g[2], y = dims == 2 ? g[3] * t + g[4] : 0;
      wraps = wraps || x < 0 || y < 0;
      if (x < 0) x += array.shape[0];
      if (y < 0) y += array.shape[1];
      return array.data + x * array.strides[0] + (dims == 2 ? y * array.strides[1] : 0);
    };
    bool conflict = false, wraps = false;
    for (int t = 0; t < count; ++t)
      for (int u = 0; u < count; ++u)
        for (int j = 0; j < width; ++j)
          for (int k = 0; k < width; ++k) {
            if (t == u) continue;
            const auto* written = place(f[0], arrays[0], t, j, wraps);
            conflict = conflict || written == place(f[0], arrays[0], u, k, wraps) ||
                       written == place(f[1], arrays[view ? 1 : 0], u, k, wraps);
          }
    INFO(print(s.region) << count << " iterations, width " << width << ", offset " << offset);
    const Order strict = order_of_small(s, arrays, count, false), declared = order_of_small(s, arrays, count, true);
    if (strict.independent()) CHECK_FALSE(conflict);
    const bool certain = declared.reason == Reason::SameElement || declared.reason == Reason::OtherIteration ||
                         declared.reason == Reason::SharedMemory;
    if (certain && !wraps) CHECK(conflict);
    if (dims == 1 && f[0][1] == 0 && f[1][1] == 0 && !wraps) CHECK(strict.independent() == !conflict);
    independent += strict.independent();
    proven += certain;
  }
  CHECK(independent > 500);
  CHECK(proven > 500);
}

TEST_CASE("dependences inside a loop whose bounds depend on the one around agree with brute force") {
  std::mt19937 random(12);
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  int independent = 0, conflicts = 0, saved_by_bounds = 0;
  for (int round = 0; round < 6000; ++round) {
    // for j in range(c * t + d, e * t + f, step): store a[p * t + q * j + r, u * t + v * j + w], load at another place
    int f[2][6];
    for (auto& place : f)
      for (int k = 0; k < 6; ++k) place[k] = k % 3 == 2 ? pick(20, 22) : pick(-1, 1);
    const int c = pick(-1, 1), d = pick(-2, 2), e = pick(-1, 1), last = pick(0, 8), step = pick(1, 2), count = pick(1, 7);
    Small s({doubles(2)});
    s.open_j(s.shift(s.times(s.t, c), d), s.shift(s.times(s.t, e), last), step);
    const auto subscripts = [&](const int* g) {
      return std::vector<ir::ValueId>{s.shift(s.plus(s.times(s.t, g[0]), s.times(s.j, g[1])), g[2]),
                                      s.shift(s.plus(s.times(s.t, g[3]), s.times(s.j, g[4])), g[5])};
    };
    s.store(0, subscripts(f[0]), s.load(0, subscripts(f[1])));
    s.done();
    std::vector<double> memory(100 * 100);
    const auto place = [&](const int* g, int t, int j) {
      return std::pair(g[0] * t + g[1] * j + g[2], g[3] * t + g[4] * j + g[5]);
    };
    const auto any_conflict = [&](auto&& may_run) {
      for (int t = 0; t < count; ++t)
        for (int j = -20; j < 20; ++j)
          for (int k = -20; k < 20; ++k)
            if (j != k && may_run(t, j) && may_run(t, k))
              if (const auto written = place(f[0], t, j); written == place(f[0], t, k) || written == place(f[1], t, k))
                return true;
      return false;
    };
    const bool conflict = any_conflict([&](int t, int j) {
      return j >= c * t + d && j < e * t + last && (j - (c * t + d)) % step == 0;
    });
    INFO(print(s.region) << count << " iterations");
    const Order order = order_of_small(s, {descriptor(memory.data(), 100, 100)}, count, false, 1);
    if (order.independent()) CHECK_FALSE(conflict);
    independent += order.independent();
    conflicts += conflict;
    saved_by_bounds += order.independent() && c != 0 && any_conflict([](int, int) { return true; });
  }
  CHECK(independent > 1000);
  CHECK(conflicts > 300);
  CHECK(saved_by_bounds > 100);
}

namespace {

Reason reason_of(Small& s, std::vector<ir::ArrayDescriptor> arrays, bool grain, LoopId loop = 0) {
  s.done();
  const Order order = order_of_small(s, arrays, 50, grain, loop);
  const std::string sentence = sentence_of(order, s.region.arrays, default_register_name);
  CHECK(sentence.empty() == order.independent());
  CHECK(sentence.find("{}") == std::string::npos);
  return order.reason;
}

} // namespace

TEST_CASE("what is unknown is the user's word in a prange, and a conflict in a range loop") {
  double memory[4000];
  const ir::ArrayDescriptor a = descriptor(memory, 200), b = descriptor(memory + 2000, 200);
  const ir::ArrayDescriptor table = descriptor(memory, 60, 20);
  const bool grain = GENERATE(false, true);
  INFO("grain " << grain);
  SECTION("a loaded subscript") {
    Small s({doubles(1), doubles(1)});
    const ir::ValueId at = s.b->emit(ir::Op::FloatToInt, {s.load(1, {s.t})});
    s.store(0, {at}, s.b->float_constant(1));
    CHECK(reason_of(s, {a, b}, grain) == (grain ? Reason::None : Reason::MaybeSameElement));
  }
  SECTION("a loaded subscript in an array that shares memory with one that is read") {
    Small s({doubles(1), doubles(1), doubles(1)});
    const ir::ValueId at = s.b->emit(ir::Op::FloatToInt, {s.load(1, {s.t})});
    s.store(0, {s.t}, s.load(2, {at}));
    CHECK(reason_of(s, {a, b, descriptor(memory + 1, 100)}, grain) == (grain ? Reason::None : Reason::MaybeShared));
  }
  SECTION("an update through a loaded subscript is in order in both") {
    Small s({doubles(1), doubles(1)});
    const ir::ValueId at = s.b->emit(ir::Op::FloatToInt, {s.load(1, {s.t})});
    s.store(0, {at}, s.b->emit(ir::Op::Add, {s.load(0, {at}), s.b->float_constant(1)}));
    CHECK(reason_of(s, {a, b}, grain) == Reason::ArrayUpdate);
  }
  SECTION("an update in a row of one's own") {
    Small s({doubles(2), doubles(1)});
    const ir::ValueId at = s.b->emit(ir::Op::FloatToInt, {s.load(1, {s.t})});
    s.store(0, {s.t, at}, s.b->emit(ir::Op::Add, {s.load(0, {s.t, at}), s.b->float_constant(1)}));
    CHECK(reason_of(s, {table, b}, grain) == Reason::None);
  }
  SECTION("the same place in every iteration, though it is not known where") {
    Small s({doubles(1)}, {7});
    const ir::ValueId at = s.b->emit(ir::Op::FloorMod, {s.b->param(0), s.number(5)});
    s.store(0, {at}, s.b->float_constant(1));
    CHECK(reason_of(s, {a}, grain) == Reason::SameElement);
  }
  SECTION("a sum over an inner loop's index, the same for all iterations") {
    Small s({doubles(1), doubles(2)}, {20});
    s.open_j(s.number(0), s.b->param(0));
    s.store(0, {s.j}, s.b->emit(ir::Op::Add, {s.load(0, {s.j}), s.load(1, {s.t, s.j})}));
    CHECK(reason_of(s, {a, table}, grain) == Reason::SameElement);
  }
  SECTION("blocks that an inner loop's bounds keep apart") {
    Small s({doubles(1)}, {4, 195});
    const ir::ValueId lo = s.b->emit(ir::Op::Mul, {s.t, s.b->param(0)});
    s.open_j(lo, s.b->emit(ir::Op::Min, {s.plus(lo, s.b->param(0)), s.b->param(1)}));
    s.store(0, {s.j}, s.b->emit(ir::Op::Add, {s.load(0, {s.j}), s.b->float_constant(1)}));
    CHECK(reason_of(s, {a}, grain) == Reason::None);
  }
  SECTION("blocks that overlap by one") {
    Small s({doubles(1)}, {4, 195});
    const ir::ValueId lo = s.b->emit(ir::Op::Mul, {s.t, s.b->param(0)});
    s.open_j(lo, s.shift(s.plus(lo, s.b->param(0)), 1));
    s.store(0, {s.j}, s.load(0, {s.j}));
    CHECK(reason_of(s, {a}, grain) == Reason::ArrayUpdate);
  }
  SECTION("in place from the other end: the two halves cross") {
    Small s({doubles(1)}, {49});
    s.store(0, {s.t}, s.load(0, {s.b->emit(ir::Op::Sub, {s.b->param(0), s.t})}));
    CHECK(reason_of(s, {a}, grain) == Reason::OtherIteration);
  }
  SECTION("in place from beyond the trips: they do not meet") {
    Small s({doubles(1)}, {149});
    s.store(0, {s.t}, s.load(0, {s.b->emit(ir::Op::Sub, {s.b->param(0), s.t})}));
    CHECK(reason_of(s, {a}, grain) == Reason::None);
  }
  SECTION("even elements from odd ones") {
    Small s({doubles(1)});
    s.store(0, {s.times(s.t, 2)}, s.load(0, {s.shift(s.times(s.t, 2), 1)}));
    CHECK(reason_of(s, {a}, grain) == Reason::None);
  }
  SECTION("two views of one array, interleaved") {
    Small s({doubles(1), doubles(1)});
    s.store(0, {s.t}, s.load(1, {s.t}));
    ir::ArrayDescriptor even = descriptor(memory, 100), odd = descriptor(memory + 1, 100);
    even.strides[0] = odd.strides[0] = 16;
    CHECK(reason_of(s, {even, odd}, grain) == Reason::None);
  }
  SECTION("an inner loop, whatever the outer one does") {
    Small s({doubles(2)}, {19});
    s.open_j(s.number(1), s.b->param(0));
    s.store(0, {s.t, s.j}, s.load(0, {s.t, s.shift(s.j, -1)}));
    CHECK(reason_of(s, {table}, grain, 1) == Reason::OtherIteration);
  }
  SECTION("an inner loop that reads the row above") {
    Small s({doubles(2)}, {19});
    s.open_j(s.number(1), s.b->param(0));
    s.store(0, {s.shift(s.t, 1), s.j}, s.load(0, {s.t, s.shift(s.j, -1)}));
    CHECK(reason_of(s, {table}, grain, 1) == Reason::None);
  }
}

TEST_CASE("the two kernels give the bits of the plain loops, whatever the sizes") {
  for (const int lanes : {1, 4, 8}) {
    for (const std::int64_t n : {1, 7, 8, 31, 40, 100}) {
      const std::int64_t m = n + 3, p = 2 * n + 1;
      std::vector<double> a(static_cast<std::size_t>(n * m)), b(static_cast<std::size_t>(m * p)),
          c(static_cast<std::size_t>(n * p)), expected(c);
      std::mt19937 random(static_cast<unsigned>(n));
      for (auto* values : {&a, &b})
        for (double& value : *values) value = static_cast<double>(random()) / 1e9 - 2;
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < p; ++j)
          for (std::int64_t k = 0; k < m; ++k)
            expected[static_cast<std::size_t>(i * p + j)] +=
                a[static_cast<std::size_t>(i * m + k)] * b[static_cast<std::size_t>(k * p + j)];
      const ir::ArrayDescriptor arrays[] = {descriptor(a.data(), n, m), descriptor(b.data(), m, p),
                                            descriptor(c.data(), n, p)};
      const std::uint64_t scalars[] = {static_cast<std::uint64_t>(m), static_cast<std::uint64_t>(p)};
      const PlannedRegion planned = plan_region(read(matmul_text), {.lanes = lanes,
                                                                    .vector_registers = 32,
                                                                    .scalars = scalars,
                                                                    .arrays = arrays,
                                                                    .iterations = n,
                                                                    .is_grain = true});
      CHECK(PlannedEntry::order(planned, scalars, arrays, 0, n).independent());
      const PlannedEntry entry(planned, scalars, arrays, 0, n);
      const Entry::Piece piece = entry.next_piece(0, n, 0);
      CHECK((piece.fast && piece.count == n));
      ir::RegionContext context{};
      context.scalars = scalars;
      context.arrays = arrays;
      CHECK(ir::evaluate(planned.fast, &context, 0, n) == ir::ran_to_end);
      CHECK(c == expected);
    }
    for (const std::int64_t n : {1, 31, 32, 33, 64, 100, 4096}) {
      std::vector<double> values(static_cast<std::size_t>(n));
      std::vector<std::uint64_t> record(32, to_bits(-0.0));
      double expected[32];
      std::fill(expected, expected + 32, -0.0);
      for (std::int64_t t = 0; t < n; ++t) {
        values[static_cast<std::size_t>(t)] = 0.1 * static_cast<double>(t * t % 77);
        expected[t % 32] += values[static_cast<std::size_t>(t)];
      }
      const ir::ArrayDescriptor array = descriptor(values.data(), n);
      const PlannedRegion planned = plan_region(read(sum_text), {.lanes = lanes,
                                                                 .vector_registers = 16,
                                                                 .scalars = nullptr,
                                                                 .arrays = &array,
                                                                 .iterations = n,
                                                                 .is_grain = true});
      std::uint8_t touched = 0;
      ir::RegionContext context{};
      context.arrays = &array;
      context.lane_record = record.data();
      context.touched = &touched;
      // Entered anew in the middle, as after an exit: pieces begin careful until a whole step.
      const PlannedEntry entry(planned, nullptr, &array, 0, n);
      for (std::int64_t t = 0, stop = std::min<std::int64_t>(5, n); t < n; stop = n)
        while (t < stop) {
          const Entry::Piece piece = entry.next_piece(t, stop, 0);
          CHECK((!piece.fast || t % planned.alignment == 0));
          const Region& region = piece.fast ? planned.fast : planned.careful;
          REQUIRE(ir::evaluate(region, &context, t, t + piece.count) == ir::ran_to_end);
          t += piece.count;
        }
      CHECK(touched == 1);
      for (int lane = 0; lane < 32; ++lane) CHECK(record[static_cast<std::size_t>(lane)] == to_bits(expected[lane]));
    }
  }
}

TEST_CASE("at each entry the plan is checked against that entry's numbers") {
  std::vector<double> memory(5000);
  ir::ArraySlot any_stride = doubles(1);
  any_stride.contiguous = false;
  Small s({any_stride}, {0});
  s.store(0, {s.plus(s.t, s.b->param(0))}, s.b->emit(ir::Op::Add, {s.load(0, {s.t}), s.b->float_constant(1)}));
  s.done();
  const ir::ArrayDescriptor array = descriptor(memory.data(), 2000);
  const PlannedRegion planned = plan_region(s.region, {.lanes = 8,
                                                       .vector_registers = 32,
                                                       .scalars = s.scalars.data(),
                                                       .arrays = &array,
                                                       .iterations = 1000,
                                                       .is_grain = true});
  REQUIRE(!planned.plan.in_lanes.empty());
  const auto entry = [&](std::uint64_t shift, std::int64_t iterations) {
    return PlannedEntry(planned, &shift, &array, 0, iterations).next_piece(0, iterations, 0);
  };
  CHECK(entry(0, 1000).fast);
  CHECK(entry(1000, 1000).fast);
  CHECK_FALSE(entry(1, 1000).fast); // conflicts: one in order
  CHECK(entry(1, 1).fast);
  CHECK(entry(1500, 1000).fast);
  CHECK(entry(1500, 1000).count == 500); // the others are out of range
  CHECK_FALSE(PlannedEntry::order(planned, std::vector<std::uint64_t>{3}.data(), &array, 0, 1000).independent());
  ir::ArrayDescriptor reversed = descriptor(memory.data() + 1999, 2000);
  reversed.strides[0] = -8;
  CHECK_FALSE(PlannedEntry(planned, s.scalars.data(), &reversed, 0, 1000).next_piece(0, 1000, 0).fast);
}

TEST_CASE("a plan made for few iterations, or for arrays that met, is made again") {
  std::vector<double> memory(9000);
  Small s({doubles(1), doubles(1)}, {4});
  s.open_j(s.number(0), s.b->param(0));
  s.store(0, {s.plus(s.times(s.t, 4), s.j)}, s.load(1, {s.j}));
  s.done();
  const ir::ArrayDescriptor apart[] = {descriptor(memory.data(), 8000), descriptor(memory.data() + 8000, 1000)};
  const ir::ArrayDescriptor together[] = {apart[0], descriptor(memory.data() + 7000, 1000)};
  const auto plan = [&](const ir::ArrayDescriptor* arrays, std::uint64_t width, std::int64_t iterations) {
    return plan_region(s.region, {.lanes = 8,
                                  .vector_registers = 32,
                                  .scalars = &width,
                                  .arrays = arrays,
                                  .iterations = iterations,
                                  .is_grain = true});
  };
  const auto wants = [&](const PlannedRegion& planned, const ir::ArrayDescriptor* arrays, std::uint64_t width,
                         std::int64_t iterations) {
    return PlannedEntry::wants_new_plan(planned, &width, arrays, 0, iterations);
  };
  const PlannedRegion small = plan(apart, 4, 4);
  CHECK_FALSE(wants(small, apart, 4, 20));
  CHECK(wants(small, apart, 4, 1000));
  const PlannedRegion large = plan(apart, 4, 1000);
  CHECK_FALSE(wants(large, apart, 4, 100000));
  CHECK_FALSE(wants(large, apart, 4, 3));
  CHECK(wants(large, apart, 900, 1)); // the inner loop has become long
  const PlannedRegion shared = plan(together, 4, 1000);
  CHECK(shared.plan.in_lanes.empty());
  CHECK_FALSE(wants(shared, together, 4, 1000));
  CHECK(wants(shared, apart, 4, 1000));
}
