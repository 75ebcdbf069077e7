// The generator writes instructions itself instead of using the builder, which would simplify them: they are what the
// passes are tried on.
#include "tests/ir/random_region.h"

#include <algorithm>
#include <random>
#include <utility>

#include "vm/semantics/math_functions.h"

namespace pyvm::ir_test {

using namespace ir;

namespace {

constexpr MathFunction safe_functions[] = {MathFunction::Sqrt, MathFunction::Floor, MathFunction::Ceil,
                                           MathFunction::Trunc, MathFunction::Fabs};

class Generator {
public:
  Generator(std::uint64_t seed, const RandomOptions& options)
      : random_(seed), options_(options), budget_(options.size) {}

  RandomRegion run() {
    slots();
    open_.emplace_back();
    for (int slot = 0; slot < static_cast<int>(region_.arrays.size()); ++slot)
      arrays_.push_back(emit({.op = Op::ArrayRef, .immediate = slot}, array_type));
    for (int slot = 0; slot < static_cast<int>(region_.scalars.size()); ++slot)
      emit({.op = Op::Param, .immediate = slot}, ir::type_of(region_.scalars[slot].kind));
    some(3);
    ordinal_loop();
    some(3);
    if (chance(80)) // what was computed is to be seen
      end({.op = Op::Exit, .exit = new_exit(10)});
    else
      end({.op = Op::Yield});
    region_.body.instructions = open_.back().code;
    Evaluation evaluation = input();
    return {std::move(region_), std::move(evaluation)};
  }

private:
  // A body that is being written, and what may be used in it.
  struct Open {
    std::vector<InstructionId> code;
    std::vector<ValueId> values;
    // Subscripts that are in range of dimension 0 of a slot while this body runs.
    std::vector<std::pair<int, ValueId>> in_range;
  };

  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }
  bool chance(int percent) { return below(100) < percent; }

  // ---- slots and input -------------------------------------------------------------------------------------------
  void slots() {
    region_.name = "random";
    region_.file = "random.py";
    region_.lanes = options_.lanes;
    region_.gangs = options_.gangs;
    region_.reduction_lanes = 16;
    for (const ScalarKind kind : {ScalarKind::Int64, ScalarKind::Int64, ScalarKind::Float64, ScalarKind::Float64,
                                  ScalarKind::Float32, ScalarKind::Bool})
      region_.scalars.push_back({kind, static_cast<std::uint16_t>(region_.scalars.size())});
    region_.arrays = {{ScalarKind::Float64, 1, true, true, 10},  {ScalarKind::Int64, 1, true, true, 11},
                      {ScalarKind::Int8, 1, false, true, 12},    {ScalarKind::Float32, 1, true, false, 13},
                      {ScalarKind::Float64, 1, false, true, 14}, {ScalarKind::Bool, 1, true, true, 15}};
    region_.accumulators = {{ReductionOp::Add, ScalarKind::Float64, 20}, {ReductionOp::Max, ScalarKind::Int64, 21}};
  }

  double some_float() {
    constexpr double values[] = {0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e300, -3.75, 1e-310, 7.0};
    if (chance(30)) return static_cast<double>(below(1 << 30) - (1 << 29)) / 3.0; // all bits of a fraction
    return chance(5) ? __builtin_inf() : chance(5) ? __builtin_nan("") : values[below(10)];
  }
  std::int64_t some_int() {
    constexpr std::int64_t values[] = {0, 1, -1, 2, 3, 4, 255, -128, INT64_MIN, INT64_MAX};
    return chance(15) ? static_cast<std::int64_t>(random_()) : values[below(10)];
  }
  ScalarBits some_bits(ScalarKind kind) {
    if (kind == ScalarKind::Bool) return static_cast<ScalarBits>(below(2));
    if (kind == ScalarKind::Float64) return to_bits(some_float());
    if (kind == ScalarKind::Float32) return to_bits(static_cast<float>(some_float()));
    return kind == ScalarKind::Int8 ? to_bits(static_cast<std::int8_t>(some_int())) : to_bits(some_int());
  }

