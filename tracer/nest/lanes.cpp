#include "tracer/nest/lanes.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracer/ir/walk.h"

namespace pyvm::tracer::nest {

using ir::Effect;
using ir::Op;
using ir::ValueId;

namespace {

// Both sides of an `if` together; beyond this a mask or a branch would be cheaper.
constexpr int most_converted = 12;
// Depth of an address computation that is written anew for a gang.
constexpr int most_address_steps = 16;
constexpr std::int64_t most_lane_step = std::int64_t{1} << 40;

bool is_access(const ir::Instruction& it) { return it.op == Op::Load || it.op == Op::Store; }

std::size_t subscript_end(const ir::Instruction& access) {
  return access.operands.size() - (access.op == Op::Store ? 1 : 0);
}

} // namespace

std::string_view name_of(Moves moves) {
  constexpr std::string_view names[] = {"broadcast", "contiguous", "strided", "scattered"};
  return names[static_cast<std::size_t>(moves)];
}

LaneView::LaneView(const Nest& nest, ir::InstructionId loop, LaneExits exits, HasUnitStride has_unit_stride)
    : nest_(nest), region_(nest.region()), loop_(loop), exits_(exits), has_unit_stride_(std::move(has_unit_stride)),
      varies_(region_.values.size()) {
  const ir::Instruction& it = region_.at(loop);
  varies_[it.bodies[0].parameters[0]] = true;
  if (it.operands.size() > 2) {
    const std::size_t carried = it.operands.size() - 2;
    refuse(Reason::CarriedValue, it.line, fmt::format("{} value{}", carried, carried == 1 ? "" : "s"));
    return;
  }
  do {
    changed_ = false;
    spread(it.bodies[0], &it);
  } while (changed_);
  look(it.bodies[0]);
}

void LaneView::refuse(Reason reason, int line, std::string detail) {
  if (!refusal_) refusal_ = Refusal{reason, std::move(detail), line};
}

// ---- what varies ------------------------------------------------------------------------------------------

void LaneView::mark(ValueId value) {
  if (varies_[value]) return;
  varies_[value] = changed_ = true;
}

bool LaneView::any_varies(const std::vector<ValueId>& values, std::size_t first) const {
  return std::any_of(values.begin() + static_cast<std::ptrdiff_t>(std::min(first, values.size())), values.end(),
                     [&](ValueId value) { return varies_[value]; });
}

// `owner`: whose body it is. Goes round again until nothing changes, for values that loops carry.
void LaneView::spread(const ir::Body& body, const ir::Instruction* owner) {
  const auto pass = [&](const std::vector<ValueId>& given, std::size_t from, const std::vector<ValueId>& taken,
                        std::size_t to) {
    for (std::size_t i = 0; from + i < given.size() && to + i < taken.size(); ++i)
      if (varies_[given[from + i]]) mark(taken[to + i]);
  };
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    switch (it.op) {
    case Op::Yield:
      if (owner->op == Op::For) pass(it.operands, 0, owner->bodies[0].parameters, 1);
      if (owner->op == Op::Loop) pass(it.operands, 0, owner->bodies[0].parameters, 0);
      if (owner->op != Op::Loop) pass(it.operands, 0, owner->results, 0);
      break;
    case Op::Br:
      if (static_cast<std::size_t>(it.immediate) >= blocks_.size()) {
        refuse(Reason::ExitInside, it.line, "break");
      } else {
        pass(it.operands, 0, blocks_[blocks_.size() - 1 - static_cast<std::size_t>(it.immediate)]->results, 0);
      }
      break;
    case Op::For:
      pass(it.operands, 2, it.bodies[0].parameters, 1);
      spread(it.bodies[0], &it);
      pass(it.bodies[0].parameters, 1, it.results, 0);
      pass(it.results, 0, it.bodies[0].parameters, 1);
      break;
    case Op::Loop:
      pass(it.operands, 0, it.bodies[0].parameters, 0);
      spread(it.bodies[0], &it);
      break;
    case Op::Block:
      blocks_.push_back(&it);
      spread(it.bodies[0], &it);
      blocks_.pop_back();
      break;
    case Op::If:
      for (const ir::Body& side : it.bodies) spread(side, &it);
      if (varies_[it.operands[0]]) std::for_each(it.results.begin(), it.results.end(), [&](ValueId v) { mark(v); });
      break;
    case Op::LaneGet:
      if (exits_ != LaneExits::None) mark(it.results[0]);
      break;
    default:
      if (!it.results.empty() && any_varies(it.operands)) mark(it.results[0]);
    }
  }
}

