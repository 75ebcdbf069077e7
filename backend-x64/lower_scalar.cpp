// Arithmetic: the entry of each op, which hands vectors to lower_vector.cpp, and the scalar sequences.

#include "backend-x64/lowering.h"

#include "vm/support/assert.h"

#include <bit>

namespace pyvm::x64 {

using asmjit::x86::CondCode;

namespace {

constexpr std::uint64_t sign_bit(Base base) {
  return base == Base::F32 ? std::uint64_t{1} << 31 : std::uint64_t{1} << 63;
}
constexpr std::uint64_t other_bits(Base base) {
  return base == Base::F32 ? (std::uint64_t{1} << 31) - 1 : ~(std::uint64_t{1} << 63);
}

bool is_commutative(Op op) { return op == Op::Add || op == Op::Mul || op == Op::And || op == Op::Or || op == Op::Xor; }

} // namespace

// ---- two operands -------------------------------------------------------------------------------------------------

void Generator::lower_binary(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_binary(it, Lowering::of(it.op));
  else
    scalar_binary(it, Lowering::of(it.op));
}

void Generator::scalar_binary(const Instruction& it, const LoweringRow& row) {
  ValueId a = it.operands[0], b = it.operands[1], result = it.results[0];
  bool commutative = is_commutative(it.op);
  if (commutative && (in_memory(a) || (facts_.constant(a) && !in_memory(b)))) std::swap(a, b);
  if (type(result).is_float()) {
    x86::Vec left = vec(a);
    Operand right = source(b);
    fp3(row.floats, type(result).base, target_vec(result), left, right, commutative);
    return;
  }
  x86::Gp left = gp(a), dst;
  Operand right = source(b);
  std::optional<std::int64_t> constant = right.isImm() ? std::optional(right.as<Imm>().value()) : std::nullopt;
  dst = target_gp(result);
  if (it.op == Op::Add && right.isReg() && dst.id() != left.id() && dst.id() != right.id())
    cc_.lea(dst, x86::ptr(left, right.as<x86::Gp>()));
  else if (it.op == Op::Add && constant && dst.id() != left.id())
    cc_.lea(dst, x86::ptr(left, static_cast<std::int32_t>(*constant)));
  else if (it.op == Op::Mul && constant && *constant > 0 && std::has_single_bit(static_cast<std::uint64_t>(*constant)))
    gp3(Id::kIdShl, dst, left, Imm(std::countr_zero(static_cast<std::uint64_t>(*constant))), false);
  else if (it.op == Op::Mul && constant)
    emit(Id::kIdImul, dst, left, right);
  else
    gp3(row.gp, dst, left, right, commutative);
}

void Generator::lower_mul32(const Instruction& it) {
  if (is_vector(it.results[0])) {
    vector_binary(it, Lowering::of(it.op));
    return;
  }
  x86::Gp a = gp(it.operands[0]), b = gp(it.operands[1]), low = new_gp(), product = new_gp();
  cc_.mov(low.r32(), a.r32());
  cc_.mov(product.r32(), b.r32());
  cc_.imul(product, low);
  copy(target_gp(it.results[0]), product, ir::i64);
}

void Generator::lower_draw(const Instruction& it) {
  x86::Gp range = gp(it.operands[0]), function = new_gp(), state = new_gp(), bits = new_gp();
  cc_.mov(function, x86::ptr(context_, offsetof(ir::RegionContext, draw)));
  cc_.mov(state, x86::ptr(context_, offsetof(ir::RegionContext, draw_state)));
  asmjit::InvokeNode* call;
  cc_.invoke(&call, function,
             asmjit::FuncSignatureT<std::uint64_t, void*, std::int64_t, std::uint64_t>(asmjit::CallConvId::kHost));
  call->setArg(0, state);
  call->setArg(1, Imm(it.immediate));
  call->setArg(2, range);
  call->setRet(0, bits);
  if (type(it.results[0]).is_float())
    emit(vex_ ? Id::kIdVmovq : Id::kIdMovq, target_vec(it.results[0]).xmm(), bits);
  else
    copy(target(it.results[0]), bits, ir::i64);
}

// ---- one operand --------------------------------------------------------------------------------------------------

void Generator::lower_unary(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_unary(it);
  else if (it.op == Op::Neg)
    scalar_neg(it);
  else if (it.op == Op::Abs)
    scalar_abs(it);
  else if (type(it.results[0]).base == Base::Bool)
    gp3(Id::kIdXor, target_gp(it.results[0]), gp(it.operands[0]), Imm(1), false);
  else {
    x86::Gp a = gp(it.operands[0]), dst = target_gp(it.results[0]);
    copy(dst, a, ir::i64);
    cc_.not_(dst);
  }
}

void Generator::scalar_neg(const Instruction& it) {
  Base base = type(it.results[0]).base;
  if (type(it.results[0]).is_float()) {
    x86::Vec a = vec(it.operands[0]);
    fp3(Id::kIdVxorpd, Id::kIdXorpd, target_vec(it.results[0]), a, mask_constant(base, sign_bit(base)), false);
    return;
  }
  x86::Gp a = gp(it.operands[0]), dst = target_gp(it.results[0]);
  copy(dst, a, ir::i64);
  cc_.neg(dst);
}

void Generator::scalar_abs(const Instruction& it) {
  Base base = type(it.results[0]).base;
  if (type(it.results[0]).is_float()) {
    x86::Vec a = vec(it.operands[0]);
    fp3(Id::kIdVandpd, Id::kIdAndpd, target_vec(it.results[0]), a, mask_constant(base, other_bits(base)), false);
    return;
  }
  x86::Gp a = gp(it.operands[0]), dst = target_gp(it.results[0]), sign = new_gp();
  cc_.mov(sign, a);
  cc_.sar(sign, 63);
  copy(dst, a, ir::i64);
  cc_.xor_(dst, sign);
  cc_.sub(dst, sign);
}

// ---- min and max --------------------------------------------------------------------------------------------------

void Generator::lower_extremum(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_extremum(it, Lowering::of(it.op));
  else
    scalar_extremum(it, Lowering::of(it.op));
}

// `b > a ? b : a` is what maxsd b, a computes, NaNs and zeros included: the second source unless the first is greater.
void Generator::scalar_extremum(const Instruction& it, const LoweringRow& row) {
  ValueId a = it.operands[0], b = it.operands[1], result = it.results[0];
  if (type(result).is_float()) {
    x86::Vec first = vec(b);
    Operand second = source(a);
    fp3(row.floats, type(result).base, target_vec(result), first, second, false);
    return;
  }
  x86::Gp left = gp(a), right = gp(b), dst = target_gp(result), chosen = new_gp();
  cc_.mov(chosen, left);
  cc_.cmp(right, left);
  emit(row.gp, chosen, right);
  copy(dst, chosen, ir::i64);
}

// ---- shifts -------------------------------------------------------------------------------------------------------

void Generator::lower_shift(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_shift(it, Lowering::of(it.op));
  else
    scalar_shift(it, Lowering::of(it.op));
}

// The processor takes the count modulo 64 by itself.
void Generator::scalar_shift(const Instruction& it, const LoweringRow& row) {
  x86::Gp a = gp(it.operands[0]);
  if (std::optional<std::int64_t> count = int_constant(it.operands[1])) {
    gp3(row.gp, target_gp(it.results[0]), a, Imm(*count & 63), false);
    return;
  }
  x86::Gp count = gp(it.operands[1]), shifted = new_gp();
  cc_.mov(shifted, a);
  emit(row.gp, shifted, count.r8());
  copy(target_gp(it.results[0]), shifted, ir::i64);
}

// ---- compares -----------------------------------------------------------------------------------------------------

Generator::Flags Generator::emit_compare(const Instruction& it) {
  using Parity = Flags::Parity;
  ValueId a = it.operands[0], b = it.operands[1];
  if (!type(a).is_float()) {
    constexpr CondCode codes[] = {CondCode::kE, CondCode::kNE, CondCode::kL, CondCode::kLE,
                                  CondCode::kG, CondCode::kGE, CondCode::kB, CondCode::kBE};
    CondCode code = codes[static_cast<int>(it.op) - static_cast<int>(Op::Eq)];
    if (facts_.constant(a) && !facts_.constant(b)) {
      std::swap(a, b);
      code = x86::reverseCond(code);
    }
    x86::Gp left = gp(a);
    Operand right = source(b);
    emit(Id::kIdCmp, left, right);
    return {code};
  }
  // Less is greater with the operands exchanged: "above" is false when they are unordered.
  if (it.op == Op::Lt || it.op == Op::Le) std::swap(a, b);
  x86::Vec left = vec(a);
  Operand right = source(b);
  bool single = type(a).base == Base::F32;
  emit(vex_ ? (single ? Id::kIdVucomiss : Id::kIdVucomisd) : (single ? Id::kIdUcomiss : Id::kIdUcomisd), left, right);
  switch (it.op) {
  case Op::Eq:
    return {CondCode::kE, Parity::And};
  case Op::Ne:
    return {CondCode::kNE, Parity::Or};
  case Op::Lt:
  case Op::Gt:
    return {CondCode::kA};
  default:
    return {CondCode::kAE};
  }
}

void Generator::lower_compare(const Instruction& it) {
  if (is_vector(it.results[0])) {
    vector_compare(it);
    return;
  }
  Flags flags = emit_compare(it);
  x86::Gp truth = cc_.newGpb(), dst = target_gp(it.results[0]);
  cc_.set(flags.code, truth);
  if (flags.parity != Flags::Parity::None) {
    bool both = flags.parity == Flags::Parity::And;
    x86::Gp ordered = cc_.newGpb();
    cc_.set(both ? CondCode::kNP : CondCode::kP, ordered);
    emit(both ? Id::kIdAnd : Id::kIdOr, truth, ordered);
  }
  cc_.movzx(dst.r32(), truth);
}

void Generator::branch_on_compare(const Instruction& compare, bool when, const Label& label) {
  using Parity = Flags::Parity;
  Flags flags = emit_compare(compare);
  CondCode code = when ? flags.code : x86::negateCond(flags.code);
  bool needs_both = flags.parity != Parity::None && (flags.parity == Parity::And) == when;
  if (flags.parity == Parity::None) {
    cc_.j(code, label);
  } else if (needs_both) { // equal and ordered
    Label skip = cc_.newLabel();
    cc_.jp(skip);
    cc_.j(code, label);
    cc_.bind(skip);
  } else { // not equal or unordered
    cc_.jp(label);
    cc_.j(code, label);
  }
}

// Conditions that are joined by `and`: each once, and none behind the first that is false.
void Generator::branch_on_all(const Instruction& joined, bool when, const Label& label) {
  std::vector<ValueId> waiting(joined.operands.rbegin(), joined.operands.rend()), all;
  while (!waiting.empty()) {
    const ValueId next = waiting.back();
    waiting.pop_back();
    const bool is_joined = in_memory(next) && facts_.definition(next)->op == Op::And;
    if (is_joined)
      waiting.insert(waiting.end(), facts_.definition(next)->operands.rbegin(),
                     facts_.definition(next)->operands.rend());
    else if (std::find(all.begin(), all.end(), next) == all.end())
      all.push_back(next);
  }
  const Label otherwise = when ? cc_.newLabel() : label;
  for (const ValueId each : all) branch(each, false, otherwise);
  if (!when) return;
  cc_.jmp(label);
  cc_.bind(otherwise);
}

void Generator::branch(ValueId condition, bool when, const Label& label) {
  if (std::optional<std::int64_t> known = int_constant(condition)) {
    if ((*known != 0) == when) cc_.jmp(label);
    return;
  }
  if (in_memory(condition)) {
    const Instruction& made = *facts_.definition(condition);
    if (made.op == Op::And) {
      branch_on_all(made, when, label);
      return;
    }
    if (made.op != Op::Any) {
      branch_on_compare(made, when, label);
      return;
    }
    test_any(made);
    cc_.j(when ? CondCode::kNZ : CondCode::kZ, label);
    return;
  }
  x86::Gp truth = gp(condition);
  cc_.test(truth.r32(), truth.r32());
  cc_.j(when ? CondCode::kNZ : CondCode::kZ, label);
}

// ---- select -------------------------------------------------------------------------------------------------------

void Generator::lower_select(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_select(it);
  else if (type(it.results[0]).is_float())
    select_float(it);
  else
    scalar_select(it);
}

void Generator::scalar_select(const Instruction& it) {
  ValueId condition = it.operands[0];
  x86::Gp chosen = new_gp();
  // Constants first: nothing may come between the compare and the moves.
  x86::Gp if_true = gp(it.operands[1]);
  Flags flags{CondCode::kNZ};
  if (in_memory(condition)) {
    x86::Gp if_false = gp(it.operands[2]);
    flags = emit_compare(*facts_.definition(condition));
    bool both = flags.parity == Flags::Parity::And;
    cc_.mov(chosen, both ? if_true : if_false);
    CondCode code = both ? x86::negateCond(flags.code) : flags.code;
    const x86::Gp& other = both ? if_false : if_true;
    cc_.cmov(code, chosen, other);
    if (flags.parity != Flags::Parity::None) cc_.cmov(CondCode::kP, chosen, other);
  } else {
    move(chosen, it.operands[2]);
    x86::Gp truth = gp(condition);
    cc_.test(truth.r32(), truth.r32());
    cc_.cmov(CondCode::kNZ, chosen, if_true);
  }
  copy(target_gp(it.results[0]), chosen, ir::i64);
}

// By a mask of all ones or zeros: a branch would often be mispredicted.
void Generator::select_float(const Instruction& it) {
  Base base = type(it.results[0]).base;
  bool single = base == Base::F32;
  x86::Vec if_true = vec(it.operands[1]), if_false = vec(it.operands[2]);
  x86::Xmm mask = cc_.newXmm();
  if (in_memory(it.operands[0])) {
    const Instruction& compare = *facts_.definition(it.operands[0]);
    ValueId a = compare.operands[0], b = compare.operands[1];
    bool exchanged = compare.op == Op::Gt || compare.op == Op::Ge;
    x86::Vec left = vec(exchanged ? b : a), right = vec(exchanged ? a : b);
    int predicate = compare.op == Op::Eq                           ? 0
                    : compare.op == Op::Ne                         ? 4
                    : compare.op == Op::Lt || compare.op == Op::Gt ? 1
                                                                   : 2;
    if (vex_) {
      emit(single ? Id::kIdVcmpss : Id::kIdVcmpsd, mask, left, right, Imm(predicate));
    } else {
      emit(Id::kIdMovaps, mask, left);
      emit(single ? Id::kIdCmpss : Id::kIdCmpsd, mask, right, Imm(predicate));
    }
  } else {
    x86::Gp ones = new_gp();
    cc_.mov(ones, gp(it.operands[0]));
    cc_.neg(ones);
    emit(vex_ ? Id::kIdVmovq : Id::kIdMovq, mask, ones);
  }
  x86::Vec dst = target_vec(it.results[0]);
  if (vex_) {
    emit(single ? Id::kIdVblendvps : Id::kIdVblendvpd, dst, if_false, if_true, mask);
    return;
  }
  x86::Xmm chosen = cc_.newXmm();
  emit(Id::kIdMovaps, chosen, mask);
  emit(Id::kIdAndpd, chosen, if_true);
  emit(Id::kIdAndnpd, mask, if_false);
  emit(Id::kIdOrpd, chosen, mask);
  emit(Id::kIdMovaps, dst, chosen);
}

// ---- wrap ---------------------------------------------------------------------------------------------------------

void Generator::lower_wrap(const Instruction& it) {
  if (is_vector(it.results[0]))
    vector_wrap(it);
  else
    scalar_wrap(it);
}

void Generator::scalar_wrap(const Instruction& it) {
  x86::Gp a = gp(it.operands[0]), dst = target_gp(it.results[0]);
  switch (it.element) {
  case ScalarKind::Int8:
    cc_.movsx(dst, a.r8());
    break;
  case ScalarKind::Int16:
    cc_.movsx(dst, a.r16());
    break;
  case ScalarKind::Int32:
    cc_.movsxd(dst, a.r32());
    break;
  case ScalarKind::UInt8:
    cc_.movzx(dst.r32(), a.r8());
    break;
  case ScalarKind::UInt16:
    cc_.movzx(dst.r32(), a.r16());
    break;
  case ScalarKind::UInt32:
    cc_.mov(dst.r32(), a.r32());
    break;
  default:
    copy(dst, a, ir::i64);
  }
}

} // namespace pyvm::x64