  Evaluation input() {
    const int step = options_.lanes * options_.gangs;
    Evaluation result;
    result.block_start = chance(50) ? 0 : 16 * below(3);
    result.begin = result.block_start + step * below(3);
    result.end = result.begin + step * (1 + below(3));
    for (const ScalarSlot& slot : region_.scalars) result.scalars.push_back(some_bits(slot.kind));
    result.scalars[0] = static_cast<ScalarBits>(static_cast<std::int64_t>(below(8)) - 2);
    for (std::size_t slot = 0; slot < region_.arrays.size(); ++slot) {
      const auto size = static_cast<std::int64_t>(size_of(region_.arrays[slot].dtype));
      ArrayInput array{.slot = slot, .shape = {chance(4) ? 0 : 1 + below(5)}, .strides = {size}, .data = {}};
      if (slot == 4) { // the tail of slot 0, or a part of it again and again
        array.shares = 0;
        array.shape = {std::max<std::int64_t>(result.arrays[0].shape[0] - 1, 0)};
        array.offset = 8;
        if (chance(30)) array.strides = {0};
      } else {
        for (std::int64_t k = 0; k < array.shape[0]; ++k) array.data.push_back(some_bits(region_.arrays[slot].dtype));
      }
      result.arrays.push_back(std::move(array));
    }
    return result;
  }

  // ---- writing ---------------------------------------------------------------------------------------------------
  ValueId define(ValueId value) {
    open_.back().values.push_back(value);
    return value;
  }
  void end(Instruction instruction) {
    instruction.line = line_;
    open_.back().code.push_back(static_cast<InstructionId>(region_.instructions.size()));
    region_.instructions.push_back(std::move(instruction));
  }
  ValueId emit(Instruction instruction, Type type) {
    instruction.results = {region_.new_value(type)};
    const ValueId result = instruction.results[0];
    end(std::move(instruction));
    return type.base == Base::Array ? result : define(result);
  }

  ValueId constant(Type type) {
    ScalarBits bits = some_bits(type.base == Base::Bool  ? ScalarKind::Bool
                                : type.base == Base::I64 ? ScalarKind::Int64
                                : type.base == Base::F32 ? ScalarKind::Float32
                                                         : ScalarKind::Float64);
    return emit({.op = Op::Const, .immediate = static_cast<std::int64_t>(bits)}, type);
  }
  ValueId number(std::int64_t value) { return emit({.op = Op::Const, .immediate = value}, i64); }

  // A visible value of the type, mostly a recent one.
  ValueId value(Type type) {
    std::vector<ValueId> fitting;
    for (const Open& open : open_)
      for (const ValueId each : open.values)
        if (region_.type(each) == type) fitting.push_back(each);
    if (fitting.empty() || chance(10)) {
      if (type.lanes > 1 && chance(50)) return emit({.op = Op::Splat, .operands = {value(type.with_lanes(1))}}, type);
      return constant(type);
    }
    const int recent = std::min(static_cast<int>(fitting.size()), chance(70) ? 4 : 1000);
    return fitting[fitting.size() - 1 - static_cast<std::size_t>(below(recent))];
  }
  int some_lanes() { return options_.lanes > 1 && chance(50) ? options_.lanes : 1; }
  Type some_type() {
    constexpr Type types[] = {b1, i64, f64, f64, f32};
    return types[below(5)].with_lanes(some_lanes());
  }

  ExitId new_exit(int most_operands = 4) {
    Exit exit{.frames = {{.pc = static_cast<std::uint32_t>(region_.exits.size())}},
              .reason = "exit " + std::to_string(region_.exits.size())};
    for (int k = below(most_operands + 1); k > 0; --k) {
      const Type type = some_type();
      exit.entries.push_back({.guest_register = static_cast<std::uint16_t>(k),
                              .kind = ir::kind_of(type.base),
                              .operand = static_cast<std::uint16_t>(exit.entries.size())});
      for (int gang = 0; gang < options_.gangs; ++gang) exit.operands.push_back(value(type));
    }
    region_.exits.push_back(std::move(exit));
    return static_cast<ExitId>(region_.exits.size() - 1);
  }

  // ---- instructions ----------------------------------------------------------------------------------------------
  void some(int count) {
    for (int i = 0; i < count && budget_ > 0; ++i) {
      --budget_;
      ++line_;
      something();
    }
  }

  void something() {
    const int what = below(100);
    if (what < 45) {
      compute();
      if (chance(15)) show(open_.back().values.back());
    } else if (what < 65)
      access();
    else if (what < 70)
      guard();
    else if (what < 80)
      lane();
    else if (what < 88)
      branch();
    else if (what < 94)
      counted_loop();
    else
      endless_loop();
  }

