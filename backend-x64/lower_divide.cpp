// Integer division with Python's rounding, float // and %, powers, and calls of C++ functions.
//
// idiv traps on a zero divisor and on int64 min / -1: divisors 0 and -1 go to cold code, which needs no division. Lanes
// of integers are divided as floats (divide_vectors.cpp).

#include "backend-x64/lowering.h"

#include "backend-x64/helpers.h"
#include "vm/support/assert.h"

#include <bit>

namespace pyvm::x64 {

using asmjit::FuncSignatureBuilder;
using asmjit::InvokeNode;
using asmjit::TypeId;
using asmjit::x86::CondCode;

void Generator::lower_division(const Instruction& it) {
  Type t = type(it.results[0]);
  bool is_signed = it.op == Op::FloorDiv || it.op == Op::FloorMod;
  if (std::optional<std::int64_t> divisor = int_constant(it.operands[1]);
      divisor && t.base == Base::I64 && divide_by_constant(it, *divisor))
    return;
  if (t.lanes > 1 && !t.is_float())
    vector_divide(it);
  else if (t.lanes > 1)
    call_lanes(reinterpret_cast<void*>(lanes_helper(it.op, t.base)), it);
  else if (t.is_float())
    call_scalar(scalar_helper(it.op, t.base, vex_), t.base, it.results[0], it.operands);
  else if (is_signed)
    integer_divide(it);
  else
    unsigned_divide(it);
}

// Powers of two: a shift rounds down, a mask has the sign of the (positive) divisor. For uint64 too.
bool Generator::divide_by_constant(const Instruction& it, std::int64_t divisor) {
  if (divisor <= 0 || !std::has_single_bit(static_cast<std::uint64_t>(divisor))) return false;
  int bits = std::countr_zero(static_cast<std::uint64_t>(divisor));
  bool quotient = it.op == Op::FloorDiv || it.op == Op::UDiv, is_signed = it.op == Op::FloorDiv;
  Type t = type(it.results[0]);
  if (t.lanes > 1) {
    x86::Vec a = vec(it.operands[0]);
    x86::Vec rest = quotient ? x86::Vec() : vector_constant(t, static_cast<std::uint64_t>(divisor - 1));
    x86::Vec dst = target_vec(it.results[0]);
    if (!quotient)
      emit(evex_ ? Id::kIdVpandq : Id::kIdVpand, dst, a, rest);
    else if (!is_signed)
      emit(Id::kIdVpsrlq, dst, a, Imm(bits));
    else if (evex_)
      emit(Id::kIdVpsraq, dst, a, Imm(bits));
    else
      vector_shift_right_avx2(dst, a, Imm(bits));
    return true;
  }
  x86::Gp a = gp(it.operands[0]);
  if (quotient) {
    gp3(is_signed ? Id::kIdSar : Id::kIdShr, target_gp(it.results[0]), a, Imm(bits), false);
  } else if (bits <= 31) {
    gp3(Id::kIdAnd, target_gp(it.results[0]), a, Imm(divisor - 1), false);
  } else {
    x86::Gp rest = new_gp();
    cc_.mov(rest, Imm(divisor - 1));
    gp3(Id::kIdAnd, target_gp(it.results[0]), a, rest, true);
  }
  return true;
}

void Generator::integer_divide(const Instruction& it) {
  x86::Gp a = gp(it.operands[0]), b = gp(it.operands[1]), result = new_gp();
  std::optional<std::int64_t> constant = int_constant(it.operands[1]);
  bool guarded = !constant || *constant == 0 || *constant == -1;
  Label done = cc_.newLabel(), rare = cc_.newLabel();
  if (guarded) {
    x86::Gp above = new_gp();
    cc_.lea(above, x86::ptr(b, 1));
    cc_.cmp(above, 1);
    cc_.jbe(rare); // -1 or 0
  }
  x86::Gp quotient = new_gp(), remainder = new_gp();
  cc_.mov(quotient, a);
  cc_.cqo(remainder, quotient);
  cc_.idiv(remainder, quotient, b);
  correct_to_floor(it, quotient, remainder, b);
  cc_.mov(result, it.op == Op::FloorDiv ? quotient : remainder);
  cc_.bind(done);
  if (guarded) {
    bool divides = it.op == Op::FloorDiv;
    later([this, a, b, result, done, rare, divides] {
      cc_.bind(rare);
      if (divides) { // -a for -1, 0 for 0
        cc_.mov(result, a);
        cc_.neg(result);
        cc_.and_(result, b);
      } else {
        cc_.mov(result.r32(), 0);
      }
      cc_.jmp(done);
    });
  }
  copy(target_gp(it.results[0]), result, ir::i64);
}

// Where the remainder is not zero and its sign is not the divisor's: quotient - 1, remainder + divisor.
void Generator::correct_to_floor(const Instruction& it, const x86::Gp& quotient, const x86::Gp& remainder,
                                 const x86::Gp& divisor) {
  x86::Gp differ = new_gp(), wrong = new_gp(), zero = new_gp();
  cc_.mov(differ, remainder);
  cc_.xor_(differ, divisor);
  cc_.sar(differ, 63);
  cc_.mov(zero.r32(), 0);
  cc_.test(remainder, remainder);
  cc_.cmovz(differ, zero); // all ones where a correction is due
  if (it.op == Op::FloorDiv) {
    cc_.add(quotient, differ);
  } else {
    cc_.mov(wrong, differ);
    cc_.and_(wrong, divisor);
    cc_.add(remainder, wrong);
  }
}

void Generator::unsigned_divide(const Instruction& it) {
  x86::Gp a = gp(it.operands[0]), b = gp(it.operands[1]), result = new_gp();
  Label done = cc_.newLabel();
  cc_.mov(result.r32(), 0);
  cc_.test(b, b);
  cc_.jz(done);
  x86::Gp quotient = new_gp(), remainder = new_gp();
  cc_.mov(quotient, a);
  cc_.mov(remainder.r32(), 0);
  cc_.div(remainder, quotient, b);
  cc_.mov(result, it.op == Op::UDiv ? quotient : remainder);
  cc_.bind(done);
  copy(target_gp(it.results[0]), result, ir::i64);
}

void Generator::lower_pow(const Instruction& it) {
  Type t = type(it.results[0]);
  if (t.is_float()) {
    void* vector = t.lanes > 1 ? vector_function(MathFunction::Pow, ir::kind_of(t.base), call_lanes_of(t)) : nullptr;
    if (vector)
      vector_call(vector, it);
    else if (t.lanes > 1)
      call_lanes(reinterpret_cast<void*>(lanes_helper(it.op, t.base)), it);
    else
      call_scalar(scalar_function(MathFunction::Pow, ir::kind_of(t.base)), t.base, it.results[0], it.operands);
  } else if (t.lanes > 1) {
    call_lanes(reinterpret_cast<void*>(lanes_helper(it.op, t.base)), it);
  } else {
    call_scalar(scalar_helper(it.op, t.base, vex_), t.base, it.results[0], it.operands);
  }
}

// ---- calls --------------------------------------------------------------------------------------------------------

static TypeId argument_type(Base base) {
  return base == Base::F64 ? TypeId::kFloat64 : base == Base::F32 ? TypeId::kFloat32 : TypeId::kInt64;
}

void Generator::call_scalar(void* function, Base base, ValueId result, const std::vector<ValueId>& operands) {
  FuncSignatureBuilder signature(asmjit::CallConvId::kHost);
  signature.setRet(argument_type(base));
  std::vector<x86::Reg> arguments;
  for (ValueId operand : operands) {
    signature.addArg(argument_type(base));
    arguments.push_back(reg(operand));
  }
  InvokeNode* call;
  cc_.invoke(&call, reinterpret_cast<std::uint64_t>(function), signature);
  for (std::size_t k = 0; k < arguments.size(); ++k) call->setArg(k, arguments[k]);
  call->setRet(0, target(result));
}

void Generator::call_lanes(void* function, const Instruction& it) {
  x86::Vec a = vec(it.operands[0]), b = it.operands.size() > 1 ? vec(it.operands[1]) : a;
  call_lanes(function, type(it.results[0]).lanes, target_vec(it.results[0]), a, b);
}

// Operands and result through memory, lane by lane in C++.
void Generator::call_lanes(void* function, int count, const x86::Vec& result, const x86::Vec& a, const x86::Vec& b) {
  constexpr std::uint32_t vector_bytes = 64;
  if (!scratch_a_.hasBaseOrIndex()) {
    scratch_a_ = cc_.newStack(vector_bytes, vector_bytes);
    scratch_b_ = cc_.newStack(vector_bytes, vector_bytes);
  }
  x86::Gp at_a = new_gp(), at_b = new_gp(), lanes = new_gp();
  emit(Id::kIdVmovups, scratch_a_, a);
  emit(Id::kIdVmovups, scratch_b_, b);
  cc_.lea(at_a, scratch_a_);
  cc_.lea(at_b, scratch_b_);
  cc_.mov(lanes.r32(), count);
  InvokeNode* call;
  cc_.invoke(&call, reinterpret_cast<std::uint64_t>(function),
             asmjit::FuncSignatureT<void, void*, const void*, const void*, std::int64_t>(asmjit::CallConvId::kHost));
  call->setArg(0, at_a);
  call->setArg(1, at_a);
  call->setArg(2, at_b);
  call->setArg(3, lanes);
  emit(Id::kIdVmovups, result, scratch_a_);
}

// ---- math ---------------------------------------------------------------------------------------------------------

namespace {

// The rounding immediate of roundsd and vrndscale: without inexact exceptions.
std::optional<int> rounding_of(MathFunction function) {
  switch (function) {
  case MathFunction::Rint:
    return 8;
  case MathFunction::Floor:
    return 9;
  case MathFunction::Ceil:
    return 10;
  case MathFunction::Trunc:
    return 11;
  default:
    return std::nullopt;
  }
}

} // namespace

void Generator::lower_math(const Instruction& it) {
  auto function = static_cast<MathFunction>(it.immediate);
  Type t = type(it.results[0]);
  if (function == MathFunction::Sqrt || function == MathFunction::Fabs || function == MathFunction::Copysign ||
      (rounding_of(function) && (vex_ || sse41_))) {
    exact_math(it, function);
    return;
  }
  if (t.lanes > 1) {
    if (void* vector = vector_function(function, ir::kind_of(t.base), call_lanes_of(t)))
      vector_call(vector, it);
    else
      call_lanes(reinterpret_cast<void*>(lanes_math_helper(function, t.base)), it);
    return;
  }
  bool exact = source_of(function) == MathSource::Exact;
  void* scalar = exact ? exact_math_helper(function, t.base, vex_) : scalar_function(function, ir::kind_of(t.base));
  call_scalar(scalar, t.base, it.results[0], it.operands);
}

void Generator::exact_math(const Instruction& it, MathFunction function) {
  Type t = type(it.results[0]);
  bool single = t.base == Base::F32, vector = t.lanes > 1;
  std::uint64_t sign = single ? std::uint64_t{1} << 31 : std::uint64_t{1} << 63;
  x86::Vec a = vec(it.operands[0]);
  if (function == MathFunction::Sqrt) {
    x86::Vec dst = target_vec(it.results[0]);
    if (vector)
      emit(single ? Id::kIdVsqrtps : Id::kIdVsqrtpd, dst, a);
    else if (vex_)
      emit(single ? Id::kIdVsqrtss : Id::kIdVsqrtsd, dst, a, a);
    else
      emit(single ? Id::kIdSqrtss : Id::kIdSqrtsd, dst, a);
  } else if (std::optional<int> rounding = rounding_of(function)) {
    x86::Vec dst = target_vec(it.results[0]);
    if (vector && evex_)
      emit(single ? Id::kIdVrndscaleps : Id::kIdVrndscalepd, dst, a, Imm(*rounding));
    else if (vector)
      emit(single ? Id::kIdVroundps : Id::kIdVroundpd, dst, a, Imm(*rounding));
    else if (vex_)
      emit(single ? Id::kIdVroundss : Id::kIdVroundsd, dst, a, a, Imm(*rounding));
    else
      emit(single ? Id::kIdRoundss : Id::kIdRoundsd, dst, a, Imm(*rounding));
  } else if (function == MathFunction::Fabs) {
    if (vector)
      emit(Id::kIdVandps, target_vec(it.results[0]), a, vector_constant(t, (sign - 1)));
    else
      fp3(Id::kIdVandpd, Id::kIdAndpd, target_vec(it.results[0]), a, mask_constant(t.base, sign - 1), false);
  } else {
    copysign(it, sign);
  }
}

void Generator::copysign(const Instruction& it, std::uint64_t sign) {
  Type t = type(it.results[0]);
  x86::Vec a = vec(it.operands[0]), b = vec(it.operands[1]);
  x86::Vec size = new_vec(t.lanes > 1 ? bytes_of(t) : 16), signs = new_vec(t.lanes > 1 ? bytes_of(t) : 16);
  if (t.lanes > 1) {
    emit(Id::kIdVandps, size, a, vector_constant(t, sign - 1));
    emit(Id::kIdVandps, signs, b, vector_constant(t, sign));
    emit(Id::kIdVorps, target_vec(it.results[0]), size, signs);
    return;
  }
  fp3(Id::kIdVandpd, Id::kIdAndpd, size, a, mask_constant(t.base, sign - 1), false);
  fp3(Id::kIdVandpd, Id::kIdAndpd, signs, b, mask_constant(t.base, sign), false);
  fp3(Id::kIdVorpd, Id::kIdOrpd, target_vec(it.results[0]), size, signs, true);
}

} // namespace pyvm::x64
