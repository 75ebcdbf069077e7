// Random regions for the planner's tests: grains of a prange over arrays of several dtypes, with inner loops, small
// branches, gathers, reductions, and (on demand) guards that fail at times and control flow that differs from iteration
// to iteration.
#pragma once

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "tracer/ir/builder.h"
#include "tracer/ir/region_abi.h"
#include "vm/semantics/reduction.h"

namespace nest_random {

using namespace pyvm;
using namespace pyvm::ir;

// The memory that a random region works on; equal seeds fill it equally.
struct World {
  static constexpr std::int64_t length = 150, width = 23;
  static constexpr int slots = 8;
  std::array<std::vector<std::byte>, slots> memory;
  std::array<ArrayDescriptor, slots> arrays{};
  std::vector<std::uint64_t> scalars;
  std::vector<std::uint64_t> record, exit_values;
  std::vector<std::int64_t> left_exits = std::vector<std::int64_t>(max_step, ran_to_end);
  std::vector<std::uint8_t> touched;
  std::int32_t stop = 0;

  static std::vector<ArraySlot> array_slots() {
    return {{ScalarKind::Float64, 1, true, false, 0},  {ScalarKind::Float64, 2, true, false, 1},
            {ScalarKind::Float32, 1, false, false, 2}, {ScalarKind::Int64, 1, true, false, 3},
            {ScalarKind::UInt8, 2, false, false, 4},   {ScalarKind::Float64, 1, true, true, 5},
            {ScalarKind::Float64, 2, false, true, 6},  {ScalarKind::Int32, 1, false, true, 7}};
  }

  explicit World(std::uint32_t seed, std::int64_t start) {
    std::mt19937 random(seed);
    const std::vector<ArraySlot> kinds = array_slots();
    for (int slot = 0; slot < slots; ++slot) {
      const ArraySlot& kind = kinds[static_cast<std::size_t>(slot)];
      const auto size = static_cast<std::int64_t>(size_of(kind.dtype));
      // What is not contiguous has gaps: every other element, or rows with a tail.
      const std::int64_t gap = kind.contiguous || kind.ndim == 2 ? 1 : 2;
      const std::int64_t row = kind.ndim == 2 ? width + (kind.contiguous ? 0 : 5) : 1;
      ArrayDescriptor& array = arrays[static_cast<std::size_t>(slot)];
      auto& bytes = memory[static_cast<std::size_t>(slot)];
      bytes.resize(static_cast<std::size_t>(2 * length * row * gap * size));
      array.shape[0] = 2 * length;
      array.strides[0] = row * gap * size;
      if (kind.ndim == 2) array.shape[1] = width, array.strides[1] = size;
      for (std::size_t at = 0; at + static_cast<std::size_t>(size) <= bytes.size();
           at += static_cast<std::size_t>(size))
        store_scalar(kind.dtype, bytes.data() + at, contents(kind.dtype, random));
      array.data = bytes.data();
    }
    const double x = 0.25 * static_cast<double>(random() % 9);
    scalars = {static_cast<std::uint64_t>(width), to_bits(x), static_cast<std::uint64_t>(start), random() % 2};
    record.assign(2 * 32, 0);
    for (std::size_t lane = 0; lane < 32; ++lane) {
      record[lane] = to_bits(-0.0);
      record[32 + lane] = static_cast<std::uint64_t>(std::int64_t{-1000});
    }
    touched.assign(2, 0);
    exit_values.assign(64 * 16 * max_lanes, 0);
  }

  static ScalarBits contents(ScalarKind kind, std::mt19937& random) {
    if (kind == ScalarKind::Int64) return random() % static_cast<unsigned>(length);
    if (kind == ScalarKind::Float64) return to_bits((static_cast<double>(random() % 2000) - 1000) / 8);
    if (kind == ScalarKind::Float32) return to_bits((static_cast<float>(random() % 200) - 100) / 4);
    return random() % 200;
  }