// ---- what can be widened ----------------------------------------------------------------------------------

bool LaneView::computes(const ir::Instruction& it) const {
  const Effect effect = ir::info(it.op).effect;
  return effect == Effect::Pure || effect == Effect::Read;
}

// Instructions in a side of an `if` that every lane may run; more than most_converted when some may not.
int LaneView::converted_size(const ir::Body& body) const {
  int size = 0;
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    if (it.op == Op::Yield) continue;
    if (it.op == Op::If)
      size += converted_size(it.bodies[0]) + converted_size(it.bodies[1]);
    else
      size += computes(it) ? 1 : most_converted + 1;
  }
  return size;
}

bool LaneView::is_converted(const ir::Instruction& branch) const {
  if (branch.op != Op::If || !varies_[branch.operands[0]]) return false;
  return converted_size(branch.bodies[0]) + converted_size(branch.bodies[1]) <= most_converted;
}

bool LaneView::may_exit(const ir::Instruction& it) const {
  if (exits_ == LaneExits::Gang) return true;
  return exits_ == LaneExits::AtStart && !stored_ && region_.exits[it.exit].before_iteration;
}

std::string LaneView::array_name(const ir::Instruction& access) const {
  const ir::Instruction* array = nest_.definition(access.operands[0]);
  return fmt::format("r{}", region_.arrays[static_cast<std::size_t>(array->immediate)].guest_register);
}

bool LaneView::is_scratch(const ir::Instruction& access) const {
  return region_.arrays[static_cast<std::size_t>(nest_.definition(access.operands[0])->immediate)].is_scratch();
}

void LaneView::look(const ir::Body& body) {
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    if (it.exit != ir::no_id && !may_exit(it)) refuse(Reason::ExitInside, it.line, region_.exits[it.exit].reason);
    switch (it.op) {
    case Op::For:
      if (varies_[it.operands[0]] || varies_[it.operands[1]]) refuse(Reason::VaryingTrips, it.line);
      break;
    case Op::If:
      if (is_converted(it)) continue; // nothing in it needs a look
      if (varies_[it.operands[0]]) {
        const auto touches = [&](const ir::Body& side) {
          return std::any_of(side.instructions.begin(), side.instructions.end(),
                             [&](ir::InstructionId each) { return region_.at(each).op == Op::Touch; });
        };
        const bool contributes = touches(it.bodies[0]) || touches(it.bodies[1]);
        refuse(contributes ? Reason::ConditionalContribution : Reason::VaryingBranch, it.line);
      }
      break;
    case Op::Store:
      if (is_scratch(it) && exits_ != LaneExits::None) refuse(Reason::OwnArrays, it.line);
      if (access(it).moves == Moves::Still) refuse(Reason::UniformStore, it.line, array_name(it));
      stored_ = true;
      break;
    case Op::LaneSet:
      if (exits_ == LaneExits::None) refuse(Reason::CarriedValue, it.line, "a reduction of the loop around it");
      break;
    default:
      break;
    }
    for (const ir::Body& nested : it.bodies) look(nested);
  }
}

// ---- addresses --------------------------------------------------------------------------------------------

namespace {

using Coefficient = std::optional<std::int64_t>;

Coefficient combine(Coefficient a, Coefficient b, std::int64_t times_b) {
  std::int64_t part = 0, result = 0;
  if (!a || !b || __builtin_mul_overflow(*b, times_b, &part) || __builtin_add_overflow(*a, part, &result))
    return std::nullopt;
  return result;
}

} // namespace

