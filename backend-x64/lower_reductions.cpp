// The lane record of reductions, and values in 64-bit slots, which exits use too.
//
// Where the ordinal loop's step is a multiple of the reduction lanes, every iteration works on the same lanes. Then
// they are kept in registers: loaded before the loop, stored after it and in the cold code of every exit inside it. The
// usual `s = laneget; t = s + x; laneset t` computes in that register directly.

#include "backend-x64/lowering.h"

#include <algorithm>

namespace pyvm::x64 {

using ir::RegionContext;

// ---- addresses ----------------------------------------------------------------------------------------------------

// Which lane the ordinal at work has.
x86::Gp Generator::lane_number() {
  x86::Gp start = runs_blocks_ ? block_start_ : context_field(offsetof(RegionContext, block_start)), lane = new_gp();
  cc_.mov(lane, ordinal_ ? ordinal_->index : begin_);
  cc_.sub(lane, start);
  cc_.and_(lane, region_.reduction_lanes - 1);
  return lane;
}

// For vectors, the gang's distance from that lane.
x86::Mem Generator::lane_slot(std::int64_t accumulator, int lanes, int gang) {
  x86::Gp record = context_field(offsetof(RegionContext, lane_record));
  x86::Gp lane = ordinal_ ? ordinal_->lane : lane_number();
  std::int64_t offset = 8 * (accumulator * region_.reduction_lanes + gang * lanes);
  return x86::ptr(record, lane, 3, static_cast<std::int32_t>(offset));
}

// ---- lanes in registers -------------------------------------------------------------------------------------------

// Collects the lane record's users in the loop. False when a branch leaves the loop, which then cannot hold registers.
bool Generator::find_lane_users(const ir::Body& body, int blocks, std::vector<const Instruction*>& users) const {
  bool stays = true;
  for (InstructionId id : body.instructions) {
    const Instruction& it = region_.instructions[id];
    if (it.op == Op::LaneGet || it.op == Op::LaneSet) users.push_back(&it);
    stays &= it.op != Op::Br || it.immediate < blocks;
    for (const ir::Body& nested : it.bodies)
      stays &= find_lane_users(nested, blocks + (it.op == Op::Block ? 1 : 0), users);
  }
  return stays;
}

// Before the first iteration.
void Generator::open_lanes(const Instruction& loop) {
  std::vector<const Instruction*> users;
  bool stays = find_lane_users(loop.bodies[0], 0, users);
  ordinal_->uses_lanes = !users.empty();
  ordinal_->lane_is_fixed = loop.immediate % region_.reduction_lanes == 0;
  if (users.empty() || !ordinal_->lane_is_fixed) return;
  ordinal_->lane = lane_number();
  const auto type_at = [&](const Instruction& user) {
    return type(user.op == Op::LaneGet ? user.results[0] : user.operands[0]);
  };
  bool vectors =
      std::all_of(users.begin(), users.end(), [&](const Instruction* user) { return type_at(*user).lanes > 1; });
  if (!stays || !vectors) return;
  for (const Instruction* user : users)
    if (!kept_lane(*user)) {
      Type t = type_at(*user);
      x86::Reg reg = new_register(t);
      load_slots(reg, t, lane_slot(user->immediate, lanes_, user->gang));
      kept_lanes_.push_back({user->immediate, user->gang, t, reg});
    }
  for (const KeptLane& kept : kept_lanes_) compute_in_place(kept, users);
}

// At the start of each iteration.
void Generator::find_lane() {
  if (ordinal_->uses_lanes && !ordinal_->lane_is_fixed) ordinal_->lane = lane_number();
}

void Generator::store_kept_lanes(const std::vector<KeptLane>& lanes, const x86::Gp& lane) {
  x86::Gp record = new_gp();
  cc_.mov(record, x86::ptr(context_, offsetof(RegionContext, lane_record)));
  for (const KeptLane& kept : lanes) {
    std::int64_t offset = 8 * (kept.accumulator * region_.reduction_lanes + kept.gang * lanes_);
    store_slots(kept.reg, kept.type, x86::ptr(record, lane, 3, static_cast<std::int32_t>(offset)));
  }
}

// After the last iteration.
void Generator::close_lanes() {
  if (!kept_lanes_.empty()) store_kept_lanes(kept_lanes_, ordinal_->lane);
}

const Generator::KeptLane* Generator::kept_lane(const Instruction& it) const {
  for (const KeptLane& kept : kept_lanes_)
    if (kept.accumulator == it.immediate && kept.gang == it.gang) return &kept;
  return nullptr;
}

// One read and one write of the lane, in one body: nobody reads the old value after the new one is there, and nobody
// leaves between its computation and the write. Then both values live in the lane's register.
void Generator::compute_in_place(const KeptLane& kept, const std::vector<const Instruction*>& users) {
  const Instruction *get = nullptr, *set = nullptr;
  for (const Instruction* user : users) {
    if (kept_lane(*user) != &kept) continue;
    const Instruction*& same = user->op == Op::LaneGet ? get : set;
    if (same) return;
    same = user;
  }
  if (!get || !set) return;
  ValueId before = get->results[0], after = set->operands[0];
  const Instruction* computes = facts_.definition(after);
  const InstructionFacts &get_at = facts_.at(*get), &set_at = facts_.at(*set);
  if (!computes || computes->results.size() != 1 || !computes->bodies.empty() || regs_[after].isValid()) return;
  const ValueFacts &old = facts_.of(before), &fresh = facts_.of(after);
  if (fresh.form != Form::Emitted || fresh.shares != no_id || old.shares != no_id) return;
  int computed_at = facts_.at(*computes).position;
  if (get_at.body != set_at.body || fresh.body != set_at.body || computed_at <= get_at.position) return;
  if (!old.read_at.empty() && old.read_at.back() > computed_at) return;
  if (facts_.may_leave_between(computed_at, set_at.position)) return;
  regs_[before] = regs_[after] = kept.reg;
}

// ---- ops ----------------------------------------------------------------------------------------------------------

void Generator::lower_lane_get(const Instruction& it) {
  ValueId result = it.results[0];
  if (const KeptLane* kept = kept_lane(it))
    copy(target(result), kept->reg, kept->type);
  else
    load_slots(target(result), type(result), lane_slot(it.immediate, type(result).lanes, it.gang));
}

void Generator::lower_lane_set(const Instruction& it) {
  ValueId value = it.operands[0];
  if (const KeptLane* kept = kept_lane(it))
    move(kept->reg, value);
  else
    store_slots(value, lane_slot(it.immediate, type(value).lanes, it.gang));
}

void Generator::lower_touch(const Instruction& it) {
  x86::Gp touched = context_field(offsetof(RegionContext, touched));
  cc_.mov(x86::byte_ptr(touched, static_cast<std::int32_t>(it.immediate)), 1);
}

// ---- slots --------------------------------------------------------------------------------------------------------

x86::Vec Generator::load_vector(const x86::Mem& from) {
  x86::Vec slots = new_vec(lanes_ * 8);
  emit(Id::kIdVmovups, slots, from);
  return slots;
}

void Generator::load_slots(const x86::Reg& into, Type t, const x86::Mem& from) {
  if (t.lanes == 1)
    load_scalar(into, slot_kind(t.base), from);
  else if (t.base == Base::F32 && evex_) // the low halves
    emit(Id::kIdVpmovqd, sized(into, t), load_vector(from));
  else if (t.base == Base::F32)
    emit(Id::kIdVmovaps, sized(into, t), narrow_mask(load_vector(from)));
  else if (t.base == Base::Bool)
    ints_to_mask(into, load_vector(from));
  else
    emit(Id::kIdVmovups, sized(into, t), from);
}

void Generator::store_slots(ValueId value, x86::Mem to) {
  Type t = type(value);
  if (t.lanes > 1) {
    store_slots(reg(value), t, to);
    return;
  }
  store_scalar(slot_kind(t.base), to, value);
  if (t.base == Base::F32) { // the upper half is zero
    to.addOffset(4);
    to.setSize(4);
    cc_.mov(to, 0);
  }
}

void Generator::store_slots(const x86::Reg& from, Type t, const x86::Mem& to) {
  emit(Id::kIdVmovups, to, slots_of(from, t));
}

// A vector as 64-bit slots.
x86::Vec Generator::slots_of(const x86::Reg& from, Type t) {
  x86::Vec slots = sized(from, lanes_ * 8);
  if (t.base == Base::F32) {
    slots = new_vec(lanes_ * 8);
    emit(Id::kIdVpmovzxdq, slots, sized(from, t));
  } else if (t.base == Base::Bool) {
    slots = new_vec(lanes_ * 8);
    mask_to_ints(slots, from);
  }
  return slots;
}

// In 64-bit slots integers stand extended.
ScalarKind Generator::slot_kind(Base base) {
  return base == Base::F64 ? ScalarKind::Float64 : base == Base::F32 ? ScalarKind::Float32 : ScalarKind::Int64;
}

} // namespace pyvm::x64