  RegionContext context(std::int64_t block_start) {
    RegionContext result{};
    result.scalars = scalars.data();
    result.arrays = arrays.data();
    result.lane_record = record.data();
    result.touched = touched.data();
    result.exit_values = exit_values.data();
    result.left_exits = left_exits.data();
    result.stop = &stop;
    result.block_start = block_start;
    return result;
  }

  bool same_results(const World& other) const {
    return memory == other.memory && record == other.record && touched == other.touched;
  }
};

struct Options {
  bool guards = false;
  bool accumulators = true;
  bool divergence = false;
};

class Generator {
public:
  Generator(std::uint32_t seed, const Options& options) : random_(seed), options_(options) {}

  Region make() {
    Region region;
    region.name = "random";
    region.file = "random.py";
    region.line = 1;
    region.scalars = {
        {ScalarKind::Int64, 10}, {ScalarKind::Float64, 11}, {ScalarKind::Int64, 12}, {ScalarKind::Bool, 13}};
    region.arrays = World::array_slots();
    const bool sums = options_.accumulators && chance(2);
    if (sums)
      region.accumulators = {{ReductionOp::Add, ScalarKind::Float64, 14}, {ReductionOp::Max, ScalarKind::Int64, 15}};
    region.reduction_lanes = chance(2) ? 32 : 16;
    Builder b(region);
    build_ = &b;
    line_ = 1;
    floats_ = {b.param(1), b.float_constant(1.5)};
    ints_ = {b.param(0), b.param(2), b.int_constant(3)};
    bools_ = {b.param(3)};
    const auto loop = b.begin_for(b.begin(), b.end(), 1);
    ValueId sum = no_id, most = no_id;
    if (sums) sum = b.lane_get(0), most = b.lane_get(1);
    row_ = loop.index;
    if (chance(2)) row_ = b.emit(Op::Add, {row_, b.param(2)});
    ints_.push_back(row_);
    if (sums) floats_.push_back(sum), ints_.push_back(most);
    if (options_.guards) {
      const ValueId value = b.load(b.array(0), std::vector{checked(row_, 0, 0)});
      b.guard(b.emit(Op::Lt, {value, b.float_constant(120 + 2.0 * pick(4))}), leave());
      floats_.push_back(value);
    }
    statements(2 + pick(5), 0);
    if (sums) {
      // A contribution is added last, so that the rest of the body cannot read the sum after it.
      b.touch(0);
      b.lane_set(0, b.emit(Op::Add, {sum, number()}));
      b.lane_set(1, b.emit(Op::Max, {most, integer()}));
    }
    line();
    b.store(b.array(5), std::vector{checked(row_, 5, 0)}, number());
    if (chance(2)) b.store(b.array(7), std::vector{checked(row_, 7, 0)}, b.wrap(ScalarKind::Int32, integer()));
    b.end_for();
    b.finish();
    return region;
  }

private:
  unsigned pick(unsigned count) { return static_cast<unsigned>(random_()) % count; }
  bool chance(unsigned one_in) { return pick(one_in) == 0; }
  ValueId number() { return floats_[pick(static_cast<unsigned>(floats_.size()))]; }
  ValueId integer() { return ints_[pick(static_cast<unsigned>(ints_.size()))]; }
  void line() { build_->set_line(++line_); }

  // Leaves with the row and a float of the moment.
  ExitId leave() {
    return build_->add_exit({.operands = {row_, number()},
                             .entries = {{.guest_register = 20, .kind = ScalarKind::Int64, .operand = 0},
                                         {.guest_register = 21, .kind = ScalarKind::Float64, .operand = 1}},
                             .frames = {{.pc = static_cast<std::uint32_t>(line_)}},
                             .reason = "exit at " + std::to_string(line_) + "." + std::to_string(exits_++),
                             .line = line_});
  }
  ValueId checked(ValueId subscript, int slot, int dimension) {
    return build_->index(subscript, build_->dim(build_->array(slot), dimension), leave());
  }

