#pragma once
// Random regions that verify and never leave an array: nested loops, branches, blocks, guards, carried values, accesses
// of every shape, over scalars and over lanes. Subscripts come from a pool of numbers whose bounds are known.

#include "tests/unit/x64_world.h"
#include "tracer/ir/builder.h"

namespace pyvm::x64::test {

class RandomRegion {
public:
  static constexpr std::int64_t side = 48; // of every dimension of every array

  RandomRegion(unsigned seed, int lanes) : random_(seed), lanes_(lanes) {
    region.name = fmt::format("random {} x{}", seed, lanes);
    region.lanes = lanes;
    step_ = lanes_ * (lanes_ > 1 && chance(2) ? 2 : 1);
    region.reduction_lanes = lanes_ > 1 && chance(2) ? step_ : 32;
    make_slots();
    Builder builder(region);
    builder_ = &builder;
    start();
    open_ordinal_loop();
    builder.finish();
  }

  Region region;
  World world;

private:
  using Pool = std::vector<ValueId>;
  struct Bounded { // 0 <= value <= most
    ValueId value;
    std::int64_t most;
  };

  unsigned pick(std::size_t n) { return static_cast<unsigned>(random_() % n); }
  bool chance(unsigned n) { return pick(n) == 0; }

  void make_slots() {
    for (int a = 0; a < 5; ++a) {
      ScalarKind dtype = a == 0 ? ScalarKind::Float64 : all_scalar_kinds[pick(scalar_kind_count)];
      int ndim = 1 + static_cast<int>(pick(2));
      bool contiguous = !chance(3);
      region.arrays.push_back({dtype, static_cast<std::uint8_t>(ndim), contiguous, true, 0});
      std::vector<std::int64_t> shape(static_cast<std::size_t>(ndim), side), steps;
      if (!contiguous)
        steps = ndim == 1 ? std::vector<std::int64_t>{chance(2) ? 3 : -2}
                          : std::vector<std::int64_t>{chance(2) ? 2 : -2 * side, chance(2) ? 2 * side : 1};
      if (ndim == 2 && !contiguous && std::abs(steps[0]) == 2 * side) steps[1] = chance(2) ? 2 : -1;
      if (ndim == 2 && !contiguous && steps[0] == 2) steps[1] = 2 * side;
      world.arrays.push_back(make_array(dtype, shape, steps));
      fill(world.arrays.back(), pick(100));
    }
    for (ScalarKind kind : {ScalarKind::Int64, ScalarKind::Float64, ScalarKind::Float32, ScalarKind::Bool}) {
      region.scalars.push_back({kind, 0});
      world.scalars.push_back(edge_bits(kind, pick(100)));
      region.accumulators.push_back({ReductionOp::Add, kind, 0});
    }
    for (std::size_t a = 0; a < 4; ++a)
      for (std::size_t l = 0, lanes = static_cast<std::size_t>(region.reduction_lanes); l < lanes; ++l)
        world.lane_record[a * lanes + l] = edge_bits(region.accumulators[a].kind, pick(100));
  }

  void start() {
    for (std::int64_t k = 0; k < 4; ++k) add(builder_->param(k));
    for (std::size_t a = 0; a < region.arrays.size(); ++a)
      arrays_.push_back(builder_->array(static_cast<std::int64_t>(a)));
    add(builder_->dim(arrays_[0], 0));
    for (std::int64_t small : {0, 1, 3}) bounded_.push_back({builder_->int_constant(small), small});
  }

  void open_ordinal_loop() {
    const int step = step_;
    world.begin = step * static_cast<int>(pick(2));
    world.end = world.begin + step * static_cast<int>(1 + pick(2));
    world.block_start = world.begin - step * static_cast<int>(pick(2));
    Pool first = carried();
    Builder::ForBody body = builder_->begin_for(builder_->begin(), builder_->end(), step, first);
    nested([&] {
      add(body.index);
      bounded_.push_back({builder_->emit(Op::And, {body.index, builder_->int_constant(15)}), 15});
      for (ValueId parameter : body.parameters) add(parameter);
      in_ordinal_loop_ = true;
      statements(14 + static_cast<int>(pick(14)));
      builder_->yield(next(first));
      in_ordinal_loop_ = false;
    });
    for (ValueId result : builder_->end_for()) add(result);
    statements(3);
  }