std::optional<std::int64_t> LaneView::coefficient(ValueId value) const {
  int steps = most_address_steps;
  const std::function<Coefficient(ValueId)> of = [&](ValueId each) -> Coefficient {
    if (!varies_[each]) return 0;
    if (each == region_.at(loop_).bodies[0].parameters[0]) return 1;
    const ir::Instruction* made = nest_.definition(each);
    if (made == nullptr || --steps < 0) return std::nullopt;
    const auto constant = [&](ValueId operand) -> Coefficient {
      const ir::Instruction* number = nest_.definition(operand);
      if (number == nullptr || number->op != Op::Const) return std::nullopt;
      return number->immediate;
    };
    switch (made->op) {
    case Op::Neg:
      return combine(0, of(made->operands[0]), -1);
    case Op::Add:
      return combine(of(made->operands[0]), of(made->operands[1]), 1);
    case Op::Sub:
      return combine(of(made->operands[0]), of(made->operands[1]), -1);
    case Op::Mul:
      if (const auto times = constant(made->operands[1])) return combine(0, of(made->operands[0]), *times);
      return std::nullopt;
    case Op::Shl:
      if (const auto count = constant(made->operands[1]); count && *count >= 0 && *count < 40)
        return combine(0, of(made->operands[0]), std::int64_t{1} << *count);
      return std::nullopt;
    default:
      return std::nullopt;
    }
  };
  return of(value);
}

LaneAccess LaneView::access(const ir::Instruction& it) const {
  LaneAccess result;
  int varying = 0;
  for (std::size_t i = 1; i < subscript_end(it); ++i) {
    if (!varies_[it.operands[i]]) continue;
    ++varying;
    result.dimension = static_cast<std::uint8_t>(i - 1);
  }
  if (varying == 0) return result;
  result.moves = Moves::Scattered;
  const auto slope = varying == 1 ? coefficient(it.operands[result.dimension + 1u]) : std::nullopt;
  if (!slope || *slope == 0) return result;
  if (__builtin_mul_overflow(*slope, region_.at(loop_).immediate, &result.step)) return result;
  if (result.step > most_lane_step || result.step < -most_lane_step) return result;
  const auto slot = static_cast<std::uint16_t>(nest_.definition(it.operands[0])->immediate);
  const bool unit = result.step == 1 && has_unit_stride_(slot, result.dimension);
  result.moves = unit ? Moves::Contiguous : Moves::Strided;
  return result;
}

// ---- registers --------------------------------------------------------------------------------------------

// Marks what the instruction reads in vector registers, when it is needed itself.
void LaneView::note_vectors(const ir::Instruction& it, std::vector<bool>& needed, bool& changed) const {
  const auto need = [&](ValueId value) {
    if (varies_[value] && !needed[value]) needed[value] = changed = true;
  };
  const auto need_if = [&](bool condition, const std::vector<ValueId>& values, std::size_t first = 0) {
    for (std::size_t i = first; condition && i < values.size(); ++i) need(values[i]);
  };
  if (is_access(it)) {
    const bool live = it.op == Op::Store || needed[it.results[0]];
    if (it.op == Op::Store) need(it.operands.back());
    if (live && access(it).moves == Moves::Scattered)
      for (std::size_t i = 1; i < subscript_end(it); ++i) need(it.operands[i]);
    return;
  }
  switch (it.op) {
  case Op::For:
    for (std::size_t i = 0; i < it.results.size(); ++i) {
      if (needed[it.results[i]]) need(it.bodies[0].parameters[i + 1]);
      if (needed[it.bodies[0].parameters[i + 1]]) need(it.operands[i + 2]);
    }
    return;
  case Op::If:
  case Op::Block:
  case Op::Loop:
    return need_if(true, it.operands);
  case Op::Yield:
  case Op::Br:
    return need_if(true, it.operands);
  default:
    return need_if(it.results.empty() || needed[it.results[0]] || it.op == Op::Index, it.operands);
  }
}

std::vector<bool> LaneView::vector_values() const {
  std::vector<bool> needed(region_.values.size());
  for (bool changed = true; changed;) {
    changed = false;
    ir::for_each_instruction(region_, region_.at(loop_).bodies[0],
                             [&](ir::InstructionId id) { note_vectors(region_.at(id), needed, changed); });
  }
  return needed;
}

} // namespace pyvm::tracer::nest
