// Arithmetic on lanes: AVX-512 for eight of them, AVX2 for four.

#include "backend-x64/lowering.h"

#include "vm/support/assert.h"

namespace pyvm::x64 {

namespace {

constexpr std::uint64_t top_bit = std::uint64_t{1} << 63;

bool is_commutative(Op op) { return op == Op::Add || op == Op::Mul || op == Op::And || op == Op::Or || op == Op::Xor; }

} // namespace

// ---- two operands -------------------------------------------------------------------------------------------------

void Generator::vector_binary(const Instruction& it, const LoweringRow& row) {
  ValueId a = it.operands[0], b = it.operands[1], result = it.results[0];
  Type t = type(result);
  if (t.base == Base::Bool && (in_memory(a) || in_memory(b))) {
    masked_compare(target(result), reg(in_memory(a) ? b : a), in_memory(a) ? a : b);
    return;
  }
  if (t.base == Base::Bool) {
    x86::Reg left = reg(a), right = reg(b);
    vector_mask_binary(it.op, target(result), left, right);
    return;
  }
  if (Facts::is_bitwise(it.op) && Facts::has_ternary_logic(t))
    for (ValueId operand : {a, b})
      if (in_memory(operand) && Facts::is_bitwise(facts_.definition(operand)->op)) {
        ternary_logic(it, operand, operand == a ? b : a);
        return;
      }
  if (is_commutative(it.op) && in_memory(a)) std::swap(a, b);
  x86::Vec left = vec(a);
  if (it.op == Op::Mul && t.base == Base::I64 && !evex_) {
    x86::Vec right = vec(b);
    vector_multiply_avx2(target_vec(result), left, right);
    return;
  }
  Operand right = in_memory(b) ? source(b) : Operand(vec(b));
  InstId id = t.base == Base::F64   ? row.floats.packed_pd
              : t.base == Base::F32 ? row.floats.packed_ps
              : evex_               ? row.vector512
                                    : row.vector256;
  emit(id, target_vec(result), left, right);
}

// The reader may compute its result in the value's own register, which nobody needs any more.
bool Generator::is_last_read(const Instruction& reader, ValueId value) const {
  const ValueFacts& facts = facts_.of(value);
  const Instruction* made = facts_.definition(value);
  if (in_cold_ || made == nullptr || facts.form != Form::Emitted || facts.shares != no_id) return false;
  const bool is_own = made->op == Op::Shl || made->op == Op::UShr || made->op == Op::Mul32;
  return is_own && facts.reads == 1 && facts.exit_reads == 0 && facts.body == facts_.at(reader).body;
}

// Two bitwise ops, of which `inner` was taken in by the other. The instruction replaces its first operand.
void Generator::ternary_logic(const Instruction& it, ValueId inner, ValueId other) {
  const auto apply = [](Op op, int x, int y) { return op == Op::And ? x & y : op == Op::Or ? x | y : x ^ y; };
  const Instruction& first = *facts_.definition(inner);
  const ValueId result = it.results[0];
  std::array<ValueId, 3> operands = {first.operands[0], first.operands[1], other};
  std::array<int, 3> tables = {0xf0, 0xcc, 0xaa}; // what the instruction's operands count as
  std::array<x86::Vec, 3> from = {vec(operands[0]), vec(operands[1]), vec(operands[2])};
  if (!regs_[result].isValid() && facts_.of(result).shares == no_id)
    for (std::size_t k = 0; k < operands.size() && !regs_[result].isValid(); ++k)
      if (is_last_read(it, operands[k])) regs_[result] = regs_[operands[k]];
  const x86::Vec dst = target_vec(result);
  for (std::size_t k = 1; k < operands.size(); ++k)
    if (from[k].id() == dst.id()) {
      std::swap(from[0], from[k]);
      std::swap(tables[0], tables[k]);
      break;
    }
  if (from[0].id() != dst.id()) emit(Id::kIdVmovdqa64, dst, from[0]);
  emit(Id::kIdVpternlogq, dst, from[1], from[2], Imm(apply(it.op, apply(first.op, tables[0], tables[1]), tables[2])));
}

void Generator::vector_mask_binary(Op op, const x86::Reg& dst, const x86::Reg& a, const x86::Reg& b) {
  const auto pick = [&](InstId k, InstId vector) { emit(evex_ ? k : vector, dst, a, b); };
  if (op == Op::And)
    pick(Id::kIdKandb, Id::kIdVpand);
  else if (op == Op::Or)
    pick(Id::kIdKorb, Id::kIdVpor);
  else
    pick(Id::kIdKxorb, Id::kIdVpxor);
}

// A compare (or the `not` of one) that its reader has taken in, for the lanes of the mask alone.
void Generator::masked_compare(const x86::Reg& dst, const x86::Reg& mask, ValueId compared) {
  const Instruction* it = facts_.definition(compared);
  const bool negated = it->op == Op::Not;
  if (negated) it = facts_.definition(it->operands[0]);
  Type t = type(it->operands[0]);
  x86::Vec a = vec(it->operands[0]), b = vec(it->operands[1]);
  // By op from Eq on; of floats ordered and without exceptions, negated unordered.
  constexpr int floats[] = {0, 4, 0x11, 0x12, 0x1e, 0x1d}, opposites[] = {4, 0, 0x15, 0x16, 0x1a, 0x19};
  constexpr int ints[] = {0, 4, 1, 2, 6, 5, 1, 2};
  auto op = static_cast<std::size_t>(it->op) - static_cast<std::size_t>(Op::Eq);
  bool is_unsigned = it->op == Op::ULt || it->op == Op::ULe;
  InstId id = t.base == Base::F32   ? Id::kIdVcmpps
              : t.base == Base::F64 ? Id::kIdVcmppd
              : is_unsigned         ? Id::kIdVpcmpuq
                                    : Id::kIdVpcmpq;
  int predicate = t.is_float() ? (negated ? opposites[op] : floats[op]) : ints[op] ^ (negated ? 4 : 0);
  if (dst.id() != mask.id()) forget(dst);
  cc_.k(mask.as<x86::KReg>()).emit(id, dst.as<x86::KReg>(), a, b, Imm(predicate));
}

void Generator::vector_mask_not(const x86::Reg& dst, const x86::Reg& a) {
  if (evex_)
    emit(Id::kIdKnotb, dst, a);
  else
    emit(Id::kIdVpxor, dst, a, vector_constant(ir::i64.with_lanes(lanes_), ~std::uint64_t{0}));
}

// low * low + ((high * low + low * high) << 32)
void Generator::vector_multiply_avx2(const x86::Vec& dst, const x86::Vec& a, const x86::Vec& b) {
  x86::Vec high = new_vec(32), cross = new_vec(32), other = new_vec(32);
  emit(Id::kIdVpsrlq, high, a, Imm(32));
  emit(Id::kIdVpmuludq, cross, high, b);
  emit(Id::kIdVpsrlq, high, b, Imm(32));
  emit(Id::kIdVpmuludq, other, high, a);
  emit(Id::kIdVpaddq, cross, cross, other);
  emit(Id::kIdVpsllq, cross, cross, Imm(32));
  emit(Id::kIdVpmuludq, other, a, b);
  emit(Id::kIdVpaddq, dst, other, cross);
}

// ---- one operand --------------------------------------------------------------------------------------------------

void Generator::vector_unary(const Instruction& it) {
  Type t = type(it.results[0]);
  if (t.base == Base::Bool) {
    x86::Reg a = reg(it.operands[0]);
    vector_mask_not(target(it.results[0]), a);
    return;
  }
  x86::Vec a = vec(it.operands[0]);
  std::uint64_t sign = t.base == Base::F32 ? std::uint64_t{1} << 31 : top_bit;
  x86::Vec constant = t.is_float()       ? vector_constant(t, it.op == Op::Neg ? sign : sign - 1)
                      : it.op == Op::Not ? vector_constant(t, ~std::uint64_t{0})
                                         : vector_constant(t, 0);
  x86::Vec dst = target_vec(it.results[0]);
  if (t.is_float()) {
    emit(it.op == Op::Neg ? Id::kIdVxorps : Id::kIdVandps, dst, a, constant);
  } else if (it.op == Op::Not) {
    emit(evex_ ? Id::kIdVpxorq : Id::kIdVpxor, dst, a, constant);
  } else if (it.op == Op::Neg) {
    emit(Id::kIdVpsubq, dst, constant, a);
  } else if (evex_) {
    emit(Id::kIdVpabsq, dst, a);
  } else {
    x86::Vec negative = new_vec(32), flipped = new_vec(32);
    emit(Id::kIdVpcmpgtq, negative, constant, a);
    emit(Id::kIdVpxor, flipped, a, negative);
    emit(Id::kIdVpsubq, dst, flipped, negative);
  }
}

// ---- min and max --------------------------------------------------------------------------------------------------

void Generator::vector_extremum(const Instruction& it, const LoweringRow& row) {
  ValueId a = it.operands[0], b = it.operands[1], result = it.results[0];
  Type t = type(result);
  if (t.is_float()) { // as for scalars: b first
    x86::Vec first = vec(b);
    Operand second = in_memory(a) ? source(a) : Operand(vec(a));
    emit(t.base == Base::F64 ? row.floats.packed_pd : row.floats.packed_ps, target_vec(result), first, second);
    return;
  }
  x86::Vec left = vec(a), right = vec(b);
  if (evex_) {
    emit(row.vector512, target_vec(result), left, right);
    return;
  }
  x86::Vec takes_b = new_vec(32);
  bool smaller = it.op == Op::Min || it.op == Op::UMin, is_signed = it.op == Op::Min || it.op == Op::Max;
  compare_ints_avx2(takes_b, is_signed ? Op::Lt : Op::ULt, smaller ? right : left, smaller ? left : right);
  emit(Id::kIdVblendvpd, target_vec(result), left, right, takes_b);
}

// ---- shifts -------------------------------------------------------------------------------------------------------

void Generator::vector_shift(const Instruction& it, const LoweringRow& row) {
  Type t = type(it.results[0]);
  x86::Vec a = vec(it.operands[0]);
  if (std::optional<std::int64_t> count = int_constant(it.operands[1])) {
    Imm bits(*count & 63);
    x86::Vec dst = target_vec(it.results[0]);
    if (it.op == Op::Shl)
      emit(Id::kIdVpsllq, dst, a, bits);
    else if (it.op == Op::UShr)
      emit(Id::kIdVpsrlq, dst, a, bits);
    else if (evex_)
      emit(Id::kIdVpsraq, dst, a, bits);
    else
      vector_shift_right_avx2(dst, a, bits);
    return;
  }
  x86::Vec counts = new_vec(t);
  emit(evex_ ? Id::kIdVpandq : Id::kIdVpand, counts, vec(it.operands[1]), vector_constant(t, 63));
  if (it.op == Op::Shr && !evex_)
    vector_shift_right_avx2(target_vec(it.results[0]), a, counts);
  else
    emit(evex_ ? row.vector512 : row.vector256, target_vec(it.results[0]), a, counts);
}

// Logical shift, then the sign bit, which now stands lower, is extended: (x ^ m) - m.
void Generator::vector_shift_right_avx2(const x86::Vec& dst, const x86::Vec& a, const Operand& count) {
  x86::Vec sign = new_vec(32), shifted = new_vec(32);
  InstId id = count.isImm() ? Id::kIdVpsrlq : Id::kIdVpsrlvq;
  emit(id, sign, vector_constant(ir::i64.with_lanes(4), top_bit), count);
  emit(id, shifted, a, count);
  emit(Id::kIdVpxor, shifted, shifted, sign);
  emit(Id::kIdVpsubq, dst, shifted, sign);
}

// ---- compares -----------------------------------------------------------------------------------------------------

void Generator::vector_compare(const Instruction& it) {
  Type operand = type(it.operands[0]);
  if (operand.base == Base::Bool) {
    compare_masks(it);
    return;
  }
  if (operand.is_float()) {
    compare_floats(target(it.results[0]), it);
    return;
  }
  x86::Vec a = vec(it.operands[0]), b = vec(it.operands[1]);
  if (!evex_) {
    compare_ints_avx2(target_vec(it.results[0]), it.op, a, b);
    return;
  }
  constexpr int predicates[] = {0, 4, 1, 2, 6, 5, 1, 2}; // eq ne lt le gt ge, ult ule
  bool is_unsigned = it.op == Op::ULt || it.op == Op::ULe;
  int predicate = predicates[static_cast<int>(it.op) - static_cast<int>(Op::Eq)];
  emit(is_unsigned ? Id::kIdVpcmpuq : Id::kIdVpcmpq, target_mask(it.results[0]), a, b, Imm(predicate));
}

void Generator::compare_floats(const x86::Reg& dst, const Instruction& it) {
  constexpr int predicates[] = {0, 4, 0x11, 0x12, 0x1e, 0x1d}; // ordered but for !=, without exceptions
  Type t = type(it.operands[0]);
  x86::Vec a = vec(it.operands[0]), b = vec(it.operands[1]);
  Imm predicate(predicates[static_cast<int>(it.op) - static_cast<int>(Op::Eq)]);
  InstId id = t.base == Base::F32 ? Id::kIdVcmpps : Id::kIdVcmppd;
  if (evex_) {
    emit(id, dst.as<x86::KReg>(), a, b, predicate);
  } else if (t.base == Base::F64) {
    emit(id, sized(dst, 32), a, b, predicate);
  } else {
    x86::Vec narrow = new_vec(16);
    emit(id, narrow, a, b, predicate);
    emit(Id::kIdVpmovsxdq, sized(dst, 32), narrow);
  }
}

void Generator::compare_ints_avx2(const x86::Vec& dst, Op op, x86::Vec a, x86::Vec b) {
  Type t = ir::i64.with_lanes(4);
  if (op == Op::ULt || op == Op::ULe) { // as signed, with the top bits exchanged
    x86::Vec flip = vector_constant(t, top_bit), flipped_a = new_vec(32), flipped_b = new_vec(32);
    emit(Id::kIdVpxor, flipped_a, a, flip);
    emit(Id::kIdVpxor, flipped_b, b, flip);
    a = flipped_a;
    b = flipped_b;
    op = op == Op::ULt ? Op::Lt : Op::Le;
  }
  bool negated = op == Op::Ne || op == Op::Le || op == Op::Ge;
  x86::Vec set = negated ? new_vec(32) : dst;
  if (op == Op::Eq || op == Op::Ne)
    emit(Id::kIdVpcmpeqq, set, a, b);
  else if (op == Op::Gt || op == Op::Le)
    emit(Id::kIdVpcmpgtq, set, a, b);
  else
    emit(Id::kIdVpcmpgtq, set, b, a);
  if (negated) vector_mask_not(dst, set);
}

// false < true
void Generator::compare_masks(const Instruction& it) {
  x86::Reg a = reg(it.operands[0]), b = reg(it.operands[1]), part = new_register(type(it.operands[0]));
  switch (it.op) {
  case Op::Eq:
    vector_mask_binary(Op::Xor, part, a, b);
    vector_mask_not(target(it.results[0]), part);
    break;
  case Op::Ne:
    vector_mask_binary(Op::Xor, target(it.results[0]), a, b);
    break;
  case Op::Lt:
  case Op::ULt:
    vector_mask_not(part, a);
    vector_mask_binary(Op::And, target(it.results[0]), part, b);
    break;
  case Op::Le:
  case Op::ULe:
    vector_mask_not(part, a);
    vector_mask_binary(Op::Or, target(it.results[0]), part, b);
    break;
  case Op::Gt:
    vector_mask_not(part, b);
    vector_mask_binary(Op::And, target(it.results[0]), part, a);
    break;
  default:
    vector_mask_not(part, b);
    vector_mask_binary(Op::Or, target(it.results[0]), part, a);
  }
}

// ---- select -------------------------------------------------------------------------------------------------------

void Generator::vector_select(const Instruction& it) {
  Type t = type(it.results[0]);
  x86::Reg condition = reg(it.operands[0]), if_true = reg(it.operands[1]), if_false = reg(it.operands[2]);
  x86::Reg dst = target(it.results[0]);
  if (evex_ && t.base == Base::Bool) {
    x86::KReg yes = cc_.newKb(), no = cc_.newKb();
    emit(Id::kIdKandb, yes, condition, if_true);
    emit(Id::kIdKandnb, no, condition, if_false);
    emit(Id::kIdKorb, dst, yes, no);
  } else if (evex_) {
    InstId id = t.base == Base::F64 ? Id::kIdVblendmpd : t.base == Base::F32 ? Id::kIdVblendmps : Id::kIdVpblendmq;
    if (dst.id() != if_true.id() && dst.id() != if_false.id()) forget(dst);
    cc_.k(condition.as<x86::KReg>()).emit(id, sized(dst, t), sized(if_false, t), sized(if_true, t));
  } else if (t.base == Base::F32) {
    x86::Vec narrow = narrow_mask(sized(condition, 32));
    emit(Id::kIdVblendvps, sized(dst, 16), sized(if_false, 16), sized(if_true, 16), narrow);
  } else {
    emit(Id::kIdVblendvpd, sized(dst, 32), sized(if_false, 32), sized(if_true, 32), sized(condition, 32));
  }
}

x86::Vec Generator::narrow_mask(const x86::Vec& mask) {
  x86::Vec high = new_vec(16), narrow = new_vec(16);
  emit(Id::kIdVextractf128, high, mask.ymm(), Imm(1));
  emit(Id::kIdVshufps, narrow, mask.xmm(), high, Imm(0x88));
  return narrow;
}

// ---- wrap ---------------------------------------------------------------------------------------------------------

void Generator::vector_wrap(const Instruction& it) {
  Type t = type(it.results[0]);
  auto spare = static_cast<int>(64 - 8 * size_of(it.element));
  x86::Vec a = vec(it.operands[0]);
  if (spare == 0) {
    copy(target(it.results[0]), a, t);
    return;
  }
  if (!is_signed(it.element)) {
    x86::Vec kept = vector_constant(t, ~std::uint64_t{0} >> spare);
    emit(evex_ ? Id::kIdVpandq : Id::kIdVpand, target_vec(it.results[0]), a, kept);
    return;
  }
  x86::Vec moved = new_vec(t);
  emit(Id::kIdVpsllq, moved, a, Imm(spare));
  if (evex_)
    emit(Id::kIdVpsraq, target_vec(it.results[0]), moved, Imm(spare));
  else
    vector_shift_right_avx2(target_vec(it.results[0]), moved, Imm(spare));
}

// ---- splat --------------------------------------------------------------------------------------------------------

void Generator::lower_splat(const Instruction& it) {
  // Before all loops, unless the result has to be in a register that is something else there.
  bool hoistable = facts_.of(it.results[0]).shares == no_id && !regs_[it.results[0]].isValid();
  if (hoistable && facts_.of(it.operands[0]).form == Form::Entry)
    at_entry([&] { emit_splat(it); });
  else
    emit_splat(it);
}

void Generator::emit_splat(const Instruction& it) {
  Type t = type(it.results[0]);
  ValueId scalar = it.operands[0];
  if (in_memory(scalar)) {
    x86::Mem from = source(scalar).as<x86::Mem>();
    bool as_float = t.base == Base::F64 && costs_.broadcast_as_float < costs_.broadcast_as_int;
    if (t.base == Base::F32)
      emit(Id::kIdVbroadcastss, target_vec(it.results[0]), from);
    else
      emit(as_float ? Id::kIdVbroadcastsd : Id::kIdVpbroadcastq, target_vec(it.results[0]), from);
    return;
  }
  if (t.is_float()) {
    x86::Vec from = vec(scalar);
    emit(t.base == Base::F32 ? Id::kIdVbroadcastss : Id::kIdVbroadcastsd, target_vec(it.results[0]), from.xmm());
    return;
  }
  x86::Gp from = gp(scalar), ones = new_gp();
  if (t.base == Base::Bool) {
    cc_.mov(ones, from);
    cc_.neg(ones);
  }
  const x86::Gp& value = t.base == Base::Bool ? ones : from;
  if (t.base == Base::Bool && evex_) {
    cc_.kmovb(target_mask(it.results[0]), value.r32());
  } else if (evex_) {
    emit(Id::kIdVpbroadcastq, target_vec(it.results[0]), value);
  } else {
    x86::Xmm low = cc_.newXmm();
    emit(Id::kIdVmovq, low, value);
    emit(Id::kIdVpbroadcastq, target_vec(it.results[0]), low);
  }
}

// ---- calls --------------------------------------------------------------------------------------------------------

void Generator::vector_call(void* function, const Instruction& it) {
  using asmjit::TypeId;
  Type t = type(it.results[0]);
  int bytes = call_lanes_of(t) * (t.base == Base::F32 ? 4 : 8);
  TypeId id = t.base == Base::F32 ? (bytes == 64 ? TypeId::kFloat32x16 : TypeId::kFloat32x8)
                                  : (bytes == 64 ? TypeId::kFloat64x8 : TypeId::kFloat64x4);
  asmjit::FuncSignatureBuilder signature(asmjit::CallConvId::kHost);
  signature.setRet(id);
  std::vector<x86::Vec> arguments;
  for (ValueId operand : it.operands) {
    x86::Vec a = vec(operand);
    if (bytes != bytes_of(t)) { // four f32: both halves the same, so that no other lane computes rubbish slowly
      x86::Vec doubled = new_vec(bytes);
      emit(Id::kIdVinsertf128, doubled, a.ymm(), a.xmm(), Imm(1));
      a = doubled;
    }
    arguments.push_back(a);
    signature.addArg(id);
  }
  asmjit::InvokeNode* call;
  cc_.invoke(&call, reinterpret_cast<std::uint64_t>(function), signature);
  for (std::size_t k = 0; k < arguments.size(); ++k) call->setArg(k, arguments[k]);
  x86::Vec result = bytes == bytes_of(t) ? target_vec(it.results[0]) : new_vec(bytes);
  call->setRet(0, result);
  if (bytes != bytes_of(t)) emit(Id::kIdVmovaps, target_vec(it.results[0]), result.xmm());
}

} // namespace pyvm::x64