  // ---- values ----------------------------------------------------------------------------------------------------
  void add(ValueId value) { values_.push_back(value); }

  ValueId constant(Type type) {
    ScalarBits bits = edge_bits(type.base == Base::Bool ? ScalarKind::Bool : ir::kind_of(type.base), pick(100));
    return builder_->constant(type, bits);
  }

  ValueId value(Type type) {
    Pool fitting;
    for (ValueId v : values_)
      if (region.type(v) == type) fitting.push_back(v);
    if (!fitting.empty() && !chance(6))
      return fitting[fitting.size() - 1 - pick(std::min<std::size_t>(fitting.size(), 6))];
    if (type.lanes == 1 || chance(3)) return constant(type);
    if (type.base == Base::I64 && chance(3))
      return builder_->emit(Op::Iota, {}, {.type = type, .immediate = static_cast<std::int64_t>(pick(4)) - 1});
    return builder_->emit(Op::Splat, {value(type.with_lanes(1))}, {.type = type});
  }

  Type any_type() {
    constexpr Type types[] = {f64, f64, i64, i64, f32, b1};
    Type type = types[pick(std::size(types))];
    return lanes_ > 1 && !chance(3) ? type.with_lanes(lanes_) : type;
  }

  Pool carried() {
    Pool first;
    for (unsigned k = pick(4); k > 0; --k) first.push_back(value(any_type()));
    return first;
  }
  Pool next(const Pool& first) {
    Pool result;
    for (ValueId v : first) result.push_back(value(region.type(v)));
    return result;
  }

  Bounded bounded(std::int64_t most) {
    for (int tries = 0; tries < 8; ++tries) {
      Bounded one = bounded_[pick(bounded_.size())];
      if (chance(3)) {
        Bounded other = bounded_[pick(bounded_.size())];
        one = {builder_->emit(Op::Add, {one.value, other.value}), one.most + other.most};
      }
      if (chance(4)) one = {builder_->emit(Op::Mul, {one.value, builder_->int_constant(2)}), one.most * 2};
      if (chance(4)) one = {builder_->emit(Op::Sub, {builder_->int_constant(one.most + 2), one.value}), one.most + 2};
      if (one.most <= most) return one;
    }
    if (chance(2)) return {builder_->emit(Op::And, {value(i64), builder_->int_constant(15)}), 15};
    return bounded_[0];
  }

  ExitId exit() {
    Exit exit;
    exit.frames.push_back({});
    std::size_t gangs = static_cast<std::size_t>(region.gangs);
    for (std::size_t k = 0; k < gangs * (1 + pick(4)); ++k) exit.operands.push_back(value(any_type()));
    return builder_->add_exit(exit);
  }

  // ---- statements --------------------------------------------------------------------------------------------------
  void statements(int count) {
    for (; count > 0 && !builder_->unreachable(); --count) statement();
  }

  void statement() {
    switch (pick(24)) {
    case 0:
    case 1:
    case 2:
      access(false);
      break;
    case 3:
    case 4:
      access(true);
      break;
    case 5:
      branch();
      break;
    case 6:
      loop();
      break;
    case 7:
      block();
      break;
    case 8:
      guard();
      break;
    case 9:
      if (in_ordinal_loop_) lane();
      break;
    default:
      computation();
    }
  }