  // Some lanes of a vector, one after the other, as a sum in order does it.
  void take_apart() {
    constexpr Op folds[] = {Op::Add, Op::Sub, Op::Mul, Op::Min, Op::Max};
    const Type type = chance(50) ? f64 : chance(50) ? i64 : f32;
    const Op op = folds[below(5)];
    const ValueId vector = value(type.with_lanes(options_.lanes));
    ValueId all = value(type);
    for (int lane = chance(50) ? 0 : below(options_.lanes); lane < options_.lanes; ++lane) {
      const ValueId one = emit({.op = Op::Extract, .immediate = lane, .operands = {vector}}, type);
      all = emit({.op = op, .operands = {all, one}}, type);
      if (chance(10)) return;
    }
  }

  void compute() {
    constexpr Op int_ops[] = {Op::Add, Op::Sub, Op::Mul, Op::FloorDiv, Op::FloorMod, Op::UDiv, Op::UMod,
                              Op::Pow, Op::Min, Op::Max, Op::UMin,     Op::UMax,     Op::And,  Op::Or,
                              Op::Xor, Op::Shl, Op::Shr, Op::UShr,     Op::Mul32};
    constexpr Op float_ops[] = {Op::Add, Op::Sub, Op::Mul, Op::Div, Op::FloorDiv, Op::FloorMod, Op::Min, Op::Max};
    constexpr Op compare_ops[] = {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge};
    const int lanes = some_lanes();
    const Type ints = i64.with_lanes(lanes), bools = b1.with_lanes(lanes);
    const Type floats = (chance(70) ? f64 : f32).with_lanes(lanes);
    const auto binary = [&](Op op, Type type, Type result) {
      // What folding looks for: constants, and an operand twice.
      const ValueId a = value(type), b = chance(25) ? constant(type) : chance(8) ? a : value(type);
      emit({.op = op, .operands = {a, b}}, result);
    };
    const auto unary = [&](Op op, Type type, Type result) {
      const ValueId a = value(type);
      emit({.op = op, .operands = {a}}, result);
    };
    const auto same = [&](Op op, Type type) { unary(op, type, type); };
    if (chance(25))
      return chance(40) ? nearly_trivial(ints, int_ops[below(std::size(int_ops))])
                        : nearly_trivial(floats, float_ops[below(std::size(float_ops))]);
    switch (below(options_.lanes > 1 ? 15 : 14)) {
    case 0:
    case 1:
    case 2:
      return binary(int_ops[below(std::size(int_ops))], ints, ints);
    case 3:
    case 4:
    case 5:
      return binary(float_ops[below(std::size(float_ops))], floats, floats);
    case 6:
      return binary(compare_ops[below(6)], chance(50) ? ints : floats, bools);
    case 7:
      return chance(50) ? binary(chance(50) ? Op::ULt : Op::ULe, ints, bools)
                        : binary(chance(50) ? Op::Eq : Op::Xor, bools, bools);
    case 8: {
      const Type type = some_type();
      const ValueId a = value(type), b = value(type);
      const bool compares = type.base != Base::Bool && chance(40); // a minimum or a maximum, maybe
      const Type flags = b1.with_lanes(type.lanes);
      const ValueId condition = !compares    ? value(flags)
                                : chance(50) ? emit({.op = compare_ops[below(6)], .operands = {a, b}}, flags)
                                             : emit({.op = compare_ops[below(6)], .operands = {b, a}}, flags);
      emit({.op = Op::Select, .operands = {condition, a, b}}, type);
      return;
    }
    case 9:
      return chance(50) ? unary(chance(50) ? Op::IntToFloat : Op::UIntToFloat, ints, floats)
                        : unary(chance(50) ? Op::FloatToInt : Op::FloatToUInt, floats, ints);
    case 10:
      return chance(50) ? unary(Op::FloatToFloat, floats, (chance(50) ? f64 : f32).with_lanes(lanes))
                        : unary(Op::BoolToInt, bools, ints);
    case 11: {
      constexpr ScalarKind kinds[] = {ScalarKind::Int8,  ScalarKind::UInt8,  ScalarKind::Int16, ScalarKind::UInt16,
                                      ScalarKind::Int32, ScalarKind::UInt32, ScalarKind::Int64, ScalarKind::UInt64};
      const ValueId a = value(ints);
      emit({.op = Op::Wrap, .element = kinds[below(8)], .operands = {a}}, ints);
      return;
    }
    case 12:
      return chance(50) ? same(chance(50) ? Op::Neg : Op::Abs, chance(50) ? ints : floats)
                        : same(Op::Not, chance(50) ? ints : bools);
    case 14:
      return take_apart();
    default: {
      const ValueId a = value(floats);
      emit({.op = Op::Math, .immediate = static_cast<std::int64_t>(safe_functions[below(5)]), .operands = {a}}, floats);
    }
    }
  }
  // What is nearly one of its operands, or nearly a constant, by a special number or one operand twice; and then shown,
  // so that a simplification which does not hold for one value cannot hide.
  void nearly_trivial(Type type, Op op) {
    constexpr double floats[] = {0.0, -0.0, 0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -4.0, 1e-310, INFINITY, NAN};
    constexpr std::int64_t ints[] = {0, 0, 1, -1, 2, 8, 7, -8, 63, 64, 255, INT64_MIN, INT64_MAX};
    const auto special = [&] {
      const double number = floats[below(std::size(floats))];
      const ScalarBits bits = type.base == Base::I64   ? to_bits(ints[below(std::size(ints))])
                              : type.base == Base::F32 ? to_bits(static_cast<float>(number))
                                                       : to_bits(number);
      return emit({.op = Op::Const, .immediate = static_cast<std::int64_t>(bits)}, type);
    };
    ValueId a = value(type), b = chance(20) ? a : special();
    if (chance(40)) std::swap(a, b);
    ValueId result = emit({.op = op, .operands = {a, b}}, type);
    if (chance(25)) { // a second one over it
      const ValueId again = chance(30) ? a : special();
      result = emit({.op = op, .operands = {result, again}}, type);
    }
    if (chance(25)) { // or what follows from comparing it
      constexpr Op compare_ops[] = {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge};
      const Type flags = b1.with_lanes(type.lanes);
      const ValueId other = chance(40) ? result : special();
      ValueId condition = emit({.op = compare_ops[below(6)], .operands = {result, other}}, flags);
      if (chance(40)) condition = emit({.op = Op::Not, .operands = {condition}}, flags);
      result = emit({.op = Op::Select, .operands = {condition, result, other}}, type);
    }
    if (chance(60)) show(result);
  }

