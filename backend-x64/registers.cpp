// Registers, constants, moves, and the two-operand forms of older encodings. See generator.h.

#include "backend-x64/generator.h"

#include "backend-x64/addresses.h"
#include "vm/support/assert.h"

#include <cstring>

namespace pyvm::x64 {

using ir::ArrayDescriptor;
using ir::RegionContext;

// ---- creating -----------------------------------------------------------------------------------------------------

x86::Vec Generator::new_vec(int bytes) {
  if (bytes == 64) return new_named<x86::Zmm>(asmjit::TypeId::kFloat64x8);
  if (bytes == 32) return new_named<x86::Ymm>(asmjit::TypeId::kFloat64x4);
  return new_named<x86::Xmm>(asmjit::TypeId::kFloat64x2);
}

x86::Vec Generator::new_vec(Type type) { return new_vec(bytes_of(type)); }

x86::Xmm Generator::new_scalar(Base base) {
  return new_named<x86::Xmm>(base == Base::F32 ? asmjit::TypeId::kFloat32x1 : asmjit::TypeId::kFloat64x1);
}

x86::Reg Generator::new_register(Type type) {
  if (type.lanes == 1) return type.is_float() ? x86::Reg(new_scalar(type.base)) : x86::Reg(new_gp());
  if (type.base == Base::Bool && evex_) return new_named<x86::KReg>(asmjit::TypeId::kMask8);
  return new_vec(type);
}

x86::Vec Generator::sized(const x86::Reg& reg, int bytes) {
  if (bytes == 64) return x86::Zmm(reg.id());
  if (bytes == 32) return x86::Ymm(reg.id());
  return x86::Xmm(reg.id());
}

x86::Vec Generator::sized(const x86::Reg& reg, Type type) const {
  return sized(reg, type.lanes == 1 ? 16 : bytes_of(type));
}

// ---- values -------------------------------------------------------------------------------------------------------

x86::Reg Generator::target(ValueId v) {
  if (regs_[v].isValid()) return regs_[v];
  ValueId shared = facts_.of(v).shares;
  regs_[v] = shared != no_id && !in_cold_ ? target(shared) : new_register(type(v));
  if (in_cold_) cold_values_.push_back(v);
  return regs_[v];
}

x86::Reg Generator::reg(ValueId v) {
  if (regs_[v].isValid()) return regs_[v];
  const Instruction* it = facts_.definition(v);
  PYVM_ASSERT(it, "a parameter is read before its body is entered");
  Form form = facts_.of(v).form;
  if (form == Form::Entry) return entry_value(v);
  PYVM_ASSERT(form == Form::InReader || (form == Form::AtExits && in_cold_), "a value is read before it is computed");
  if (form == Form::AtExits) {
    lower(*it);
    return regs_[v];
  }
  // A reader that does not want memory after all.
  x86::Reg into = new_register(type(v));
  if (it->op == Op::Extract)
    load_scalar(into, slot_kind(type(v).base), lane_in_memory(*it));
  else if (is_vector(v))
    load_contiguous(*it, into, element(*it));
  else
    load_scalar(into, it->element, element(*it));
  return into;
}

// Costs no more than its place in the instruction stream: it waits for nothing.
void Generator::forget(const x86::Reg& written) {
  if (written.isKReg())
    emit(Id::kIdKxorb, written, written, written);
  else
    emit(Id::kIdVxorps, sized(written, 16), sized(written, 16), sized(written, 16));
}

std::optional<std::int64_t> Generator::int_constant(ValueId v) const {
  const Instruction* it = facts_.constant(v);
  if (!it || type(v).is_float()) return std::nullopt;
  return it->immediate;
}

std::optional<std::int64_t> Generator::immediate(ValueId v) const {
  std::optional<std::int64_t> value = int_constant(v);
  return value && !is_vector(v) && *value == static_cast<std::int32_t>(*value) ? value : std::nullopt;
}

Operand Generator::source(ValueId v) {
  if (in_memory(v)) {
    const Instruction& load = *facts_.definition(v);
    if (load.op == Op::Extract) return lane_in_memory(load);
    x86::Mem memory = element(load);
    memory.setSize(static_cast<std::uint32_t>(is_vector(v) ? bytes_of(type(v)) : size_of(load.element)));
    return memory;
  }
  if (std::optional<std::int64_t> value = immediate(v)) return Imm(*value);
  const Instruction* constant = facts_.constant(v);
  if (constant && !is_vector(v) && type(v).is_float())
    return scalar_constant(type(v).base, static_cast<std::uint64_t>(constant->immediate));
  return reg(v);
}

// ---- entry values -------------------------------------------------------------------------------------------------

x86::Reg Generator::entry_value(ValueId v) {
  const Instruction& it = *facts_.definition(v);
  const Type t = type(v);
  switch (it.op) {
  case Op::Begin:
    return begin_;
  case Op::End:
    return end_;
  case Op::Const: {
    auto bits = static_cast<std::uint64_t>(it.immediate);
    if (t.lanes > 1 && t.base != Base::Bool) return vector_constant(t, bits);
    EntryKey key{t.lanes > 1 ? EntryKind::Mask : EntryKind::Scalar, it.immediate, static_cast<int>(t.base), t.lanes};
    const auto create = [&] { return new_register(t); };
    const auto make = [&](const x86::Reg& into) { emit_constant(into, t, bits); };
    const bool in_k = evex_ && t.lanes > 1;
    if (!in_k && (t.lanes > 1 || t.is_float())) return cached(key, create, make);
    x86::Reg into =
        create(); // a general register, or one of the few mask registers, is set as cheaply as it is read back
    make(into);
    return into;
  }
  case Op::Param:
    return cached(
        {EntryKind::Param, it.immediate}, [&] { return new_register(t); },
        [&](const x86::Reg& into) {
          x86::Gp scalars = context_field(offsetof(RegionContext, scalars));
          x86::Mem from = x86::ptr(scalars, static_cast<std::int32_t>(it.immediate * 8));
          load_scalar(into, slot_kind(t.base), from);
        });
  case Op::Dim: {
    std::int64_t slot = array_slot(region_, facts_, it.operands[0]);
    return array_field(slot, offsetof(ArrayDescriptor, shape) + static_cast<std::size_t>(it.immediate) * 8);
  }
  case Op::Iota:
    return cached(
        {EntryKind::Iota, it.immediate, t.lanes}, [&] { return new_vec(t); },
        [&](const x86::Vec& into) {
          std::int64_t lanes[ir::max_lanes];
          for (int l = 0; l < t.lanes; ++l)
            lanes[l] = static_cast<std::int64_t>(static_cast<std::uint64_t>(it.immediate) * l);
          auto bytes = static_cast<std::size_t>(bytes_of(t));
          emit(x86::Inst::kIdVmovups, into, cc_.newConst(asmjit::ConstPoolScope::kLocal, lanes, bytes));
        });
  default:
    PYVM_UNREACHABLE("an array is no value of a register");
  }
}

x86::Gp Generator::context_field(std::size_t offset) {
  return cached(
      {EntryKind::ContextField, static_cast<std::int64_t>(offset)}, [&] { return new_gp(); },
      [&](const x86::Gp& into) { cc_.mov(into, x86::ptr(context_, static_cast<std::int32_t>(offset))); });
}

x86::Gp Generator::array_field(std::int64_t slot, std::size_t offset) {
  return cached(
      {EntryKind::ArrayField, slot, static_cast<std::int64_t>(offset)}, [&] { return new_gp(); },
      [&](const x86::Gp& into) {
        x86::Gp arrays = context_field(offsetof(RegionContext, arrays));
        auto at = static_cast<std::int64_t>(sizeof(ArrayDescriptor)) * slot + static_cast<std::int64_t>(offset);
        cc_.mov(into, x86::ptr(arrays, static_cast<std::int32_t>(at)));
      });
}

x86::Gp Generator::data_pointer(std::int64_t slot) { return array_field(slot, offsetof(ArrayDescriptor, data)); }

x86::Gp Generator::stride(std::int64_t slot, int dimension) {
  return array_field(slot, offsetof(ArrayDescriptor, strides) + static_cast<std::size_t>(dimension) * 8);
}

// ---- constants ----------------------------------------------------------------------------------------------------

x86::Mem Generator::scalar_constant(Base base, std::uint64_t bits) {
  std::size_t bytes = base == Base::F32 ? 4 : 8;
  x86::Mem memory = cc_.newConst(asmjit::ConstPoolScope::kLocal, &bits, bytes);
  memory.setSize(static_cast<std::uint32_t>(bytes));
  return memory;
}

x86::Mem Generator::mask_constant(Base base, std::uint64_t bits) {
  std::uint64_t twice[2] = {bits, bits};
  if (base == Base::F32) twice[0] = twice[1] = bits << 32 | bits;
  x86::Mem memory = cc_.newConst(asmjit::ConstPoolScope::kLocal, twice, sizeof twice);
  memory.setSize(16);
  return memory;
}

void Generator::emit_constant(const x86::Reg& into, Type t, std::uint64_t bits) {
  if (into.isGp()) {
    // Not by xor: the processor's flags may be in use.
    if (bits <= 0xffffffffu)
      cc_.mov(into.as<x86::Gp>().r32(), Imm(static_cast<std::int64_t>(bits)));
    else
      cc_.mov(into.as<x86::Gp>(), Imm(static_cast<std::int64_t>(bits)));
  } else if (into.isKReg() && (bits == 0 || t.lanes == 8)) {
    emit(bits != 0 ? Id::kIdKxnorb : Id::kIdKxorb, into, into, into);
  } else if (into.isKReg()) {
    x86::Gp ones = new_gp();
    cc_.mov(ones.r32(), Imm(bits != 0 ? (1 << t.lanes) - 1 : 0));
    cc_.kmovb(into.as<x86::KReg>(), ones.r32());
  } else if (t.base == Base::Bool) {
    x86::Vec all = sized(into, t);
    emit(bits != 0 ? Id::kIdVpcmpeqq : Id::kIdVpxor, all, all, all);
  } else if (bits == 0) {
    x86::Vec low = sized(into, 16);
    if (vex_)
      emit(Id::kIdVxorps, low, low, low);
    else
      emit(Id::kIdXorps, low, low);
  } else if (t.lanes > 1) {
    bool single = t.base == Base::F32;
    emit(single ? Id::kIdVbroadcastss : Id::kIdVbroadcastsd, sized(into, t), scalar_constant(t.base, bits));
  } else {
    load_scalar(into, t.base == Base::F32 ? ScalarKind::Float32 : ScalarKind::Float64, scalar_constant(t.base, bits));
  }
}

x86::Vec Generator::vector_constant(Type t, std::uint64_t bits) {
  EntryKey key{EntryKind::Vector, static_cast<std::int64_t>(bits), bytes_of(t), t.base == Base::F32};
  return cached(
      key, [&] { return new_vec(t); }, [&](const x86::Vec& into) { emit_constant(into, t, bits); });
}

// ---- moves --------------------------------------------------------------------------------------------------------

void Generator::copy(const x86::Reg& into, const x86::Reg& from, Type t) {
  if (into.id() == from.id()) return;
  if (into.isGp())
    cc_.mov(into.as<x86::Gp>(), from.as<x86::Gp>());
  else if (into.isKReg())
    cc_.kmovb(into.as<x86::KReg>(), from.as<x86::KReg>());
  else
    emit(vex_ ? x86::Inst::kIdVmovaps : x86::Inst::kIdMovaps, sized(into, t), sized(from, t));
}

void Generator::move(const x86::Reg& into, ValueId from) {
  const Instruction* constant = facts_.constant(from);
  if (constant && !is_vector(from))
    emit_constant(into, type(from), static_cast<std::uint64_t>(constant->immediate));
  else
    copy(into, reg(from), type(from));
}

void Generator::move_all(const std::vector<x86::Reg>& into, const std::vector<ValueId>& from) {
  struct Move {
    x86::Reg into, from;
    ValueId value;
  };
  std::vector<Move> moves, constants;
  for (std::size_t k = 0; k < into.size(); ++k) {
    bool constant = facts_.constant(from[k]) != nullptr;
    Move move{into[k], constant ? x86::Reg() : reg(from[k]), from[k]};
    if (constant)
      constants.push_back(move);
    else if (move.into.id() != move.from.id())
      moves.push_back(move);
  }
  while (!moves.empty()) {
    auto ready = std::find_if(moves.begin(), moves.end(), [&](const Move& move) {
      return std::none_of(moves.begin(), moves.end(),
                          [&](const Move& other) { return other.from.id() == move.into.id(); });
    });
    if (ready == moves.end()) { // only cycles are left: save one register and read it from there
      x86::Reg saved = new_register(type(moves.front().value)), old = moves.front().into;
      copy(saved, old, type(moves.front().value));
      for (Move& move : moves)
        if (move.from.id() == old.id()) move.from = saved;
      continue;
    }
    copy(ready->into, ready->from, type(ready->value));
    moves.erase(ready);
  }
  for (const Move& move : constants) this->move(move.into, move.value);
}

// ---- three operands -----------------------------------------------------------------------------------------------

static bool uses(const Operand& operand, std::uint32_t id) {
  if (operand.isReg()) return operand.id() == id;
  if (!operand.isMem()) return false;
  const auto& memory = operand.as<x86::Mem>();
  return (memory.hasBaseReg() && memory.baseId() == id) || (memory.hasIndexReg() && memory.indexId() == id);
}

void Generator::gp3(InstId id, const x86::Gp& dst, const x86::Gp& a, const Operand& b, bool commutative) {
  if (dst.id() == a.id()) {
    emit(id, dst, b);
  } else if (!uses(b, dst.id())) {
    cc_.mov(dst, a);
    emit(id, dst, b);
  } else if (commutative && b.isReg()) {
    emit(id, dst, a);
  } else {
    x86::Gp result = new_gp();
    cc_.mov(result, a);
    emit(id, result, b);
    cc_.mov(dst, result);
  }
}

void Generator::fp3(InstId vex, InstId sse, const x86::Vec& dst, const x86::Vec& a, const Operand& b,
                    bool commutative) {
  if (vex_) {
    emit(vex, dst, a, b);
  } else if (dst.id() == a.id()) {
    emit(sse, dst, b);
  } else if (!uses(b, dst.id())) {
    emit(x86::Inst::kIdMovaps, dst, a);
    emit(sse, dst, b);
  } else if (commutative) {
    emit(sse, dst, a);
  } else {
    x86::Xmm result = cc_.newXmmPd();
    emit(x86::Inst::kIdMovaps, result, a);
    emit(sse, result, b);
    emit(x86::Inst::kIdMovaps, dst, result);
  }
}

void Generator::fp3(const FloatForms& forms, Base base, const x86::Vec& dst, const x86::Vec& a, const Operand& b,
                    bool commutative) {
  bool single = base == Base::F32;
  fp3(single ? forms.vex_ss : forms.vex_sd, single ? forms.sse_ss : forms.sse_sd, dst, a, b, commutative);
}

} // namespace pyvm::x64