  void computation() {
    Type type = any_type();
    Type number = type.base == Base::Bool ? f64.with_lanes(type.lanes) : type;
    const Type flag = b1.with_lanes(type.lanes), whole = i64.with_lanes(type.lanes);
    constexpr Op arithmetic[] = {Op::Add, Op::Sub, Op::Mul, Op::Min, Op::Max, Op::FloorDiv, Op::FloorMod};
    constexpr Op on_ints[] = {Op::And,  Op::Or,   Op::Xor,  Op::Shl,  Op::Shr,
                              Op::UShr, Op::UMin, Op::UDiv, Op::UMod, Op::Mul32};
    constexpr Op compares[] = {Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge};
    switch (pick(10)) {
    case 0:
      return add(builder_->emit(compares[pick(6)], {value(number), value(number)}));
    case 1:
      return add(builder_->emit(Op::Select, {value(flag), value(type), value(type)}, {.type = type}));
    case 2:
      return add(builder_->emit(on_ints[pick(9)], {value(whole), value(whole)}));
    case 3:
      return add(builder_->emit(chance(2) ? Op::IntToFloat : Op::UIntToFloat, {value(whole)},
                                {.type = (chance(2) ? f64 : f32).with_lanes(type.lanes)}));
    case 4:
      return add(builder_->emit(chance(2) ? Op::FloatToInt : Op::FloatToUInt,
                                {value((chance(2) ? f64 : f32).with_lanes(type.lanes))}, {.type = whole}));
    case 5:
      return add(builder_->emit(chance(2) ? Op::Neg : Op::Abs, {value(number)}));
    case 6: {
      constexpr MathFunction functions[] = {MathFunction::Sqrt, MathFunction::Floor, MathFunction::Exp};
      Type of = (chance(2) ? f64 : f32).with_lanes(type.lanes);
      return add(builder_->emit(Op::Math, {value(of)},
                                {.immediate = static_cast<std::int64_t>(functions[pick(8) == 0 ? 2 : pick(2)])}));
    }
    case 7:
      if (chance(2))
        return add(builder_->emit(Op::FloatToFloat, {value(f32.with_lanes(type.lanes))},
                                  {.type = f64.with_lanes(type.lanes)}));
      return add(builder_->emit(Op::BoolToInt, {value(flag)}));
    default:
      return add(builder_->emit(arithmetic[pick(chance(4) ? 7 : 5)], {value(number), value(number)}));
    }
  }

  void access(bool stores) {
    std::size_t a = pick(arrays_.size());
    const ArraySlot& slot = region.arrays[a];
    bool vector = lanes_ > 1 && !chance(3);
    Attributes how;
    how.type = ir::type_of(slot.dtype).with_lanes(vector ? lanes_ : 1);
    std::int64_t most[2] = {side - 1, side - 1};
    bool indexed = vector && chance(3);
    if (vector && !indexed) {
      how.lane_dimension = static_cast<std::uint8_t>(slot.ndim - 1);
      bool contiguous = slot.contiguous && !chance(3);
      how.lane_stride = contiguous ? LaneStride::Contiguous : LaneStride::Strided;
      if (!contiguous) {
        how.lane_dimension = static_cast<std::uint8_t>(pick(slot.ndim));
        how.lane_step = 1 + pick(2);
      }
      most[how.lane_dimension] -= how.lane_step * (lanes_ - 1);
    }
    Pool subscripts;
    for (int d = 0; d < slot.ndim; ++d) {
      if (indexed && (d == 0 || chance(2)))
        subscripts.push_back(
            builder_->emit(Op::And, {value(i64.with_lanes(lanes_)), builder_->constant(i64.with_lanes(lanes_), 31)}));
      else
        subscripts.push_back(bounded(most[d]).value);
    }
    bool varies = false;
    for (ValueId subscript : subscripts) varies |= region.type(subscript).lanes > 1;
    if (indexed && !varies) return;
    if (stores)
      builder_->store(arrays_[a], subscripts, value(how.type), how);
    else
      add(builder_->load(arrays_[a], subscripts, how));
  }

  void guard() {
    if (chance(2)) {
      Type type = lanes_ > 1 && chance(2) ? i64.with_lanes(lanes_) : i64;
      ValueId wide = builder_->emit(Op::And, {value(type), builder_->constant(type, 63)});
      ValueId shifted = builder_->emit(Op::Sub, {wide, builder_->constant(type, 46)});
      ValueId checked = builder_->index(shifted, builder_->dim(arrays_[0], 0), exit());
      add(checked);
      if (type == i64) bounded_.push_back({checked, side - 1});
      return;
    }
    Type type = lanes_ > 1 && chance(2) ? f64.with_lanes(lanes_) : f64;
    ValueId distance = builder_->emit(Op::Lt, {value(type), builder_->constant(type, to_bits(1e300))});
    builder_->guard(distance, exit());
  }

