// Leaving the region: guards, subscript checks, and the cold code that fills the exit buffer.

#include "backend-x64/lowering.h"

namespace pyvm::x64 {

using asmjit::x86::CondCode;
using ir::RegionContext;

// The label of cold code that leaves through the instruction's exit.
Label Generator::exit_stub(const Instruction& it) {
  Label label = cc_.newLabel();
  Ordinal ordinal = ordinal_ ? *ordinal_ : Ordinal{begin_};
  later([this, label, ordinal, kept = kept_lanes_, &it] {
    cc_.bind(label);
    if (!kept.empty()) store_kept_lanes(kept, ordinal.lane);
    emit_exit(it, ordinal);
  });
  return label;
}

void Generator::emit_exit(const Instruction& it, const Ordinal& ordinal) {
  in_cold_ = true;
  const std::vector<ValueId>& values = region_.exits[it.exit].operands;
  x86::Gp buffer = new_gp();
  cc_.mov(buffer, x86::ptr(context_, offsetof(RegionContext, exit_values)));
  for (std::size_t k = 0; k < values.size(); ++k)
    store_slots(values[k], x86::ptr(buffer, static_cast<std::int32_t>(k * ir::max_lanes * 8)));
  cc_.mov(x86::ptr(context_, offsetof(RegionContext, exit_ordinal)), ordinal.index);
  x86::Gp count = new_gp();
  cc_.mov(count, Imm(ordinal.step));
  cc_.mov(x86::ptr(context_, offsetof(RegionContext, exit_gang)), count);
  cc_.mov(outcome_.r32(), Imm(static_cast<std::int64_t>(it.exit)));
  cc_.jmp(finish_);
  // What only this exit needed must be computed again by the next one.
  for (ValueId value : cold_values_) regs_[value] = x86::Reg();
  cold_values_.clear();
  in_cold_ = false;
}

void Generator::lower_exit(const Instruction& it) {
  cc_.jmp(exit_stub(it));
  reachable_ = false;
}

void Generator::lower_guard(const Instruction& it) {
  ValueId condition = it.operands[0];
  Label stub = exit_stub(it);
  if (!is_vector(condition))
    branch(condition, false, stub);
  else
    leave_unless_all(reg(condition), stub);
}

void Generator::leave_unless_all(const x86::Reg& mask, const Label& label) {
  if (evex_) {
    cc_.kortestb(mask.as<x86::KReg>(), mask.as<x86::KReg>());
    cc_.jnc(label); // carry: all eight
    return;
  }
  x86::Gp bits = new_gp();
  emit(Id::kIdVmovmskpd, bits.r32(), sized(mask, 32));
  cc_.cmp(bits.r32(), (1 << lanes_) - 1);
  cc_.jne(label);
}

// What an exit reads must be there still when cold code has begun to change the result.
bool Generator::has_register_of_its_own(ValueId result) const {
  return facts_.of(result).shares == no_id && !regs_[result].isValid();
}

// a < 0 ? a + b : a, which as an unsigned number must be less than b. What is not less as it stands is negative or too
// large: the cold code adds b and asks again, and a sum with a large subscript is still too large. In lanes it adds b
// to the negative ones alone: the others were in range.
void Generator::lower_index(const Instruction& it) {
  if (is_vector(it.results[0])) {
    vector_index(it);
    return;
  }
  bool in_place = facts_.of(it.results[0]).shares == it.operands[0]; // Facts::share_subscripts
  bool of_its_own = in_place || has_register_of_its_own(it.results[0]);
  x86::Gp length = gp(it.operands[1]), subscript = of_its_own ? target_gp(it.results[0]) : new_gp();
  Label stub = exit_stub(it), other = cc_.newLabel(), done = cc_.newLabel();
  move(subscript, it.operands[0]);
  cc_.cmp(subscript, length);
  cc_.jae(other);
  cc_.bind(done);
  later([this, subscript, length, stub, other, done, in_place] {
    cc_.bind(other);
    cc_.add(subscript, length);
    cc_.cmp(subscript, length);
    cc_.jb(done);
    if (in_place) cc_.sub(subscript, length);
    cc_.jmp(stub);
  });
  copy(target_gp(it.results[0]), subscript, ir::i64);
}

void Generator::vector_index(const Instruction& it) {
  Label stub = exit_stub(it), other = cc_.newLabel(), done = cc_.newLabel();
  Type t = type(it.results[0]);
  ValueId result = it.results[0];
  bool of_its_own = has_register_of_its_own(result);
  x86::Vec length = splat_of(it.operands[1]), subscript = of_its_own ? target_vec(result) : new_vec(t);
  copy(subscript, reg(it.operands[0]), t);
  const auto leave_unless_inside = [this, t, length, subscript](const Label& label) {
    x86::Reg inside = new_register(ir::b1.with_lanes(t.lanes));
    if (evex_)
      emit(Id::kIdVpcmpuq, inside.as<x86::KReg>(), subscript, length, Imm(1));
    else
      compare_ints_avx2(sized(inside, 32), Op::ULt, subscript, length);
    leave_unless_all(inside, label);
  };
  leave_unless_inside(other);
  cc_.bind(done);
  later([this, t, length, subscript, stub, other, done, leave_unless_inside] {
    cc_.bind(other);
    if (evex_) {
      x86::KReg negative = cc_.newKb();
      emit(Id::kIdVpmovq2m, negative, subscript);
      cc_.k(negative).emit(Id::kIdVpaddq, subscript, subscript, length);
    } else {
      x86::Vec wrap = new_vec(t);
      emit(Id::kIdVpxor, wrap, wrap, wrap);
      emit(Id::kIdVpcmpgtq, wrap, wrap, subscript);
      emit(Id::kIdVpand, wrap, wrap, length);
      emit(Id::kIdVpaddq, subscript, subscript, wrap);
    }
    leave_unless_inside(stub);
    cc_.jmp(done);
  });
  copy(target(result), subscript, t);
}

// An integer in all lanes, made before all loops when it is known there.
x86::Vec Generator::splat_of(ValueId scalar) {
  Type t = ir::i64.with_lanes(lanes_);
  const auto make = [&](const x86::Vec& into) { broadcast_int(into, gp(scalar)); };
  if (facts_.of(scalar).form == Form::Entry)
    return cached(
        {EntryKind::Splat, static_cast<std::int64_t>(scalar)}, [&] { return new_vec(t); }, make);
  x86::Vec result = new_vec(t);
  make(result);
  return result;
}

// ---- masks --------------------------------------------------------------------------------------------------------

void Generator::test_any(const Instruction& it) {
  x86::Reg mask = reg(it.operands[0]);
  if (evex_)
    cc_.kortestb(mask.as<x86::KReg>(), mask.as<x86::KReg>());
  else
    emit(Id::kIdVptest, sized(mask, 32), sized(mask, 32));
}

void Generator::lower_any(const Instruction& it) {
  test_any(it);
  x86::Gp truth = cc_.newGpb();
  cc_.setnz(truth);
  cc_.movzx(target_gp(it.results[0]).r32(), truth);
}

// The values of the lanes go where an exit of the whole gang would put them, and nothing of the other lanes is touched:
// they may have left before.
void Generator::lower_leave(const Instruction& it) {
  x86::Reg mask = reg(it.operands[0]);
  bool was_cold = in_cold_;
  in_cold_ = true;
  const std::vector<ValueId>& values = region_.exits[it.exit].operands;
  x86::Gp buffer = new_gp();
  cc_.mov(buffer, x86::ptr(context_, offsetof(RegionContext, exit_values)));
  for (std::size_t k = it.gang; k < values.size(); k += static_cast<std::size_t>(region_.gangs))
    store_slots_masked(values[k], x86::ptr(buffer, static_cast<std::int32_t>(k * ir::max_lanes * 8)), mask);
  cc_.mov(buffer, x86::ptr(context_, offsetof(RegionContext, left_exits)));
  x86::Gp id = new_gp();
  cc_.mov(id, Imm(static_cast<std::int64_t>(it.exit)));
  x86::Vec ids = new_vec(ir::i64.with_lanes(lanes_));
  broadcast_int(ids, id);
  x86::Mem to = x86::ptr(buffer, it.gang * lanes_ * 8);
  if (evex_)
    cc_.k(mask.as<x86::KReg>()).emit(Id::kIdVmovdqu64, to, ids);
  else
    emit(Id::kIdVmaskmovpd, to, sized(mask, 32), ids);
  for (ValueId value : cold_values_) regs_[value] = x86::Reg();
  cold_values_.clear();
  in_cold_ = was_cold;
}

void Generator::store_slots_masked(ValueId value, const x86::Mem& to, const x86::Reg& mask) {
  x86::Vec slots = slots_of(reg(value), type(value));
  if (evex_)
    cc_.k(mask.as<x86::KReg>()).emit(Id::kIdVmovupd, to, slots);
  else
    emit(Id::kIdVmaskmovpd, to, sized(mask, 32), slots);
}

} // namespace pyvm::x64
