// Taking vectors apart into scalars and putting them together; masks as integers.

#include "backend-x64/lowering.h"

namespace pyvm::x64 {

// ---- apart --------------------------------------------------------------------------------------------------------

x86::Vec Generator::quarter(const x86::Vec& vector, int k) {
  if (k == 0) return vector.xmm();
  x86::Vec part = new_vec(16);
  if (vector.isZmm())
    emit(Id::kIdVextractf64x2, part, vector, Imm(k));
  else if (evex_)
    emit(Id::kIdVextractf64x2, part, vector.ymm(), Imm(k));
  else
    emit(Id::kIdVextractf128, part, vector.ymm(), Imm(k));
  return part;
}

x86::Gp Generator::int_lane(const x86::Vec& vector, int lane) {
  x86::Gp scalar = new_gp();
  x86::Vec part = quarter(vector, lane / 2);
  // Not vmovq: when its source is spilled, asmjit puts memory there, a form that does not exist.
  emit(Id::kIdVpextrq, scalar, part, Imm(lane % 2));
  return scalar;
}

x86::Vec Generator::float_lane(const x86::Vec& vector, int lane, Base base) {
  int per_quarter = base == Base::F32 ? 4 : 2;
  x86::Vec part = quarter(vector, lane / per_quarter);
  int within = lane % per_quarter;
  if (within == 0) return part;
  x86::Xmm scalar = cc_.newXmmPd();
  if (base == Base::F64)
    emit(Id::kIdVunpckhpd, scalar, part, part);
  else
    emit(Id::kIdVshufps, scalar, part, part, Imm(within * 0x55));
  return scalar;
}

x86::Mem Generator::lane_in_memory(const Instruction& it) {
  const Type t = type(it.operands[0]);
  const int bytes = bytes_of(t) / t.lanes;
  x86::Mem lane = taken_apart_.at(facts_.at(it).opener).cloneAdjusted(it.immediate * bytes);
  lane.setSize(static_cast<std::uint32_t>(bytes));
  return lane;
}

void Generator::lower_extract(const Instruction& it) {
  const ValueId vector = it.operands[0], result = it.results[0];
  const Type t = type(vector);
  const ir::InstructionId opener = facts_.at(it).opener;
  if (in_cold_ || opener == ir::no_id) {
    const int lane = static_cast<int>(it.immediate);
    if (t.is_float())
      copy(target(result), float_lane(vec(vector), lane, t.base), type(result));
    else
      copy(target(result), int_lane(vec(vector), lane), type(result));
    return;
  }
  if (opener == facts_.id_of(it)) {
    const auto bytes = static_cast<std::uint32_t>(bytes_of(t));
    x86::Mem& place = taken_apart_[opener];
    if (!place.hasBase()) place = cc_.newStack(bytes, bytes);
    place.setSize(bytes);
    emit(Id::kIdVmovups, place, vec(vector));
  }
  load_scalar(target(result), slot_kind(t.base), lane_in_memory(it));
}

// ---- together -----------------------------------------------------------------------------------------------------

void Generator::join_quarters(const x86::Vec& dst, const std::vector<x86::Vec>& quarters) {
  if (quarters.size() == 1) {
    emit(Id::kIdVmovaps, dst.xmm(), quarters[0].xmm());
    return;
  }
  if (quarters.size() == 2) {
    emit(Id::kIdVinsertf128, dst.ymm(), quarters[0].ymm(), quarters[1].xmm(), Imm(1));
    return;
  }
  x86::Vec low = new_vec(32), high = new_vec(32);
  emit(Id::kIdVinsertf128, low, quarters[0].ymm(), quarters[1].xmm(), Imm(1));
  emit(Id::kIdVinsertf128, high, quarters[2].ymm(), quarters[3].xmm(), Imm(1));
  emit(Id::kIdVinsertf64x4, dst.zmm(), low.zmm(), high.ymm(), Imm(1));
}

void Generator::collect_ints(const x86::Vec& dst, const std::vector<x86::Gp>& lanes) {
  std::vector<x86::Vec> quarters;
  for (std::size_t l = 0; l < lanes.size(); l += 2) {
    x86::Vec part = new_vec(16);
    emit(Id::kIdVmovq, part, lanes[l]);
    emit(Id::kIdVpinsrq, part, part, lanes[l + 1], Imm(1));
    quarters.push_back(part);
  }
  join_quarters(dst, quarters);
}

void Generator::collect_floats(const x86::Vec& dst, const std::vector<x86::Vec>& lanes, Base base) {
  std::vector<x86::Vec> quarters;
  std::size_t per_quarter = base == Base::F32 ? 4 : 2;
  for (std::size_t l = 0; l < lanes.size(); l += per_quarter) {
    x86::Vec part = new_vec(16);
    if (base == Base::F64) {
      emit(Id::kIdVunpcklpd, part, lanes[l].xmm(), lanes[l + 1].xmm());
    } else {
      emit(Id::kIdVinsertps, part, lanes[l].xmm(), lanes[l + 1].xmm(), Imm(0x10));
      emit(Id::kIdVinsertps, part, part, lanes[l + 2].xmm(), Imm(0x20));
      emit(Id::kIdVinsertps, part, part, lanes[l + 3].xmm(), Imm(0x30));
    }
    quarters.push_back(part);
  }
  join_quarters(dst, quarters);
}

// ---- masks --------------------------------------------------------------------------------------------------------

void Generator::mask_to_ints(const x86::Vec& dst, const x86::Reg& mask) {
  if (!evex_) {
    emit(Id::kIdVpsrlq, dst.ymm(), sized(mask, 32), Imm(63));
    return;
  }
  x86::Vec ones = vector_constant(ir::i64.with_lanes(lanes_), 1);
  cc_.k(mask.as<x86::KReg>()).z().emit(Id::kIdVmovdqa64, dst.zmm(), ones.zmm());
}

void Generator::ints_to_mask(const x86::Reg& dst, const x86::Vec& ints) {
  if (evex_)
    emit(Id::kIdVptestmq, dst.as<x86::KReg>(), ints.zmm(), ints.zmm());
  else // the lanes are not negative
    emit(Id::kIdVpcmpgtq, sized(dst, 32), ints.ymm(), vector_constant(ir::i64.with_lanes(lanes_), 0));
}

} // namespace pyvm::x64