  void lane() {
    auto accumulator = static_cast<std::int64_t>(pick(4));
    Type type = ir::type_of(region.accumulators[static_cast<std::size_t>(accumulator)].kind).with_lanes(lanes_);
    int gang = static_cast<int>(pick(static_cast<std::size_t>(step_ / lanes_)));
    if (!chance(3)) {
      ValueId old = builder_->lane_get(accumulator, lanes_, gang);
      add(old);
      if (type.base != Base::Bool && chance(2)) add(builder_->emit(Op::Add, {old, value(type)}));
    }
    if (!chance(3)) builder_->lane_set(accumulator, value(type), gang);
    if (chance(3)) builder_->touch(accumulator);
  }

  // Runs `write`, after which what it defined is out of sight.
  template <typename F> void nested(F&& write) {
    std::size_t values = values_.size(), bounds = bounded_.size();
    ++depth_;
    write();
    --depth_;
    values_.resize(values);
    bounded_.resize(bounds);
  }

  void branch() {
    if (depth_ > 3) return;
    std::vector<Type> types;
    for (unsigned k = pick(3); k > 0; --k) types.push_back(any_type());
    const auto side_of = [&] {
      nested([&] {
        statements(static_cast<int>(pick(6)));
        if (chance(12)) {
          builder_->exit(exit());
          return;
        }
        Pool results;
        for (Type type : types) results.push_back(value(type));
        builder_->yield(results);
      });
    };
    builder_->begin_if(value(b1));
    side_of();
    builder_->begin_else();
    side_of();
    for (ValueId result : builder_->end_if(types)) add(result);
  }

  void loop() {
    if (depth_ > 2) return;
    Pool first = carried();
    auto trips = static_cast<std::int64_t>(pick(5)), step = static_cast<std::int64_t>(1 + pick(3));
    Builder::ForBody body = builder_->begin_for(bounded_[pick(3)].value, builder_->int_constant(trips), step, first);
    nested([&] {
      add(body.index);
      bounded_.push_back({body.index, 4});
      for (ValueId parameter : body.parameters) add(parameter);
      statements(1 + static_cast<int>(pick(7)));
      builder_->yield(next(first));
    });
    for (ValueId result : builder_->end_for()) add(result);
  }

  // block { loop { if count == 0 or by chance { br } ...; yield } }
  void block() {
    if (depth_ > 2) return;
    Type type = any_type();
    builder_->begin_block(std::vector{type});
    nested([&] {
      Pool first = carried();
      first.push_back(builder_->int_constant(1 + pick(4)));
      std::vector<ValueId> parameters = builder_->begin_loop(first);
      nested([&] {
        for (ValueId parameter : parameters) add(parameter);
        ValueId left = builder_->emit(Op::Sub, {parameters.back(), builder_->int_constant(1)});
        ValueId done = builder_->emit(Op::Lt, {left, builder_->int_constant(0)});
        if (chance(2)) done = builder_->emit(Op::Or, {done, value(b1)});
        builder_->begin_if(done);
        nested([&] {
          statements(2);
          builder_->br(0, std::vector{value(type)});
        });
        builder_->begin_else();
        builder_->yield();
        builder_->end_if();
        statements(1 + static_cast<int>(pick(5)));
        first.pop_back();
        Pool again = next(first);
        again.push_back(left);
        builder_->yield(again);
      });
      builder_->end_loop();
    });
    for (ValueId result : builder_->end_block()) add(result);
  }

  std::mt19937 random_;
  const int lanes_;
  int step_ = 1;
  Builder* builder_ = nullptr;
  Pool values_, arrays_;
  std::vector<Bounded> bounded_;
  bool in_ordinal_loop_ = false;
  int depth_ = 0;
};

} // namespace pyvm::x64::test