  // Stores the value where it is seen.
  void show(ValueId value) {
    const Type type = region_.type(value);
    if (type.base == Base::F32) value = emit({.op = Op::FloatToFloat, .operands = {value}}, f64.with_lanes(type.lanes));
    if (type.base == Base::Bool) value = emit({.op = Op::BoolToInt, .operands = {value}}, i64.with_lanes(type.lanes));
    const int slot = type.is_float() ? 0 : 1;
    const ValueId at = subscript(slot, type.lanes);
    end({.op = Op::Store, .element = region_.arrays[slot].dtype, .operands = {arrays_[slot], at, value}});
  }

  // ---- memory and lanes ------------------------------------------------------------------------------------------
  ValueId dimension(int slot) { return emit({.op = Op::Dim, .operands = {arrays_[slot]}}, i64); }

  ValueId subscript(int slot, int lanes) {
    if (lanes == 1 && chance(60)) {
      std::vector<ValueId> known;
      for (const Open& open : open_)
        for (const auto& [which, each] : open.in_range)
          if (which == slot) known.push_back(each);
      if (!known.empty()) return known[below(static_cast<int>(known.size()))];
    }
    const ValueId wanted = value(i64.with_lanes(lanes));
    // Most subscripts should pass.
    const ValueId length = dimension(slot);
    const ValueId bound = lanes == 1 ? length : emit({.op = Op::Splat, .operands = {length}}, i64.with_lanes(lanes));
    const ValueId folded =
        chance(97) ? emit({.op = Op::FloorMod, .operands = {wanted, bound}}, i64.with_lanes(lanes)) : wanted;
    const ValueId result =
        emit({.op = Op::Index, .exit = new_exit(), .operands = {folded, length}}, i64.with_lanes(lanes));
    if (lanes == 1) open_.back().in_range.emplace_back(slot, result);
    return result;
  }

