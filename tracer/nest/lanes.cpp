#include "tracer/nest/lanes.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracer/ir/walk.h"

namespace pyvm::tracer::nest {

using ir::Effect;
using ir::Op;
using ir::ValueId;

namespace {

// Both sides of an `if` together; beyond this a branch around each side is cheaper.
constexpr int most_flat = 12, most_flat_in_block = 24, dear_size = 6;
// Depth of an address computation that is written anew for a gang.
constexpr int most_address_steps = 16;
constexpr std::int64_t most_lane_step = std::int64_t{1} << 40;

bool is_access(const ir::Instruction& it) { return it.op == Op::Load || it.op == Op::Store; }

std::size_t subscript_end(const ir::Instruction& access) { return 1 + ir::subscript_count(access); }

bool is_dear(Op op) {
  switch (op) {
  case Op::FloorDiv:
  case Op::FloorMod:
  case Op::UDiv:
  case Op::UMod:
  case Op::Pow:
  case Op::Math:
    return true;
  default:
    return false;
  }
}

} // namespace

std::string_view name_of(Moves moves) {
  constexpr std::string_view names[] = {"broadcast", "contiguous", "strided", "scattered"};
  return names[static_cast<std::size_t>(moves)];
}

LaneView::LaneView(const Nest& nest, ir::InstructionId loop, LaneExits exits, HasUnitStride has_unit_stride)
    : nest_(nest), region_(nest.region()), loop_(loop), exits_(exits),
      is_ordinal_(nest.table().loops[nest.loop_of(loop)].ordinal), has_unit_stride_(std::move(has_unit_stride)),
      varies_(region_.values.size()), read_(region_.values.size()), inside_(region_.values.size()) {
  const ir::Instruction& it = region_.at(loop);
  varies_[it.bodies[0].parameters[0]] = true;
  survey(it.bodies[0], &it);
  if (it.immediate > most_lane_step) refuse(Reason::TooFewTrips, it.line, "its step is so large");
  const std::size_t carried = it.operands.size() - 2;
  folds_.reserve(carried);
  for (std::size_t k = 0; k < carried; ++k) {
    if (find_fold(it, k)) continue;
    refuse(Reason::CarriedValue, it.line, carried_text());
    return;
  }
  path_.clear();
  do {
    changed_ = false;
    spread(it.bodies[0], &it);
  } while (changed_);
  look(it.bodies[0]);
}

void LaneView::refuse(Reason reason, int line, std::string detail) {
  if (!refusal_) refusal_ = Refusal{reason, std::move(detail), line};
}

// ---- what the loop carries --------------------------------------------------------------------------------

namespace {

bool is_extreme(Op op) { return op == Op::Min || op == Op::Max || op == Op::UMin || op == Op::UMax; }

} // namespace

bool folds_with(Op op, ir::Type type) {
  switch (op) {
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Min:
  case Op::Max:
    return true;
  case Op::Div:
    return type.is_float();
  case Op::UMin:
  case Op::UMax:
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return type.base == ir::Base::I64;
  default:
    return false;
  }
}

// Of equal floats the first is the extreme.
bool folds_on_either_side(Op op, ir::Type type) {
  return op == Op::Add || op == Op::Mul || (type.base == ir::Base::I64 && op != Op::Sub);
}

int LaneView::reads_in(const ir::Body& body, ValueId value) const {
  int reads = 0;
  ir::for_each_instruction(region_, body, [&](ir::InstructionId id) {
    const std::vector<ValueId>& operands = region_.at(id).operands;
    reads += static_cast<int>(std::count(operands.begin(), operands.end(), value));
  });
  return reads;
}

// Exits may read what is carried: no iteration of a step leaves through one (`Restart`).
bool LaneView::find_fold(const ir::Instruction& loop, std::size_t carried) {
  const ir::Body& body = loop.bodies[0];
  const ValueId before = body.parameters[carried + 1];
  const ir::Instruction& end = region_.at(body.instructions.back());
  if (end.op != Op::Yield) return false; // no iteration comes to its end
  const ValueId after = end.operands[carried];
  const ir::Instruction* update = nest_.definition(after);
  const ir::Type type = region_.type(before);
  if (exits_ != LaneExits::Restart || update == nullptr || update->operands.size() != 2) return false;
  if (!folds_with(update->op, type)) return false;
  const bool is_in_body = std::any_of(body.instructions.begin(), body.instructions.end(),
                                      [&](ir::InstructionId id) { return &region_.at(id) == update; });
  if (!is_in_body || reads_in(body, before) != 1 || reads_in(body, after) != 1) return false;
  const bool is_second = update->operands[1] == before;
  if (update->operands[0] != before && !(is_second && folds_on_either_side(update->op, type))) return false;
  Fold fold{.update = update, .own = update->operands[is_second ? 0 : 1]};
  fold.shows_zeros = type.is_float() && is_extreme(update->op) && !stores(body);
  fold.in_order = type.is_float() && !fold.shows_zeros;
  folds_.push_back(fold);
  return true;
}

std::string LaneView::carried_text() const {
  const std::size_t carried = region_.at(loop_).operands.size() - 2;
  return fmt::format("{} value{}", carried, carried == 1 ? "" : "s");
}

const Fold* LaneView::fold_of(const ir::Instruction& it) const {
  for (const Fold& fold : folds_)
    if (fold.update == &it) return &fold;
  return nullptr;
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

// Of a `br` in the open bodies to that block: false when all lanes that are still inside of the block take it together.
bool LaneView::branch_diverges(const ir::Instruction* block) const {
  for (std::size_t i = path_.size(); i-- > 0 && path_[i] != block;) {
    const ir::Instruction& between = *path_[i];
    if (between.op == Op::If && varies_[between.operands[0]]) return true;
    if (has_varying_trips(between) || waits(between)) return true;
  }
  return false;
}

bool LaneView::has_varying_trips(const ir::Instruction& loop) const {
  return loop.op == Op::For && (varies_[loop.operands[0]] || varies_[loop.operands[1]]);
}

// `owner`: whose body it is. Goes round again until nothing changes, for values that loops carry.
void LaneView::spread(const ir::Body& body, const ir::Instruction* owner) {
  const auto pass = [&](const std::vector<ValueId>& given, std::size_t from, const std::vector<ValueId>& taken,
                        std::size_t to) {
    for (std::size_t i = 0; from + i < given.size() && to + i < taken.size(); ++i)
      if (varies_[given[from + i]]) mark(taken[to + i]);
  };
  const auto mark_all = [&](const std::vector<ValueId>& values) {
    for (const ValueId value : values) mark(value);
  };
  path_.push_back(owner);
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    switch (it.op) {
    case Op::Yield:
      if (owner->op == Op::For) pass(it.operands, 0, owner->bodies[0].parameters, 1);
      if (owner->op == Op::Loop) pass(it.operands, 0, owner->bodies[0].parameters, 0);
      if (owner->op != Op::Loop) pass(it.operands, 0, owner->results, 0);
      break;
    case Op::Br: {
      const ir::Instruction* block = block_of(it);
      if (block == nullptr) {
        refuse(Reason::ExitInside, it.line, "break");
        break;
      }
      pass(it.operands, 0, block->results, 0);
      if (branch_diverges(block) && divergent_.insert(&it).second) {
        changed_ = has_masks_ = true;
        waiting_.insert(block);
        mark_all(block->results);
      }
      break;
    }
    case Op::For:
      pass(it.operands, 2, it.bodies[0].parameters, 1);
      if (varies_[it.operands[0]]) mark(it.bodies[0].parameters[0]);
      if (has_varying_trips(it)) mark_all(it.results), has_masks_ = true;
      spread(it.bodies[0], &it);
      pass(it.bodies[0].parameters, 1, it.results, 0);
      pass(it.results, 0, it.bodies[0].parameters, 1);
      break;
    case Op::Loop:
      pass(it.operands, 0, it.bodies[0].parameters, 0);
      spread(it.bodies[0], &it);
      break;
    case Op::Block:
      spread(it.bodies[0], &it);
      break;
    case Op::If:
      for (const ir::Body& side : it.bodies) spread(side, &it);
      if (varies_[it.operands[0]]) mark_all(it.results);
      break;
    case Op::LaneGet:
      if (is_ordinal_) mark(it.results[0]);
      break;
    default:
      if (!it.results.empty() && any_varies(it.operands) && fold_of(it) == nullptr) mark(it.results[0]);
    }
  }
  path_.pop_back();
}

// Notes what does not depend on which values vary.
void LaneView::survey(const ir::Body& body, const ir::Instruction* owner) {
  path_.push_back(owner);
  for (const ValueId value : body.parameters) inside_[value] = true;
  if (owner->op == Op::For && path_.size() > 1) index_of_[body.parameters[0]] = owner;
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    for (const ValueId value : it.results) inside_[value] = true;
    for (const ValueId value : it.operands) read_[value] = true;
    if (it.exit != ir::no_id)
      for (const ValueId value : region_.exits[it.exit].operands) read_[value] = true;
    if (it.op == Op::Br) {
      std::int64_t left = it.immediate;
      std::size_t block = path_.size();
      while (block > 0 && (path_[block - 1]->op != Op::Block || left-- > 0)) --block;
      block_of_[&it] = block == 0 ? nullptr : path_[block - 1];
    }
    if (!it.bodies.empty() || is_access(it)) owner_of_[&it] = owner;
    for (const ir::Body& nested : it.bodies) survey(nested, &it);
  }
  path_.pop_back();
}