  void statements(unsigned count, int depth) {
    for (unsigned k = 0; k < count; ++k) statement(depth);
  }

  void statement(int depth) {
    Builder& b = *build_;
    line();
    if (options_.divergence && depth < 3 && chance(3)) return divergent(depth);
    switch (pick(12)) {
    case 0:
    case 1:
      return floats_.push_back(load());
    case 2:
      return ints_.push_back(b.load(b.array(3), std::vector{checked(row_, 3, 0)}));
    case 3:
      return integer_operation();
    case 4:
      if (depth < 2) return inner_loop(depth);
      return float_operation();
    case 5:
      return varying_if();
    case 6:
      return uniform_if(depth);
    case 7:
      if (options_.guards) return b.guard(b.emit(Op::Lt, {number(), b.float_constant(900.0 * (1 + pick(4)))}), leave());
      return float_operation();
    case 8:
      return floats_.push_back(b.emit(Op::IntToFloat, {integer()}, {.type = f64}));
    default:
      return float_operation();
    }
  }

  ValueId load() {
    Builder& b = *build_;
    switch (pick(5)) {
    case 0:
      return b.load(b.array(0), std::vector{checked(b.emit(Op::Add, {row_, b.int_constant(pick(4))}), 0, 0)});
    case 1: {
      const ValueId column = b.int_constant(pick(World::width));
      return b.load(b.array(1), std::vector{checked(row_, 1, 0), checked(column, 1, 1)});
    }
    case 2: {
      const ValueId value = b.load(b.array(2), std::vector{checked(row_, 2, 0)});
      return b.emit(Op::FloatToFloat, {value}, {.type = f64});
    }
    case 3: { // an index that was loaded
      const ValueId at = b.load(b.array(3), std::vector{checked(row_, 3, 0)});
      return options_.guards ? b.load(b.array(0), std::vector{checked(at, 0, 0)})
                             : b.emit(Op::IntToFloat, {at}, {.type = f64});
    }
    default: {
      const ValueId byte = b.load(b.array(4), std::vector{checked(row_, 4, 0), checked(b.int_constant(2), 4, 1)});
      return b.emit(Op::IntToFloat, {byte}, {.type = f64});
    }
    }
  }

  void float_operation() {
    constexpr Op ops[] = {Op::Add, Op::Sub, Op::Mul, Op::Min, Op::Max, Op::Div};
    const Op op = ops[pick(std::size(ops))];
    if (chance(6))
      return floats_.push_back(build_->math(MathFunction::Sqrt, std::vector{build_->emit(Op::Abs, {number()})}));
    floats_.push_back(build_->emit(op, {number(), number()}));
  }

  void integer_operation() {
    Builder& b = *build_;
    constexpr Op ops[] = {Op::Add, Op::Sub, Op::Mul, Op::And, Op::Xor, Op::Min, Op::FloorDiv, Op::FloorMod, Op::UMax};
    ValueId result = b.emit(ops[pick(std::size(ops))], {integer(), integer()});
    if (chance(3)) result = b.wrap(ScalarKind::Int16, result);
    if (chance(5)) result = b.emit(Op::FloatToInt, {number()});
    ints_.push_back(result);
  }

