// Array elements: addresses, scalar and contiguous accesses.
//
// Facts has taken the addresses apart. Here the parts that a loop does not change are computed before it, pointers move
// with it, and an access adds what is left.

#include "backend-x64/lowering.h"

#include "backend-x64/addresses.h"

namespace pyvm::x64 {

using Mode = PointerGroup::Mode;

namespace {

std::optional<int> shift_of(std::int64_t factor) {
  switch (factor) {
  case 1:
    return 0;
  case 2:
    return 1;
  case 4:
    return 2;
  case 8:
    return 3;
  default:
    return std::nullopt;
  }
}

bool fits_displacement(std::int64_t offset) {
  // Lanes add their distance to it.
  return offset >= -(std::int64_t{1} << 30) && offset < std::int64_t{1} << 30;
}

} // namespace

// ---- addresses ----------------------------------------------------------------------------------------------------

x86::Gp Generator::product(const AddressTerm& term, std::int64_t slot) {
  x86::Gp result = new_gp();
  std::int64_t factor = term.factor;
  if (term.dimension != AddressTerm::none) {
    cc_.mov(result, stride(slot, term.dimension));
    if (term.value != no_id) {
      Operand value = source(term.value);
      if (value.isImm())
        emit(Id::kIdImul, result, result, value);
      else
        emit(Id::kIdImul, result, value);
    }
  } else {
    move(result, term.value);
  }
  if (std::optional<int> shift = shift_of(factor)) {
    if (*shift != 0) cc_.shl(result, *shift);
  } else if (factor == static_cast<std::int32_t>(factor)) {
    emit(Id::kIdImul, result, result, Imm(factor));
  } else {
    x86::Gp large = new_gp();
    cc_.mov(large, Imm(factor));
    cc_.imul(result, large);
  }
  return result;
}

void Generator::add_terms(const x86::Gp& sum, const std::vector<AddressTerm>& terms, std::int64_t slot) {
  for (const AddressTerm& term : terms) {
    std::optional<int> shift = shift_of(term.factor);
    if (shift && term.dimension == AddressTerm::none && !facts_.constant(term.value))
      cc_.lea(sum, x86::ptr(sum, gp(term.value), static_cast<std::uint32_t>(*shift)));
    else
      cc_.add(sum, product(term, slot));
  }
}

void Generator::set_up_pointers(LoopId loop) {
  const LoopFacts& facts = facts_.loop(loop);
  LoopState& state = loops_[static_cast<std::size_t>(loop)];
  for (const PointerGroup& group : facts.groups) {
    Pointer pointer;
    if (group.invariant.empty() && group.mode != Mode::Bumped) {
      pointer.reg = data_pointer(group.slot);
      state.pointers.push_back(pointer);
      continue;
    }
    pointer.reg = new_gp();
    cc_.mov(pointer.reg, data_pointer(group.slot));
    add_terms(pointer.reg, group.invariant, group.slot);
    if (group.mode == Mode::Bumped) {
      add_terms(pointer.reg, group.with_index, group.slot); // the index is at its first value
      std::int64_t step = facts.instruction->immediate;
      for (AddressTerm term : group.with_index) {
        term.value = no_id;
        term.factor =
            static_cast<std::int64_t>(static_cast<std::uint64_t>(term.factor) * static_cast<std::uint64_t>(step));
        if (term.dimension == AddressTerm::none && term.factor == static_cast<std::int32_t>(term.factor)) {
          pointer.bumps.push_back(Imm(term.factor));
        } else if (term.dimension == AddressTerm::none) {
          x86::Gp large = new_gp();
          cc_.mov(large, Imm(term.factor));
          pointer.bumps.push_back(large);
        } else {
          pointer.bumps.push_back(term.factor == 1 ? stride(group.slot, term.dimension) : product(term, group.slot));
        }
      }
    }
    state.pointers.push_back(pointer);
  }
}

void Generator::bump_pointers(LoopId loop) {
  for (const Pointer& pointer : loops_[static_cast<std::size_t>(loop)].pointers)
    for (const Operand& bump : pointer.bumps) emit(Id::kIdAdd, pointer.reg, bump);
}

// Of a scalar access, or of lane 0; for vector subscripts, the part that all lanes have in common.
x86::Mem Generator::element(const Instruction& access) {
  const AccessPlan& plan = facts_.access(access);
  x86::Gp base, index;
  int shift = 0;
  if (plan.group < 0) {
    base = data_pointer(plan.slot);
  } else {
    const LoopState& state = loops_[static_cast<std::size_t>(plan.loop)];
    const PointerGroup& group = facts_.loop(plan.loop).groups[static_cast<std::size_t>(plan.group)];
    base = state.pointers[static_cast<std::size_t>(plan.group)].reg;
    if (group.mode == Mode::Indexed) {
      index = state.index;
      shift = *shift_of(group.with_index.front().factor);
    }
  }
  bool near = fits_displacement(plan.offset);
  const auto scalable = [&](const AddressTerm& term) {
    return term.dimension == AddressTerm::none && shift_of(term.factor) && !facts_.constant(term.value);
  };
  if (near && plan.dynamic.size() == 1 && !index.isValid() && scalable(plan.dynamic[0])) {
    index = gp(plan.dynamic[0].value);
    shift = *shift_of(plan.dynamic[0].factor);
  } else if (!plan.dynamic.empty() || !near) {
    x86::Gp sum = new_gp();
    if (near) {
      cc_.mov(sum, base);
    } else {
      cc_.mov(sum, Imm(plan.offset));
      cc_.add(sum, base);
    }
    add_terms(sum, plan.dynamic, plan.slot);
    base = sum;
  }
  auto offset = static_cast<std::int32_t>(near ? plan.offset : 0);
  return index.isValid() ? x86::ptr(base, index, static_cast<std::uint32_t>(shift), offset) : x86::ptr(base, offset);
}

// ---- scalars ------------------------------------------------------------------------------------------------------

void Generator::load_scalar(const x86::Reg& into, ScalarKind element, x86::Mem from) {
  from.setSize(static_cast<std::uint32_t>(size_of(element)));
  if (element == ScalarKind::Float64) {
    emit(vex_ ? Id::kIdVmovsd : Id::kIdMovsd, sized(into, 16), from);
    return;
  }
  if (element == ScalarKind::Float32) {
    emit(vex_ ? Id::kIdVmovss : Id::kIdMovss, sized(into, 16), from);
    return;
  }
  x86::Gp dst = into.as<x86::Gp>();
  switch (element) {
  case ScalarKind::Bool: { // any byte but 0 is true
    x86::Gp truth = cc_.newGpb();
    cc_.cmp(from, 0);
    cc_.setne(truth);
    cc_.movzx(dst.r32(), truth);
    break;
  }
  case ScalarKind::Int8:
  case ScalarKind::Int16:
    cc_.movsx(dst, from);
    break;
  case ScalarKind::Int32:
    cc_.movsxd(dst, from);
    break;
  case ScalarKind::UInt8:
  case ScalarKind::UInt16:
    cc_.movzx(dst.r32(), from);
    break;
  case ScalarKind::UInt32:
    cc_.mov(dst.r32(), from);
    break;
  default:
    cc_.mov(dst, from);
  }
}

void Generator::store_scalar(ScalarKind element, x86::Mem to, ValueId value) {
  to.setSize(static_cast<std::uint32_t>(size_of(element)));
  if (is_float(element)) {
    bool single = element == ScalarKind::Float32;
    emit(vex_ ? (single ? Id::kIdVmovss : Id::kIdVmovsd) : (single ? Id::kIdMovss : Id::kIdMovsd), to, vec(value));
    return;
  }
  if (std::optional<std::int64_t> constant = immediate(value)) {
    std::int64_t bits = size_of(element) == 1   ? static_cast<std::int8_t>(*constant)
                        : size_of(element) == 2 ? static_cast<std::int16_t>(*constant)
                                                : *constant;
    cc_.mov(to, Imm(bits));
    return;
  }
  x86::Gp from = gp(value);
  switch (size_of(element)) {
  case 1:
    cc_.mov(to, from.r8());
    break;
  case 2:
    cc_.mov(to, from.r16());
    break;
  case 4:
    cc_.mov(to, from.r32());
    break;
  default:
    cc_.mov(to, from);
  }
}

// `a[i] += x`, in memory.
void Generator::update_scalar(const Instruction& it) {
  const Instruction& update = *facts_.definition(it.operands.back());
  const ValueId other = update.operands[in_memory(update.operands[0]) ? 1 : 0];
  x86::Mem place = element(it);
  place.setSize(8);
  const std::optional<std::int64_t> constant = immediate(other);
  const Operand by = constant ? Operand(Imm(*constant)) : Operand(gp(other));
  emit(Lowering::of(update.op).gp, place, by);
}

// ---- loads and stores ---------------------------------------------------------------------------------------------

void Generator::lower_load(const Instruction& it) {
  ValueId result = it.results[0];
  if (!is_vector(result)) {
    x86::Mem from = element(it);
    load_scalar(target(result), it.element, from);
  } else if (it.lane_stride == ir::LaneStride::Contiguous && !(it.masked && lane_by_lane(it))) {
    x86::Mem from = element(it);
    if (it.masked)
      masked_load_contiguous(it, target(result), from);
    else
      load_contiguous(it, target(result), from);
  } else if (it.lane_stride == ir::LaneStride::Contiguous) {
    masked_load_lanes(it, contiguous_lanes(it));
  } else if (it.masked && (it.lane_stride == ir::LaneStride::Strided || size_of(it.element) < 4)) {
    masked_load_lanes(it, it.lane_stride == ir::LaneStride::Strided ? strided_lanes(it) : indexed_lanes(it));
  } else if (it.lane_stride == ir::LaneStride::Strided) {
    load_lanes(it, strided_lanes(it));
  } else if (it.masked || prefers_gather(it)) {
    gather(it);
  } else {
    load_lanes(it, indexed_lanes(it));
  }
}

void Generator::lower_store(const Instruction& it) {
  ValueId value = it.operands.back();
  if (!is_vector(value) && in_memory(value))
    update_scalar(it);
  else if (!is_vector(value))
    store_scalar(it.element, element(it), value);
  else if (it.lane_stride == ir::LaneStride::Contiguous && it.masked && lane_by_lane(it))
    store_lanes(it, contiguous_lanes(it));
  else if (it.lane_stride == ir::LaneStride::Contiguous && it.masked)
    masked_store_contiguous(it, element(it));
  else if (it.lane_stride == ir::LaneStride::Contiguous)
    store_contiguous(it, element(it));
  else if (it.lane_stride == ir::LaneStride::Strided)
    store_lanes(it, strided_lanes(it));
  else if (prefers_scatter(it))
    scatter(it);
  else
    store_lanes(it, indexed_lanes(it));
}

void Generator::load_contiguous(const Instruction& it, const x86::Reg& into, x86::Mem from) {
  from.setSize(static_cast<std::uint32_t>(size_of(it.element)) * static_cast<std::uint32_t>(lanes_));
  const auto extend = [&](InstId id, const x86::Reg& dst) { emit(id, sized(dst, lanes_ * 8), from); };
  switch (it.element) {
  case ScalarKind::Float64:
  case ScalarKind::Int64:
  case ScalarKind::UInt64:
    extend(Id::kIdVmovups, into);
    break;
  case ScalarKind::Float32:
    emit(Id::kIdVmovups, sized(into, lanes_ * 4), from);
    break;
  case ScalarKind::Int32:
    extend(Id::kIdVpmovsxdq, into);
    break;
  case ScalarKind::UInt32:
    extend(Id::kIdVpmovzxdq, into);
    break;
  case ScalarKind::Int16:
    extend(Id::kIdVpmovsxwq, into);
    break;
  case ScalarKind::UInt16:
    extend(Id::kIdVpmovzxwq, into);
    break;
  case ScalarKind::Int8:
    extend(Id::kIdVpmovsxbq, into);
    break;
  case ScalarKind::UInt8:
    extend(Id::kIdVpmovzxbq, into);
    break;
  case ScalarKind::Bool: {
    x86::Vec bytes = new_vec(lanes_ * 8);
    extend(Id::kIdVpmovzxbq, bytes);
    ints_to_mask(into, bytes);
    break;
  }
  }
}

void Generator::store_contiguous(const Instruction& it, x86::Mem to) {
  ValueId value = it.operands.back();
  to.setSize(static_cast<std::uint32_t>(size_of(it.element)) * static_cast<std::uint32_t>(lanes_));
  if (size_of(it.element) == 8 || it.element == ScalarKind::Float32) {
    emit(Id::kIdVmovups, to, vec(value));
    return;
  }
  x86::Vec ints;
  if (it.element == ScalarKind::Bool) {
    ints = new_vec(lanes_ * 8);
    mask_to_ints(ints, reg(value));
  } else {
    ints = vec(value);
  }
  std::size_t size = size_of(it.element);
  if (evex_) {
    emit(size == 4 ? Id::kIdVpmovqd : size == 2 ? Id::kIdVpmovqw : Id::kIdVpmovqb, to, ints);
    return;
  }
  // The low parts of four lanes, side by side.
  x86::Vec narrow = narrow_mask(ints);
  if (size == 4) {
    emit(Id::kIdVmovups, to, narrow);
    return;
  }
  std::uint64_t picks[2] = {size == 2 ? 0x0d0c090805040100u : 0x808080800c080400u, 0x8080808080808080u};
  x86::Mem order = cc_.newConst(asmjit::ConstPoolScope::kLocal, picks, sizeof picks);
  emit(Id::kIdVpshufb, narrow, narrow, order);
  emit(size == 2 ? Id::kIdVmovq : Id::kIdVmovd, to, narrow);
}

} // namespace pyvm::x64