// ---- masks ------------------------------------------------------------------------------------------------

// Instructions of a body that all lanes may run, active or not; more than any limit when that would be wrong.
int LaneView::flat_size(const ir::Body& body) const {
  constexpr int too_many = 1000;
  static_assert(too_many > most_flat && too_many > most_flat_in_block);
  int size = 0;
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    const Effect effect = ir::info(it.op).effect;
    if (it.op == Op::Yield || it.op == Op::Br)
      continue;
    else if (it.op == Op::If)
      size += varies_[it.operands[0]] ? 1 + flat_size(it.bodies[0]) + flat_size(it.bodies[1]) : too_many;
    else if (it.op == Op::Block)
      size += flat_size(it.bodies[0]);
    else if (effect == Effect::Pure)
      size += is_dear(it.op) && !has_constant_divisor(it) ? dear_size : 1;
    else if (is_access(it) && access(it).moves != Moves::Still)
      size += access(it).moves == Moves::Contiguous || (it.op == Op::Load && is_safe(it)) ? 1 : dear_size;
    else if (it.op == Op::Load)
      size += is_safe(it) ? 1 : too_many;
    else
      size += effect == Effect::Lane && it.op != Op::Touch ? 1 : too_many;
  }
  return size;
}

bool LaneView::has_constant_divisor(const ir::Instruction& it) const {
  const ir::Instruction* divisor = it.operands.size() == 2 ? nest_.definition(it.operands[1]) : nullptr;
  return divisor != nullptr && divisor->op == Op::Const && it.op != Op::Pow && it.op != Op::Math;
}