  void inner_loop(int depth) {
    Builder& b = *build_;
    const ValueId lo = chance(2) ? b.int_constant(pick(3)) : b.int_constant(0);
    const ValueId hi = chance(2) ? b.param(0) : b.int_constant(pick(World::width));
    const bool carries = chance(2), folds = carries && chance(2); // nothing but its update reads a fold
    const std::vector<ValueId> carried = carries ? std::vector{number(), integer()} : std::vector<ValueId>{};
    const auto floats = floats_, ints = ints_, bools = bools_;
    const auto loop = b.begin_for(lo, hi, 1 + pick(2), carried);
    if (!carries) b.declare_independent();
    ints_.push_back(loop.index);
    if (carries && !folds) floats_.push_back(loop.parameters[0]), ints_.push_back(loop.parameters[1]);
    floats_.push_back(b.load(b.array(1), std::vector{checked(row_, 1, 0), checked(loop.index, 1, 1)}));
    statements(1 + pick(3), depth + 1);
    std::vector<ValueId> next;
    if (folds) {
      constexpr Op of_floats[] = {Op::Add, Op::Sub, Op::Mul, Op::Max, Op::Min, Op::Div};
      constexpr Op of_ints[] = {Op::Add, Op::Sub, Op::Mul, Op::Max, Op::UMin, Op::And, Op::Xor};
      next = {b.emit(of_floats[pick(6)], {loop.parameters[0], number()}),
              b.emit(of_ints[pick(7)], {loop.parameters[1], integer()})};
    } else if (carries) {
      next = {b.emit(Op::Add, {loop.parameters[0], number()}), integer()};
    }
    if ((!carries || folds) && depth == 0 && chance(carries ? 3 : 1)) {
      line();
      b.store(b.array(6), std::vector{checked(row_, 6, 0), checked(loop.index, 6, 1)}, number());
    }
    b.yield(next);
    const auto results = b.end_for();
    floats_ = floats;
    ints_ = ints;
    bools_ = bools;
    if (carries) floats_.push_back(results[0]), ints_.push_back(results[1]);
  }

  // ---- control flow that differs from iteration to iteration
  ValueId condition() {
    if (chance(2)) return build_->emit(Op::Lt, {number(), number()});
    const ValueId bits = build_->emit(Op::And, {integer(), build_->int_constant(1 + pick(7))});
    return build_->emit(Op::Eq, {bits, build_->int_constant(pick(3))});
  }

  void divergent(int depth) {
    switch (pick(6)) {
    case 0:
      return while_loop(depth);
    case 1:
      return counted_to_its_own_end(depth);
    case 2:
      return store_under_condition();
    case 3:
      return early_end(depth);
    default:
      return large_if(depth);
    }
  }

  // block { loop (f, n) { if n >= limit: leave; ...; if c: leave with something else; ...; next } }
  void while_loop(int depth) {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_;
    const Type results[] = {f64, i64};
    const ValueId limit = chance(2) ? b.int_constant(pick(6)) : b.emit(Op::And, {integer(), b.int_constant(7)});
    const std::vector<ValueId> first = {number(), chance(2) ? b.int_constant(0)
                                                            : b.emit(Op::And, {integer(), b.int_constant(3)})};
    b.begin_block(results);
    const auto carried = b.begin_loop(first);
    b.begin_if(b.emit(Op::Ge, {carried[1], limit}));
    b.br(0, carried);
    b.end_if();
    floats_.push_back(carried[0]);
    ints_.push_back(carried[1]);
    statements(1 + pick(2), depth + 1);
    if (chance(2)) {
      const std::vector<ValueId> other = {number(), chance(2) ? carried[1] : integer()};
      b.begin_if(condition());
      b.br(0, other);
      b.end_if();
    }
    if (chance(3)) statement(depth + 1);
    const std::vector<ValueId> next = {b.emit(Op::Add, {carried[0], number()}),
                                       b.emit(Op::Add, {carried[1], b.int_constant(1)})};
    b.yield(next);
    b.end_loop();
    const auto left = b.end_block();
    floats_ = floats;
    ints_ = ints;
    floats_.push_back(left[0]);
    ints_.push_back(left[1]);
  }

