// Vector accesses under a mask: lanes without it touch no memory.
//
// AVX-512 has a mask for every form. AVX2 has one for elements of 4 and 8 bytes; smaller ones go lane by lane, with a
// branch around each. So do masked lanes with a stride, on both: loads by way of the stack.

#include "backend-x64/lowering.h"

namespace pyvm::x64 {

bool Generator::lane_by_lane(const Instruction& it) const { return !evex_ && size_of(it.element) < 4; }

x86::Gp Generator::mask_bits(const x86::Reg& mask) {
  x86::Gp bits = new_gp();
  if (evex_) {
    // By way of a fresh register: when a source is spilled, asmjit puts memory there, a form that does not exist.
    x86::KReg copy = cc_.newKb();
    cc_.kmovb(copy, mask.as<x86::KReg>());
    cc_.kmovb(bits.r32(), copy);
  } else {
    emit(Id::kIdVmovmskpd, bits.r32(), sized(mask, 32));
  }
  return bits;
}

// A label to bind behind what only an active lane does.
Label Generator::skip_unless(const x86::Gp& bits, int lane) {
  Label skip = cc_.newLabel();
  cc_.test(bits.r32(), Imm(1 << lane));
  cc_.jz(skip);
  return skip;
}

Generator::LaneAddress Generator::contiguous_lanes(const Instruction& it) {
  x86::Mem first = element(it);
  auto item = static_cast<std::int64_t>(size_of(it.element));
  return [first, item](int lane) {
    x86::Mem memory = first;
    memory.addOffset(item * lane);
    return memory;
  };
}

void Generator::masked_load_contiguous(const Instruction& it, const x86::Reg& into, x86::Mem from) {
  x86::Reg mask = reg(mask_of(it));
  from.setSize(static_cast<std::uint32_t>(size_of(it.element)) * static_cast<std::uint32_t>(lanes_));
  bool single = it.element == ScalarKind::Float32;
  if (evex_) {
    InstId id = it.element == ScalarKind::Float64  ? Id::kIdVmovupd
                : single                           ? Id::kIdVmovups
                : size_of(it.element) == 8         ? Id::kIdVmovdqu64
                : it.element == ScalarKind::Int32  ? Id::kIdVpmovsxdq
                : it.element == ScalarKind::UInt32 ? Id::kIdVpmovzxdq
                : it.element == ScalarKind::Int16  ? Id::kIdVpmovsxwq
                : it.element == ScalarKind::UInt16 ? Id::kIdVpmovzxwq
                : it.element == ScalarKind::Int8   ? Id::kIdVpmovsxbq
                                                   : Id::kIdVpmovzxbq;
    bool truth = it.element == ScalarKind::Bool;
    x86::Vec dst = truth ? new_vec(64) : sized(into, single ? 32 : 64);
    cc_.k(mask.as<x86::KReg>()).z().emit(id, dst, from);
    if (truth) ints_to_mask(into, dst);
    return;
  }
  if (size_of(it.element) == 8) {
    emit(Id::kIdVmaskmovpd, sized(into, 32), sized(mask, 32), from);
    return;
  }
  x86::Vec narrow = narrow_mask(sized(mask, 32)), loaded = single ? sized(into, 16) : new_vec(16);
  emit(Id::kIdVmaskmovps, loaded, narrow, from);
  if (!single) emit(is_signed(it.element) ? Id::kIdVpmovsxdq : Id::kIdVpmovzxdq, sized(into, 32), loaded);
}

void Generator::masked_store_contiguous(const Instruction& it, x86::Mem to) {
  ValueId value = it.operands.back();
  x86::Reg mask = reg(mask_of(it));
  std::size_t size = size_of(it.element);
  to.setSize(static_cast<std::uint32_t>(size) * static_cast<std::uint32_t>(lanes_));
  x86::Vec from;
  if (it.element == ScalarKind::Bool) {
    from = new_vec(lanes_ * 8);
    mask_to_ints(from, reg(value));
  } else {
    from = vec(value);
  }
  if (evex_) {
    InstId id = it.element == ScalarKind::Float32 ? Id::kIdVmovups
                : size == 8                       ? Id::kIdVmovupd
                : size == 4                       ? Id::kIdVpmovqd
                : size == 2                       ? Id::kIdVpmovqw
                                                  : Id::kIdVpmovqb;
    cc_.k(mask.as<x86::KReg>()).emit(id, to, from);
  } else if (size == 8) {
    emit(Id::kIdVmaskmovpd, to, sized(mask, 32), from);
  } else {
    x86::Vec narrow = it.element == ScalarKind::Float32 ? from : narrow_mask(from);
    emit(Id::kIdVmaskmovps, to, narrow_mask(sized(mask, 32)), narrow);
  }
}

void Generator::masked_load_lanes(const Instruction& it, const LaneAddress& address) {
  ValueId result = it.results[0];
  Type slots = ir::i64.with_lanes(lanes_);
  x86::Gp bits = mask_bits(reg(mask_of(it)));
  x86::Mem buffer = cc_.newStack(64, 64);
  emit(Id::kIdVmovups, buffer, vector_constant(slots, 0));
  // Floats as the integers that their bits are.
  ScalarKind as = it.element == ScalarKind::Float64   ? ScalarKind::Int64
                  : it.element == ScalarKind::Float32 ? ScalarKind::UInt32
                                                      : it.element;
  for (int l = 0; l < lanes_; ++l) {
    Label skip = skip_unless(bits, l);
    x86::Gp lane = new_gp();
    load_scalar(lane, as, address(l));
    x86::Mem slot = buffer.cloneAdjusted(l * 8);
    slot.setSize(8);
    cc_.mov(slot, lane);
    cc_.bind(skip);
  }
  x86::Mem all = buffer;
  all.setSize(static_cast<std::uint32_t>(lanes_ * 8));
  load_slots(target(result), type(result), all);
}

} // namespace pyvm::x64
