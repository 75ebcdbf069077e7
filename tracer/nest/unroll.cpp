#include "tracer/nest/unroll.h"

#include <algorithm>

#include "tracer/ir/walk.h"
#include "tracer/nest/copy.h"
#include "tracer/opt/edit.h"

namespace pyvm::tracer::nest {

using ir::Op;
using ir::ValueId;

namespace {

constexpr std::size_t most_instructions = 16, most_checks = 2;
constexpr std::int64_t fewest_trips = 2 * iterations_a_turn;

bool is_scalar(const ir::Region& region, const std::vector<ValueId>& values) {
  return std::all_of(values.begin(), values.end(), [&](ValueId value) { return region.type(value).lanes == 1; });
}

// What may be written several times: no bodies, nothing dear, scalars alone.
bool is_plain(const ir::Region& region, const ir::Instruction& it) {
  switch (ir::info(it.op).effect) {
  case ir::Effect::Pure:
  case ir::Effect::Read:
  case ir::Effect::Write:
  case ir::Effect::Guard:
    return !is_dear(it.op) && it.op != Op::Leave && is_scalar(region, it.operands) && is_scalar(region, it.results);
  default:
    return false;
  }
}

class Unroller : public Copier {
public:
  using Trips = std::function<std::optional<std::int64_t>(ir::InstructionId)>;

  Unroller(const ir::Region& from, ir::Region& to, const Trips& trips, std::vector<int>& lines)
      : Copier(from, to), trips_(trips), lines_(lines) {}

private:
  void instruction(ir::InstructionId id) override {
    const ir::Instruction& it = from_.at(id);
    if (it.op == Op::For && pays(id)) return unroll(it);
    if (it.op == Op::If) note_careful_copies(it);
    const bool loops = it.op == Op::For || it.op == Op::Loop;
    loops_around_ += loops ? 1 : 0;
    copy(id);
    loops_around_ -= loops ? 1 : 0;
  }

  // ---- whether ----------------------------------------------------------------------------------------------------
  bool pays(ir::InstructionId id) const {
    const ir::Instruction& it = from_.at(id);
    const std::vector<ir::InstructionId>& code = it.bodies[0].instructions;
    if (it.immediate != 1 || code.size() > most_instructions + 1 || from_.at(code.back()).op != Op::Yield) return false;
    if (!is_scalar(from_, it.operands)) return false;
    const bool plain = std::all_of(code.begin(), code.end() - 1,
                                   [&](ir::InstructionId each) { return is_plain(from_, from_.at(each)); });
    const auto checks = static_cast<std::size_t>(std::count_if(
        code.begin(), code.end(), [&](ir::InstructionId each) { return from_.at(each).exit != ir::no_id; }));
    if (!plain || code.size() == 1 || checks > (loops_around_ == 0 ? 0 : most_checks)) return false;
    if (std::find(careful_copies_.begin(), careful_copies_.end(), id) != careful_copies_.end()) return false;
    return trips_(id).value_or(fewest_trips) >= fewest_trips;
  }

  // Of `if` the loop needs no checks here, else the same loop with them.
  void note_careful_copies(const ir::Instruction& branch) {
    for (const ir::InstructionId here : branch.bodies[0].instructions)
      for (const ir::InstructionId there : branch.bodies[1].instructions) {
        const ir::Instruction &fast = from_.at(here), &careful = from_.at(there);
        const bool loops = fast.op == Op::For && careful.op == Op::For;
        if (loops && fast.line == careful.line && fast.operands == careful.operands) careful_copies_.push_back(there);
      }
  }

  // ---- how --------------------------------------------------------------------------------------------------------
  void unroll(const ir::Instruction& it) {
    lines_.push_back(it.line);
    build_.set_line(it.line);
    const ValueId lo = at(it.operands[0]), hi = at(it.operands[1]), zero = build_.int_constant(0);
    const ValueId count = build_.emit(Op::Sub, {hi, lo});
    const ValueId turns = build_.emit(Op::And, {count, build_.int_constant(-iterations_a_turn)});
    const ValueId some = build_.emit(Op::Lt, {lo, hi});
    const ValueId covered = build_.emit(Op::Select, {some, turns, zero}, {.type = ir::i64});
    const ValueId last = build_.emit(Op::Add, {lo, covered});
    const std::vector<ValueId> carried = loop(it, lo, last, iterations_a_turn, at(it.operands, 2));
    set(it.results, loop(it, last, hi, 1, carried));
  }

  // A `for` whose body does `step` iterations; returns what it carries in the end.
  std::vector<ValueId> loop(const ir::Instruction& it, ValueId lo, ValueId hi, int step,
                            const std::vector<ValueId>& carried) {
    const ir::Body& body = it.bodies[0];
    build_.set_line(it.line);
    const auto opened = build_.begin_for(lo, hi, step, carried);
    if (it.independent) build_.declare_independent();
    std::vector<ValueId> values{opened.index};
    values.insert(values.end(), opened.parameters.begin(), opened.parameters.end());
    for (int iteration = 0; iteration < step; ++iteration) {
      if (iteration > 0) values[0] = build_.emit(Op::Add, {opened.index, build_.int_constant(iteration)});
      set(body.parameters, values);
      forget_exits(); // their values are those of this iteration
      for (auto each = body.instructions.begin(); each != body.instructions.end() - 1; ++each) copy(*each);
      const std::vector<ValueId> next = at(from_.at(body.instructions.back()).operands);
      std::copy(next.begin(), next.end(), values.begin() + 1);
    }
    values.erase(values.begin());
    build_.yield(values);
    forget_exits();
    return build_.end_for();
  }

  const Trips& trips_;
  std::vector<int>& lines_;
  std::vector<ir::InstructionId> careful_copies_;
  int loops_around_ = 0;
};

} // namespace

std::optional<ir::Region> unroll_loops(const ir::Region& region, const Unroller::Trips& trips,
                                       std::vector<int>& lines) {
  ir::Region result;
  const std::size_t before = lines.size();
  Unroller(region, result, trips, lines).run();
  if (lines.size() == before) return std::nullopt;
  return result;
}

} // namespace pyvm::tracer::nest
