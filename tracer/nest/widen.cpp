#include "tracer/nest/widen.h"

#include <algorithm>
#include <utility>

#include "tracer/nest/copy.h"
#include "vm/support/assert.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

class Widener : public Copier {
public:
  Widener(const LaneView& view, ir::Region& to, int lanes, int gangs)
      : Copier(view.region(), to), view_(view), lanes_(lanes), gangs_(gangs), vectors_(view.region().values.size()) {
    to_.lanes = lanes;
    to_.gangs = gangs;
  }

private:
  // Which of the values that a body hands on vary, and become one for each gang.
  using Varying = std::vector<bool>;
  using List = std::vector<ValueId>;

  void instruction(ir::InstructionId id) override {
    if (in_lanes_) return in_lanes(id);
    if (id == view_.loop()) return lane_loop(from_.at(id));
    copy(id);
  }

  // ---- the loop -------------------------------------------------------------------------------------------
  ValueId add(ValueId a, ValueId b) { return build_.emit(Op::Add, {a, b}); }

  void lane_loop(const ir::Instruction& it) {
    build_.set_line(it.line);
    const std::int64_t step = it.immediate;
    const ValueId lo = at(it.operands[0]), hi = at(it.operands[1]), zero = build_.int_constant(0);
    // Iterations; none when the difference leaves 64 bits, and then the scalar loop does them all.
    ValueId left = build_.emit(Op::Sub, {hi, lo});
    if (step != 1)
      left = build_.emit(Op::FloorDiv, {add(left, build_.int_constant(step - 1)), build_.int_constant(step)});
    left = build_.emit(Op::Max, {left, zero});
    ValueId from = lo;
    for (const int gangs : {gangs_, 1}) {
      const ValueId whole = build_.emit(Op::And, {left, build_.int_constant(-std::int64_t{lanes_} * gangs)});
      const ValueId to = add(from, build_.emit(Op::Mul, {whole, build_.int_constant(step)}));
      vector_loop(it, from, to, gangs);
      from = to;
      left = build_.emit(Op::Sub, {left, whole});
      if (gangs_ == 1) break;
    }
    const auto rest = build_.begin_for(from, hi, step);
    set(it.bodies[0].parameters[0], rest.index);
    body(it.bodies[0]);
    build_.end_for();
    forget_exits();
  }

  void vector_loop(const ir::Instruction& it, ValueId from, ValueId to, int gangs) {
    at_work_ = gangs;
    step_ = it.immediate;
    build_.set_line(it.line);
    base_ = build_.begin_for(from, to, step_ * lanes_ * gangs).index;
    const ir::Type type = ir::i64.with_lanes(lanes_);
    const ValueId iota = build_.emit(Op::Iota, {}, {.type = type, .immediate = step_});
    List& index = vectors_[it.bodies[0].parameters[0]];
    index.clear();
    for (int gang = 0; gang < gangs; ++gang) {
      const ValueId start = add(base_, build_.int_constant(gang * lanes_ * step_));
      index.push_back(add(build_.emit(Op::Splat, {start}, {.type = type}), iota));
    }
    in_lanes_ = true;
    taken_.push_back({});
    body(it.bodies[0]);
    taken_.pop_back();
    in_lanes_ = false;
    build_.end_for();
    forget_exits();
  }

  // ---- values ---------------------------------------------------------------------------------------------
  bool varies(ValueId value) const { return view_.varies(value); }

  ValueId vector(ValueId value, int gang) {
    if (varies(value)) return vectors_[value][static_cast<std::size_t>(gang)];
    return build_.emit(Op::Splat, {at(value)}, {.type = from_.type(value).with_lanes(lanes_)});
  }

  Varying varying(const List& values, std::size_t first = 0) const {
    Varying result;
    for (std::size_t i = first; i < values.size(); ++i) result.push_back(varies(values[i]));
    return result;
  }
  // The values as a body takes them: one for each gang where they vary there.
  List flat(const List& values, std::size_t first, const Varying& taken) {
    List result;
    for (std::size_t i = 0; i < taken.size(); ++i)
      for (int gang = 0; gang < (taken[i] ? at_work_ : 1); ++gang)
        result.push_back(taken[i] ? vector(values[first + i], gang) : at(values[first + i]));
    return result;
  }
  void take(const List& values, std::size_t first, const List& given) {
    auto next = given.begin();
    for (std::size_t i = first; i < values.size(); ++i) {
      if (!varies(values[i])) {
        set(values[i], *next++);
        continue;
      }
      vectors_[values[i]].assign(next, next + at_work_);
      next += at_work_;
    }
  }
  std::vector<ir::Type> flat_types(const List& values) const {
    std::vector<ir::Type> types;
    for (const ValueId value : values) {
      const ir::Type type = from_.type(value);
      if (varies(value))
        types.insert(types.end(), static_cast<std::size_t>(at_work_), type.with_lanes(lanes_));
      else
        types.push_back(type);
    }
    return types;
  }