  void access() {
    // Often of the two that share memory.
    const int slot = chance(40) ? (chance(50) ? 0 : 4) : below(static_cast<int>(region_.arrays.size()));
    const int lanes = some_lanes();
    const ValueId at = subscript(slot, lanes);
    const ScalarKind kind = region_.arrays[slot].dtype;
    const Type type = ir::type_of(kind).with_lanes(lanes);
    if (!region_.arrays[slot].writable || chance(50)) {
      emit({.op = Op::Load, .element = kind, .operands = {arrays_[slot], at}}, type);
    } else if (lanes == 1 && chance(40)) { // a[i] += x
      const ValueId old = emit({.op = Op::Load, .element = kind, .operands = {arrays_[slot], at}}, type);
      const ValueId other = value(type);
      const ValueId sum = emit({.op = type.base == Base::Bool ? Op::Or : Op::Add, .operands = {old, other}}, type);
      end({.op = Op::Store, .element = kind, .operands = {arrays_[slot], at, sum}});
    } else {
      const ValueId moved = value(type);
      end({.op = Op::Store, .element = kind, .operands = {arrays_[slot], at, moved}});
    }
  }

  void guard() {
    // Most guards should pass: not (a and b and c).
    const int lanes = some_lanes();
    const Type type = b1.with_lanes(lanes);
    const ValueId a = value(type), b = value(type), c = value(type);
    const ValueId both = emit({.op = Op::And, .operands = {a, b}}, type);
    const ValueId all = emit({.op = Op::And, .operands = {both, c}}, type);
    const ValueId condition = chance(92) ? emit({.op = Op::Not, .operands = {all}}, type) : a;
    end({.op = Op::Guard, .exit = new_exit(), .operands = {condition}});
  }

  void lane() {
    const int which = below(2), lanes = options_.lanes, gang = below(options_.gangs);
    const Type type = ir::type_of(region_.accumulators[which].kind).with_lanes(lanes);
    const auto place = static_cast<std::uint8_t>(gang);
    const ValueId old = emit({.op = Op::LaneGet, .gang = place, .immediate = which}, type);
    const ValueId other = value(type);
    const ValueId now = emit({.op = which == 0 ? Op::Add : Op::Max, .operands = {old, other}}, type);
    end({.op = Op::LaneSet, .gang = place, .immediate = which, .operands = {now}});
    if (chance(70)) end({.op = Op::Touch, .immediate = which});
  }

  // ---- control ---------------------------------------------------------------------------------------------------
  std::vector<Type> some_types() {
    std::vector<Type> types;
    for (int k = below(3); k > 0; --k) types.push_back(some_type());
    return types;
  }
  std::vector<ValueId> values(const std::vector<Type>& types) {
    std::vector<ValueId> result;
    for (const Type type : types) result.push_back(value(type));
    return result;
  }
  std::vector<ValueId> new_values(const std::vector<Type>& types) {
    std::vector<ValueId> result;
    for (const Type type : types) result.push_back(region_.new_value(type));
    return result;
  }
  Body close() {
    Body body{{}, open_.back().code};
    open_.pop_back();
    return body;
  }
  void finish(Instruction owner, const std::vector<Type>& types) {
    owner.results = new_values(types);
    const std::vector<ValueId> results = owner.results;
    end(std::move(owner));
    for (const ValueId result : results) define(result);
  }

  void branch() {
    const ValueId condition = value(b1);
    const std::vector<Type> types = some_types();
    Instruction owner{.op = Op::If, .operands = {condition}};
    for (int side = 0; side < 2; ++side) {
      open_.emplace_back();
      some(below(5));
      if (chance(5))
        end({.op = Op::Exit, .exit = new_exit()});
      else if (!blocks_.empty() && chance(20))
        leave_block();
      else
        end({.op = Op::Yield, .operands = values(types)});
      owner.bodies.push_back(close());
    }
    finish(std::move(owner), types);
  }
  void leave_block() {
    const int depth = below(static_cast<int>(blocks_.size()));
    const std::vector<Type> types = blocks_[blocks_.size() - 1 - static_cast<std::size_t>(depth)];
    end({.op = Op::Br, .immediate = depth, .operands = values(types)});
  }