// A flat `if` that needs no mask: computations, and loads that are safe.
bool LaneView::is_plain(const ir::Instruction& branch) const {
  if (!is_flat(branch)) return false;
  bool plain = true;
  for (const ir::Body& side : branch.bodies)
    ir::for_each_instruction(region_, side, [&](ir::InstructionId id) {
      const ir::Instruction& it = region_.at(id);
      const Effect effect = ir::info(it.op).effect;
      plain = plain &&
              (effect == Effect::Pure || it.op == Op::Yield || it.op == Op::If || (it.op == Op::Load && is_safe(it)));
    });
  return plain;
}

bool LaneView::is_flat(const ir::Instruction& branch) const {
  return flat_size(branch.bodies[0]) + flat_size(branch.bodies[1]) <= most_flat;
}

bool LaneView::is_flat_block(const ir::Instruction& block) const {
  return flat_size(block.bodies[0]) <= most_flat_in_block;
}

// A number whose range the entry knows for all lanes, whatever their masks: made of indices of loops that all lanes run
// alike and of what was there at entry.
bool LaneView::is_even(ValueId value) const {
  if (!inside_[value] || value == region_.at(loop_).bodies[0].parameters[0]) return true;
  if (const auto loop = index_of_.find(value); loop != index_of_.end()) return !has_varying_trips(*loop->second);
  const ir::Instruction* made = nest_.definition(value);
  if (made == nullptr) return false;
  switch (made->op) {
  case Op::Neg:
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Shl:
    return std::all_of(made->operands.begin(), made->operands.end(), [&](ValueId each) { return is_even(each); });
  default:
    return false;
  }
}