  ir::ExitId exit(ir::ExitId id) override {
    if (const auto known = exits_.find(id); known != exits_.end()) return known->second;
    ir::Exit copy = from_.exits[id];
    const List operands = std::exchange(copy.operands, {});
    for (const ValueId value : operands)
      for (int gang = 0; gang < gangs_; ++gang)
        copy.operands.push_back(in_lanes_ && varies(value) ? vector(value, std::min(gang, at_work_ - 1)) : at(value));
    return exits_[id] = build_.add_exit(std::move(copy));
  }

  // ---- instructions in lanes ------------------------------------------------------------------------------
  void in_lanes(ir::InstructionId id) {
    const ir::Instruction& it = from_.at(id);
    build_.set_line(it.line);
    if (ir::info(it.op).effect == ir::Effect::Control) return control(id, it);
    switch (it.op) {
    case Op::Load:
    case Op::Store:
      if (view_.access(it).moves == Moves::Still) return copy(id);
      return access(it);
    case Op::LaneGet:
      if (!varies(it.results[0])) return copy(id);
      return each_gang(it, [&](int gang) { return build_.lane_get(it.immediate, lanes_, gang); });
    case Op::LaneSet:
      for (int gang = 0; gang < at_work_; ++gang) build_.lane_set(it.immediate, vector(it.operands[0], gang), gang);
      return;
    case Op::Index:
      if (!varies(it.operands[0])) return copy(id);
      return each_gang(
          it, [&](int gang) { return build_.index(vector(it.operands[0], gang), at(it.operands[1]), exit(it.exit)); });
    default:
      return compute(id, it);
    }
  }

  template <typename Make> void each_gang(const ir::Instruction& it, const Make& make) {
    List made;
    for (int gang = 0; gang < at_work_; ++gang) made.push_back(make(gang));
    if (!it.results.empty()) vectors_[it.results[0]] = std::move(made);
  }

  void compute(ir::InstructionId id, const ir::Instruction& it) {
    bool any = false;
    for (const ValueId operand : it.operands) any = any || varies(operand);
    if (!any) return copy(id);
    ir::Attributes attributes = attributes_of(from_, it);
    attributes.type.lanes = static_cast<std::uint8_t>(lanes_);
    if (it.exit != ir::no_id) attributes.exit = exit(it.exit);
    each_gang(it, [&](int gang) {
      List operands;
      for (const ValueId operand : it.operands) operands.push_back(vector(operand, gang));
      return build_.emit(it.op, operands, attributes);
    });
  }

  // What the value is in lane 0 of gang 0, as a scalar; for values with a coefficient.
  ValueId first_lane(ValueId value) {
    if (!varies(value)) return at(value);
    if (value == from_.at(view_.loop()).bodies[0].parameters[0]) return base_;
    const ir::Instruction& made = *definition(value);
    List operands;
    for (const ValueId operand : made.operands) operands.push_back(first_lane(operand));
    return build_.emit(made.op, operands, attributes_of(from_, made));
  }
  const ir::Instruction* definition(ValueId value) const { return view_.definition(value); }

  void access(const ir::Instruction& it) {
    const LaneAccess how = view_.access(it);
    ir::Attributes attributes = attributes_of(from_, it);
    attributes.type = ir::type_of(it.element).with_lanes(lanes_);
    attributes.lane_dimension = how.moves == Moves::Strided ? how.dimension : 0;
    attributes.lane_step = how.moves == Moves::Strided ? how.step : 1;
    attributes.lane_stride = how.moves == Moves::Contiguous ? ir::LaneStride::Contiguous
                             : how.moves == Moves::Strided  ? ir::LaneStride::Strided
                                                            : ir::LaneStride::None;
    const std::size_t end = it.operands.size() - (it.op == Op::Store ? 1 : 0);
    each_gang(it, [&](int gang) {
      List operands{at(it.operands[0])};
      for (std::size_t i = 1; i < end; ++i) operands.push_back(subscript(it.operands[i], how, gang));
      if (it.op == Op::Store) operands.push_back(vector(it.operands.back(), gang));
      return build_.emit(it.op, operands, attributes);
    });
  }

