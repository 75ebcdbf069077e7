// Vector accesses whose lanes are not side by side: with a stride, or with a subscript of their own in each lane.
//
// Strided lanes are scalar loads and inserts, or extracts and scalar stores: on no CPU that was measured is a gather
// faster. Indexed lanes are gathered and scattered, or go lane by lane, whichever costs.def says is cheaper here.
// Stores go from lane 0 up, so that the highest lane wins where two are the same element; scatters do that too.

#include "backend-x64/lowering.h"

#include "backend-x64/addresses.h"

#include <bit>

namespace pyvm::x64 {

namespace {

bool is_wide(ScalarKind element) { return size_of(element) == 8; }

} // namespace

// ---- addresses of lanes -------------------------------------------------------------------------------------------

x86::Gp Generator::plain_pointer(const x86::Mem& memory) {
  x86::Gp pointer = new_gp();
  cc_.lea(pointer, memory);
  return pointer;
}

// The array's stride times the step of one lane, times `times`.
x86::Gp Generator::lane_distance(std::int64_t slot, int dimension, std::int64_t step, int times) {
  EntryKey key{EntryKind::LaneStride, slot * ir::max_lanes + dimension, step, times};
  return cached(
      key, [&] { return new_gp(); },
      [&](const x86::Gp& into) {
        auto factor = static_cast<std::int64_t>(static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(times));
        cc_.mov(into, Imm(factor));
        cc_.imul(into, stride(slot, dimension));
      });
}

Generator::LaneAddress Generator::strided_lanes(const Instruction& it) {
  x86::Mem first = element(it);
  std::int64_t slot = facts_.access(it).slot;
  auto item = static_cast<std::int64_t>(size_of(it.element));
  if (has_constant_stride(region_.arrays[static_cast<std::size_t>(slot)], it.lane_dimension)) {
    std::int64_t distance = item * it.lane_step, most = std::int64_t{1} << 26;
    if (distance > -most && distance < most)
      return [first, distance](int lane) {
        x86::Mem memory = first;
        memory.addOffset(distance * lane);
        return memory;
      };
  }
  x86::Gp once = lane_distance(slot, it.lane_dimension, it.lane_step, 1);
  x86::Gp thrice = lane_distance(slot, it.lane_dimension, it.lane_step, 3);
  x86::Gp low = plain_pointer(first), high;
  if (lanes_ > 4) {
    high = new_gp();
    cc_.lea(high, x86::ptr(low, once, 2));
  }
  return [low, high, once, thrice](int lane) {
    const x86::Gp& from = lane < 4 ? low : high;
    switch (lane % 4) {
    case 0:
      return x86::ptr(from);
    case 1:
      return x86::ptr(from, once);
    case 2:
      return x86::ptr(from, once, 1);
    default:
      return x86::ptr(from, thrice);
    }
  };
}

// The distances of the lanes from element(it), in units of 1 << shift bytes.
x86::Vec Generator::index_sum(const Instruction& it, int& shift) {
  std::int64_t slot = facts_.access(it).slot;
  const ir::ArraySlot& array = region_.arrays[static_cast<std::size_t>(slot)];
  Type lanes = ir::i64.with_lanes(lanes_);
  int item_shift = std::countr_zero(size_of(it.element));
  std::vector<std::size_t> varying;
  for (std::size_t d = 0; d < subscript_count(it); ++d)
    if (is_vector(it.operands[d + 1])) varying.push_back(d);
  shift = 0;
  x86::Vec sum;
  for (std::size_t d : varying) {
    x86::Vec subscript = vec(it.operands[d + 1]);
    x86::Vec scaled = subscript;
    if (has_constant_stride(array, static_cast<int>(d))) {
      if (varying.size() == 1) {
        shift = item_shift;
        return subscript;
      }
      scaled = new_vec(lanes);
      emit(Id::kIdVpsllq, scaled, subscript, Imm(item_shift));
    } else {
      scaled = new_vec(lanes);
      x86::Vec factor = new_vec(lanes);
      broadcast_int(factor, stride(slot, static_cast<int>(d)));
      if (evex_)
        emit(Id::kIdVpmullq, scaled, subscript, factor);
      else
        vector_multiply_avx2(scaled, subscript, factor);
    }
    if (!sum.isValid()) {
      sum = scaled;
    } else {
      x86::Vec total = new_vec(lanes);
      emit(Id::kIdVpaddq, total, sum, scaled);
      sum = total;
    }
  }
  return sum;
}

void Generator::broadcast_int(const x86::Vec& dst, const x86::Gp& from) {
  if (evex_) {
    emit(Id::kIdVpbroadcastq, dst, from);
    return;
  }
  x86::Xmm low = cc_.newXmm();
  emit(Id::kIdVmovq, low, from);
  emit(Id::kIdVpbroadcastq, dst, low);
}

// Through the stack: the index vector is stored whole and its lanes are read back one by one.
Generator::LaneAddress Generator::indexed_lanes(const Instruction& it) {
  int shift = 0;
  x86::Vec sum = index_sum(it, shift);
  x86::Gp base = plain_pointer(element(it));
  x86::Mem indices = cc_.newStack(64, 64);
  emit(Id::kIdVmovups, indices, sum);
  return [this, base, indices, shift](int lane) {
    x86::Gp index = new_gp();
    x86::Mem from = indices.cloneAdjusted(lane * 8);
    from.setSize(8);
    cc_.mov(index, from);
    return x86::ptr(base, index, static_cast<std::uint32_t>(shift));
  };
}

x86::Mem Generator::indexed_memory(const Instruction& it) {
  int shift = 0;
  x86::Vec sum = index_sum(it, shift);
  x86::Mem common = element(it);
  if (common.hasIndex()) return x86::ptr(plain_pointer(common), sum, static_cast<std::uint32_t>(shift));
  x86::Mem memory = common;
  memory.setIndex(sum, static_cast<std::uint32_t>(shift));
  return memory;
}

// ---- lane by lane -------------------------------------------------------------------------------------------------

void Generator::load_lanes(const Instruction& it, const LaneAddress& address) {
  ValueId result = it.results[0];
  const auto lane = [&](int l, std::uint32_t size) {
    x86::Mem memory = address(l);
    memory.setSize(size);
    return memory;
  };
  if (!is_wide(it.element) && it.element != ScalarKind::Float32) {
    std::vector<x86::Gp> lanes;
    for (int l = 0; l < lanes_; ++l) {
      lanes.push_back(new_gp());
      load_scalar(lanes.back(), it.element, lane(l, 0));
    }
    if (it.element != ScalarKind::Bool) {
      collect_ints(target_vec(result), lanes);
      return;
    }
    x86::Vec ints = new_vec(lanes_ * 8);
    collect_ints(ints, lanes);
    ints_to_mask(target(result), ints);
    return;
  }
  std::vector<x86::Vec> quarters;
  for (int l = 0; l < lanes_; l += is_wide(it.element) ? 2 : 4) {
    x86::Vec part = new_vec(16);
    if (is_wide(it.element)) {
      emit(Id::kIdVmovsd, part, lane(l, 8));
      emit(Id::kIdVmovhps, part, part, lane(l + 1, 8));
    } else {
      emit(Id::kIdVmovss, part, lane(l, 4));
      for (int k = 1; k < 4; ++k) emit(Id::kIdVinsertps, part, part, lane(l + k, 4), Imm(k * 0x10));
    }
    quarters.push_back(part);
  }
  join_quarters(target_vec(result), quarters);
}

void Generator::store_lanes(const Instruction& it, const LaneAddress& address) {
  ValueId value = it.operands.back();
  std::size_t size = size_of(it.element);
  x86::Vec from;
  if (it.element == ScalarKind::Bool) {
    from = new_vec(lanes_ * 8);
    mask_to_ints(from, reg(value));
  } else {
    from = vec(value);
  }
  int per_quarter = it.element == ScalarKind::Float32 ? 4 : 2;
  x86::Vec part;
  x86::Gp bits = it.masked ? mask_bits(reg(mask_of(it))) : x86::Gp();
  for (int l = 0; l < lanes_; ++l) {
    int within = l % per_quarter;
    if (within == 0) part = quarter(from, l / per_quarter);
    Label skip = it.masked ? skip_unless(bits, l) : Label();
    x86::Mem to = address(l);
    to.setSize(static_cast<std::uint32_t>(size));
    if (it.element == ScalarKind::Float32)
      emit(Id::kIdVextractps, to, part, Imm(within));
    else if (size == 8)
      emit(within == 0 ? Id::kIdVmovlps : Id::kIdVmovhps, to, part);
    else if (size == 4)
      emit(Id::kIdVpextrd, to, part, Imm(within * 2));
    else if (size == 2)
      emit(Id::kIdVpextrw, to, part, Imm(within * 4));
    else
      emit(Id::kIdVpextrb, to, part, Imm(within * 8));
    if (it.masked) cc_.bind(skip);
  }
}

// ---- gather and scatter -------------------------------------------------------------------------------------------

bool Generator::prefers_gather(const Instruction& it) const {
  if (size_of(it.element) < 4) return false;
  return lanes_ == 8 ? costs_.gather_8 <= costs_.inserts_8 + costs_.index_extracts_8
                     : costs_.gather_4 <= costs_.inserts_4 + costs_.index_extracts_4;
}

bool Generator::prefers_scatter(const Instruction& it) const {
  return evex_ && size_of(it.element) >= 4 && costs_.scatter_8 <= costs_.extracts_8 + costs_.index_extracts_8;
}

// A mask of its own: gathers and scatters clear the bits of what they have done.
x86::KReg Generator::lanes_of_access(const Instruction& it) {
  x86::KReg used_up = cc_.newKb();
  if (it.masked)
    cc_.kmovb(used_up, mask(mask_of(it)));
  else
    emit_constant(used_up, ir::b1.with_lanes(lanes_), 1);
  return used_up;
}

// The same for AVX2, as wide as the elements.
x86::Vec Generator::mask_of_elements(const Instruction& it, bool wide) {
  x86::Vec all = new_vec(lanes_ * (wide ? 8 : 4));
  if (!it.masked)
    emit(Id::kIdVpcmpeqd, all, all, all);
  else if (wide)
    emit(Id::kIdVmovaps, all, sized(reg(mask_of(it)), 32));
  else
    emit(Id::kIdVmovaps, all, narrow_mask(sized(reg(mask_of(it)), 32)));
  return all;
}

void Generator::gather(const Instruction& it) {
  ValueId result = it.results[0];
  Type t = type(result);
  bool wide = is_wide(it.element);
  InstId id = it.element == ScalarKind::Float64   ? Id::kIdVgatherqpd
              : it.element == ScalarKind::Float32 ? Id::kIdVgatherqps
              : wide                              ? Id::kIdVpgatherqq
                                                  : Id::kIdVpgatherqd;
  int bytes = lanes_ * (wide ? 8 : 4);
  x86::Mem from = indexed_memory(it);
  // A register of its own, set before: the instruction must not have its index or mask for a destination.
  x86::Vec gathered = new_vec(bytes);
  emit(Id::kIdVxorps, gathered, gathered, gathered);
  if (evex_) {
    cc_.k(lanes_of_access(it)).emit(id, gathered, from);
  } else {
    emit(id, gathered, from, mask_of_elements(it, wide));
  }
  if (wide || t.base == Base::F32)
    copy(target(result), gathered, t);
  else
    emit(is_signed(it.element) ? Id::kIdVpmovsxdq : Id::kIdVpmovzxdq, target_vec(result), gathered);
}

void Generator::scatter(const Instruction& it) {
  x86::Vec value = vec(it.operands.back());
  InstId id = it.element == ScalarKind::Float64   ? Id::kIdVscatterqpd
              : it.element == ScalarKind::Float32 ? Id::kIdVscatterqps
              : is_wide(it.element)               ? Id::kIdVpscatterqq
                                                  : Id::kIdVpscatterqd;
  if (size_of(it.element) == 4 && it.element != ScalarKind::Float32) {
    x86::Vec narrow = new_vec(32);
    emit(Id::kIdVpmovqd, narrow, value);
    value = narrow;
  }
  x86::Mem to = indexed_memory(it);
  cc_.k(lanes_of_access(it)).emit(id, to, value);
}

} // namespace pyvm::x64