// A loop whose subscripts were checked at its head (version.h) stands in the side of an `if` where that came out well:
// when the `if` varies, nothing is known of the lanes on its other side.
bool LaneView::is_safe(const ir::Instruction& load) const {
  if (!nest_.forms_are_in_range()) return false;
  bool in_loop = false;
  for (const ir::Instruction* owner = owner_of_.at(&load); owner != &region_.at(loop_); owner = owner_of_.at(owner)) {
    in_loop |= owner->op == Op::For;
    if (in_loop && owner->op == Op::If && varies_[owner->operands[0]]) return false;
  }
  for (std::size_t i = 1; i < subscript_end(load); ++i)
    if (!is_even(load.operands[i])) return false;
  return true;
}

bool LaneView::is_left_by_some(const ir::Instruction& loop) const {
  return (loop.op == Op::For || loop.op == Op::Loop) && !ways_of(loop, false).blocks.empty();
}

ValueId LaneView::carried_result(const ir::Instruction& loop, const ir::Instruction& block, std::size_t i) const {
  ValueId given = ir::no_id;
  bool same = true;
  ir::for_each_instruction(region_, loop.bodies[0], [&](ir::InstructionId id) {
    const ir::Instruction& it = region_.at(id);
    if (it.op != Op::Br || block_of(it) != &block) return;
    same = same && (given == ir::no_id || given == it.operands[i]);
    given = it.operands[i];
  });
  const std::vector<ValueId>& carried = loop.bodies[0].parameters;
  return same && std::find(carried.begin(), carried.end(), given) != carried.end() ? given : ir::no_id;
}

Ways LaneView::ways(const ir::Body& body, bool masked) const {
  Ways result;
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    if (it.op == Op::Br && diverges(it)) result.blocks.insert(block_of(it));
    if (it.exit != ir::no_id && masked && !restarts(it)) result.leaves = true;
    const bool differ = it.op == Op::If ? varies_[it.operands[0]] : has_varying_trips(it);
    result.add(ways_of(it, masked || differ));
    masked = masked || result.any();
  }
  return result;
}

// What may change a mask anywhere in a body is given one before it begins: all its exits are under masks then, those of
// earlier instructions, of later iterations and of the other side of an `if` too.
Ways LaneView::ways_of(const ir::Instruction& it, bool masked) const {
  Ways result;
  for (const ir::Body& nested : it.bodies) result.add(ways(nested, masked));
  result.blocks.erase(&it);
  return masked || !result.any() ? result : ways_of(it, true);
}

// ---- what can be widened ----------------------------------------------------------------------------------

bool LaneView::restarts(const ir::Instruction& it) const {
  return it.exit != ir::no_id && exits_ == LaneExits::Restart;
}

std::string LaneView::array_name(const ir::Instruction& access) const {
  return fmt::format("r{}", array(access).guest_register);
}

const ir::ArraySlot& LaneView::array(const ir::Instruction& access) const {
  return region_.arrays[static_cast<std::size_t>(nest_.definition(access.operands[0])->immediate)];
}

bool LaneView::stores(const ir::Body& body) const {
  bool found = false;
  ir::for_each_instruction(region_, body, [&](ir::InstructionId id) {
    found |= region_.at(id).op == Op::Store || region_.at(id).op == Op::LaneSet;
  });
  return found;
}

void LaneView::look(const ir::Body& body) {
  for (const ir::InstructionId id : body.instructions) {
    const ir::Instruction& it = region_.at(id);
    if (restarts(it) && stored_) refuse(Reason::ExitInside, it.line, region_.exits[it.exit].reason);
    may_restart_ |= restarts(it);
    if (ir::info(it.op).effect == Effect::State) refuse(Reason::DrawsInOrder, it.line);
    switch (it.op) {
    case Op::If:
      if (varies_[it.operands[0]]) has_masks_ |= !is_plain(it);
      break;
    case Op::Store:
      if (array(it).is_scratch() && is_ordinal_) refuse(Reason::OwnArrays, it.line);
      if (array(it).accumulates && is_ordinal_) refuse(Reason::AccumulatedInOrder, it.line);
      if (access(it).moves == Moves::Still) refuse(Reason::UniformStore, it.line, array_name(it));
      stored_ = true;
      break;
    case Op::LaneSet:
      stored_ = true;
      if (!is_ordinal_) refuse(Reason::CarriedValue, it.line, "a reduction of the loop around it");
      break;
    default:
      break;
    }
    // In a loop a store stands before the checks of the next iteration.
    if (it.op == Op::For || it.op == Op::Loop) stored_ |= stores(it.bodies[0]);
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
  if (const Fold* fold = fold_of(it)) return need(fold->own);
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