  ValueId subscript(ValueId value, const LaneAccess& how, int gang) {
    if (!varies(value)) return at(value);
    if (how.moves == Moves::Scattered) return vector(value, gang);
    return add(first_lane(value), build_.int_constant(gang * lanes_ * how.step));
  }

  // ---- control in lanes: the same for all of them ---------------------------------------------------------
  void control(ir::InstructionId id, const ir::Instruction& it) {
    switch (it.op) {
    case Op::If:
      return varies(it.operands[0]) ? converted_if(it) : uniform_if(it);
    case Op::For: {
      const List& parameters = it.bodies[0].parameters;
      taken_.push_back(varying(parameters, 1));
      const auto opened =
          build_.begin_for(at(it.operands[0]), at(it.operands[1]), it.immediate, flat(it.operands, 2, taken_.back()));
      set(parameters[0], opened.index);
      take(parameters, 1, opened.parameters);
      body(it.bodies[0]);
      taken_.pop_back();
      return take(it.results, 0, build_.end_for());
    }
    case Op::Loop:
      taken_.push_back(varying(it.bodies[0].parameters));
      take(it.bodies[0].parameters, 0, build_.begin_loop(flat(it.operands, 0, taken_.back())));
      body(it.bodies[0]);
      taken_.pop_back();
      return build_.end_loop();
    case Op::Block:
      taken_.push_back(varying(it.results));
      blocks_.push_back(taken_.back());
      build_.begin_block(flat_types(it.results));
      body(it.bodies[0]);
      blocks_.pop_back();
      taken_.pop_back();
      return take(it.results, 0, build_.end_block());
    case Op::Yield:
      return build_.yield(flat(it.operands, 0, taken_.back()));
    case Op::Br: {
      const Varying& taken = blocks_[blocks_.size() - 1 - static_cast<std::size_t>(it.immediate)];
      return build_.br(static_cast<int>(it.immediate), flat(it.operands, 0, taken));
    }
    default:
      return copy(id);
    }
  }

  void uniform_if(const ir::Instruction& it) {
    taken_.push_back(varying(it.results));
    build_.begin_if(at(it.operands[0]));
    body(it.bodies[0]);
    build_.begin_else();
    body(it.bodies[1]);
    taken_.pop_back();
    take(it.results, 0, build_.end_if(flat_types(it.results)));
  }

  // Both sides run in every lane; then each lane selects.
  void converted_if(const ir::Instruction& it) {
    List yielded[2];
    for (const int side : {0, 1}) {
      const List& code = it.bodies[static_cast<std::size_t>(side)].instructions;
      for (std::size_t i = 0; i + 1 < code.size(); ++i) in_lanes(code[i]);
      yielded[side] = from_.at(code.back()).operands;
    }
    for (std::size_t i = 0; i < it.results.size(); ++i) {
      List& result = vectors_[it.results[i]];
      result.clear();
      for (int gang = 0; gang < at_work_; ++gang)
        result.push_back(build_.emit(
            Op::Select, {vector(it.operands[0], gang), vector(yielded[0][i], gang), vector(yielded[1][i], gang)}));
    }
  }

  const LaneView& view_;
  const int lanes_, gangs_;
  bool in_lanes_ = false;
  int at_work_ = 1; // gangs of the loop at work
  std::int64_t step_ = 1;
  ValueId base_ = ir::no_id;   // index of lane 0 of gang 0
  std::vector<List> vectors_;  // by value: one vector a gang
  std::vector<Varying> taken_; // by the yields of the open bodies
  std::vector<Varying> blocks_;
};

} // namespace

ir::Region widen(const LaneView& view, int lanes, int gangs) {
  PYVM_ASSERT(!view.refusal(), "a loop that cannot be widened");
  ir::Region result;
  Widener(view, result, lanes, gangs).run();
  return result;
}

} // namespace pyvm::tracer::nest