  void counted_loop() {
    if (loops_ == 0 || loops_ >= 3) return; // the ordinal loop is the only outermost one
    const int slot = below(static_cast<int>(region_.arrays.size()));
    const bool over_array = chance(50);
    const ValueId lo = number(over_array ? 0 : below(3));
    const ValueId hi = over_array ? dimension(slot) : chance(50) ? number(below(5)) : small_;
    for_loop(lo, hi, 1 + below(2), over_array ? slot : -1);
  }

  // `slot`: whose first dimension the loop goes over from 0; then its index and 0 are in range of it.
  void for_loop(ValueId lo, ValueId hi, std::int64_t step, int slot) {
    const std::vector<Type> types = some_types();
    Instruction owner{.op = Op::For, .immediate = step, .operands = {lo, hi}};
    for (const ValueId started : values(types)) owner.operands.push_back(started);
    std::vector<ValueId> parameters = new_values(types);
    parameters.insert(parameters.begin(), region_.new_value(i64));
    open_.emplace_back();
    ++loops_;
    for (const ValueId parameter : parameters) define(parameter);
    if (slot >= 0) {
      open_.back().in_range.emplace_back(slot, parameters[0]);
      open_.back().in_range.emplace_back(slot, lo);
    }
    some(2 + below(6));
    end({.op = Op::Yield, .operands = values(types)});
    --loops_;
    owner.bodies.push_back(close());
    owner.bodies[0].parameters = parameters;
    finish(std::move(owner), types);
  }

  void ordinal_loop() {
    small_ = open_.back().values.front();
    const ValueId lo = emit({.op = Op::Begin}, i64), hi = emit({.op = Op::End}, i64);
    budget_ = std::max(budget_, 10);
    for_loop(lo, hi, options_.lanes * options_.gangs, -1);
  }

  // block { loop (n = 0, ...) { ...; if n >= limit { br } ...; yield n + 1, ... } }
  void endless_loop() {
    if (loops_ == 0 || loops_ >= 3) return; // the ordinal loop is the only outermost one
    const std::vector<Type> types = some_types();
    Instruction loop{.op = Op::Loop, .operands = {number(0)}};
    for (const ValueId started : values(types)) loop.operands.push_back(started);
    blocks_.push_back(types);
    open_.emplace_back(); // of the block
    open_.emplace_back(); // of the loop
    ++loops_;
    std::vector<ValueId> parameters = new_values(types);
    parameters.insert(parameters.begin(), region_.new_value(i64));
    for (const ValueId parameter : parameters) define(parameter);
    some(below(4));
    leave_when(parameters[0], types);
    some(below(4));
    const ValueId one = number(1);
    const ValueId next = emit({.op = Op::Add, .operands = {parameters[0], one}}, i64);
    std::vector<ValueId> carried = values(types);
    carried.insert(carried.begin(), next);
    end({.op = Op::Yield, .operands = carried});
    loop.bodies.push_back(close());
    loop.bodies[0].parameters = parameters;
    --loops_;
    end(std::move(loop));
    end({.op = Op::Yield, .operands = values(types)});
    blocks_.pop_back();
    Instruction block{.op = Op::Block};
    block.bodies.push_back(close());
    finish(std::move(block), types);
  }
  void leave_when(ValueId counter, const std::vector<Type>& types) {
    const ValueId limit = number(below(4));
    const ValueId enough = emit({.op = Op::Ge, .operands = {counter, limit}}, b1);
    Instruction owner{.op = Op::If, .operands = {enough}};
    open_.emplace_back();
    end({.op = Op::Br, .immediate = 0, .operands = values(types)});
    owner.bodies.push_back(close());
    open_.emplace_back();
    end({.op = Op::Yield});
    owner.bodies.push_back(close());
    end(std::move(owner));
  }

  std::mt19937_64 random_;
  const RandomOptions options_;
  int budget_;
  int line_ = 1;
  int loops_ = 0; // that are open
  Region region_;
  std::vector<ValueId> arrays_;
  std::vector<Open> open_;                // innermost last
  std::vector<std::vector<Type>> blocks_; // result types of the open blocks
  ValueId small_ = no_id;                 // an int that is a fit bound for a loop
};

} // namespace

RandomRegion random_region(std::uint64_t seed, const RandomOptions& options) { return Generator(seed, options).run(); }

} // namespace pyvm::ir_test