  void counted_to_its_own_end(int depth) {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_;
    const ValueId seven = b.int_constant(7);
    const ValueId lo = chance(2) ? b.int_constant(pick(3)) : b.emit(Op::And, {integer(), seven});
    const ValueId hi = b.emit(Op::And, {integer(), b.int_constant(15)});
    const std::vector<ValueId> first = {number(), chance(2) ? b.int_constant(0) : integer()};
    const auto loop = b.begin_for(lo, hi, 1 + pick(3), first);
    ints_.push_back(loop.index);
    floats_.push_back(loop.parameters[0]);
    ints_.push_back(loop.parameters[1]);
    if (chance(2)) floats_.push_back(b.load(b.array(1), std::vector{checked(row_, 1, 0), checked(loop.index, 1, 1)}));
    if (chance(2)) floats_.push_back(b.load(b.array(0), std::vector{checked(loop.index, 0, 0)}));
    statements(1 + pick(2), depth + 1);
    if (chance(3)) b.store(b.array(6), std::vector{checked(row_, 6, 0), checked(loop.index, 6, 1)}, number());
    b.yield(std::vector{b.emit(Op::Add, {loop.parameters[0], number()}),
                        b.emit(Op::Add, {loop.parameters[1], b.int_constant(1)})});
    const auto results = b.end_for();
    floats_ = floats;
    ints_ = ints;
    floats_.push_back(results[0]);
    ints_.push_back(results[1]);
  }

  void store_under_condition() {
    Builder& b = *build_;
    b.begin_if(condition());
    const ValueId at = b.emit(Op::Add, {row_, b.int_constant(0)});
    if (chance(2))
      b.store(b.array(7), std::vector{checked(at, 7, 0)}, b.wrap(ScalarKind::Int32, integer()));
    else
      b.store(b.array(6), std::vector{checked(at, 6, 0), checked(b.int_constant(pick(World::width)), 6, 1)}, number());
    b.end_if();
  }

  // block { ...; if c: leave early; ... }
  void early_end(int depth) {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_;
    const Type results[] = {f64};
    b.begin_block(results);
    b.begin_if(condition());
    if (chance(2)) statement(depth + 1);
    b.br(0, std::vector{number()});
    floats_ = floats;
    ints_ = ints;
    b.begin_else();
    b.end_if();
    statements(1 + pick(2), depth + 1);
    b.yield(std::vector{number()});
    const auto left = b.end_block();
    floats_ = floats;
    ints_ = ints;
    floats_.push_back(left[0]);
  }

  void large_if(int depth) {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_;
    b.begin_if(condition());
    statements(1 + pick(3), depth + 1);
    b.yield(std::vector{number(), integer()});
    floats_ = floats, ints_ = ints;
    b.begin_else();
    if (chance(2)) statements(1 + pick(3), depth + 1);
    b.yield(std::vector{number(), integer()});
    floats_ = floats, ints_ = ints;
    const auto results = b.end_if();
    floats_.push_back(results[0]);
    ints_.push_back(results[1]);
  }

  void varying_if() {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_;
    b.begin_if(b.emit(Op::Lt, {number(), number()}));
    float_operation();
    const std::vector<ValueId> then = {floats_.back(), integer()};
    b.yield(then);
    floats_ = floats;
    b.begin_else();
    integer_operation();
    const std::vector<ValueId> otherwise = {number(), ints_.back()};
    b.yield(otherwise);
    ints_ = ints;
    const auto results = b.end_if();
    floats_.push_back(results[0]);
    ints_.push_back(results[1]);
  }

  void uniform_if(int depth) {
    Builder& b = *build_;
    const auto floats = floats_, ints = ints_, bools = bools_;
    b.begin_if(b.param(3));
    statements(1, depth + 1);
    const std::vector<ValueId> then = {number()};
    b.yield(then);
    floats_ = floats, ints_ = ints, bools_ = bools;
    b.begin_else();
    statements(1, depth + 1);
    const std::vector<ValueId> otherwise = {number()};
    b.yield(otherwise);
    floats_ = floats, ints_ = ints, bools_ = bools;
    floats_.push_back(b.end_if()[0]);
  }

  std::mt19937 random_;
  const Options options_;
  Builder* build_ = nullptr;
  ValueId row_ = no_id;
  int line_ = 1, exits_ = 0;
  std::vector<ValueId> floats_, ints_, bools_;
};

} // namespace nest_random
