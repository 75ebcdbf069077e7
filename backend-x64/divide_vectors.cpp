// Lanes of integers, divided as floats.
//
// There is no vector instruction for integer division. But where a and b lie within 2^51, both are doubles exactly, and
// so is floor(a / b): the double nearest to a / b misses it by at most 2^-53 of 2^51 / |b|, a quarter of 1 / |b|, and
// any quotient that is no integer is at least 1 / |b| away from the next one. So it rounds to no integer that it is
// not, and its floor is the quotient's. a - floor(a / b) * b is then exact as well: |floor(a / b) * b| is below 2^52.
//
// Lanes with larger operands send all to cold code, which calls C++ for each lane. A zero divisor gives 0, as the IR
// says: it is taken for 1 on the way.

#include "backend-x64/lowering.h"

#include "backend-x64/helpers.h"

namespace pyvm::x64 {

namespace {

constexpr std::uint64_t small = std::uint64_t{1} << 51;
// The double 2^52 + 2^51: added to an integer within 2^51, as an integer, it makes the double of that sum.
constexpr std::uint64_t shift_in = 0x4338000000000000;

} // namespace

// Goes to the label unless all lanes of both are within 2^51 (unsigned: below it).
void Generator::leave_unless_small(const Instruction& it, const x86::Vec& a, const x86::Vec& b, const Label& label) {
  const Type t = type(it.results[0]);
  const bool is_signed = it.op == Op::FloorDiv || it.op == Op::FloorMod;
  const x86::Vec both = new_vec(t), other = new_vec(t);
  if (evex_) {
    const x86::KReg large = cc_.newKb();
    if (is_signed) {
      emit(Id::kIdVpabsq, both, a);
      emit(Id::kIdVpabsq, other, b);
      emit(Id::kIdVporq, both, both, other);
    } else {
      emit(Id::kIdVporq, both, a, b);
    }
    emit(Id::kIdVptestmq, large, both, vector_constant(t, ~(small - 1)));
    cc_.kortestb(large, large);
    cc_.jnz(label);
    return;
  }
  std::uint64_t outside = ~(small - 1);
  if (is_signed) {
    // Shifted up by 2^51 they are unsigned numbers below 2^52.
    const x86::Vec shift = vector_constant(t, small);
    emit(Id::kIdVpaddq, both, a, shift);
    emit(Id::kIdVpaddq, other, b, shift);
    emit(Id::kIdVpor, both, both, other);
    outside = ~(2 * small - 1);
  } else {
    emit(Id::kIdVpor, both, a, b);
  }
  emit(Id::kIdVptest, both, vector_constant(t, outside));
  cc_.jnz(label);
}

x86::Vec Generator::small_to_float(const x86::Vec& ints, Type t) {
  const x86::Vec floats = new_vec(t);
  if (evex_) {
    emit(Id::kIdVcvtqq2pd, floats, ints);
  } else {
    const x86::Vec shift = vector_constant(t, shift_in);
    emit(Id::kIdVpaddq, floats, ints, shift);
    emit(Id::kIdVsubpd, floats, floats, shift);
  }
  return floats;
}

void Generator::vector_divide(const Instruction& it) {
  const Type t = type(it.results[0]);
  const bool quotient = it.op == Op::FloorDiv || it.op == Op::UDiv;
  const x86::Vec a = vec(it.operands[0]), b = vec(it.operands[1]), result = new_vec(t), divisor = new_vec(t);
  const Label rare = cc_.newLabel(), done = cc_.newLabel();
  leave_unless_small(it, a, b, rare);
  x86::KReg some;
  x86::Vec none;
  if (evex_) {
    some = cc_.newKb();
    const x86::Vec one = vector_constant(t, 1);
    emit(Id::kIdVptestmq, some, b, b);
    forget(divisor);
    cc_.k(some).emit(Id::kIdVpblendmq, divisor, one, b);
  } else {
    none = new_vec(t);
    emit(Id::kIdVpxor, none, none, none);
    emit(Id::kIdVpcmpeqq, none, none, b);
    emit(Id::kIdVpsubq, divisor, b, none);
  }
  const x86::Vec dividend_float = small_to_float(a, t), divisor_float = small_to_float(divisor, t), floor = new_vec(t);
  emit(Id::kIdVdivpd, floor, dividend_float, divisor_float);
  emit(evex_ ? Id::kIdVrndscalepd : Id::kIdVroundpd, floor, floor, Imm(9));
  if (!quotient) {
    emit(Id::kIdVmulpd, floor, floor, divisor_float);
    emit(Id::kIdVsubpd, floor, dividend_float, floor);
  }
  if (evex_) {
    cc_.k(some).z().emit(Id::kIdVcvttpd2qq, result, floor);
  } else {
    const x86::Vec shift = vector_constant(t, shift_in);
    emit(Id::kIdVaddpd, floor, floor, shift);
    emit(Id::kIdVpsubq, floor, floor, shift);
    emit(Id::kIdVpandn, result, none, floor);
  }
  cc_.bind(done);
  later([this, a, b, result, rare, done, lanes = t.lanes, helper = lanes_helper(it.op, t.base)] {
    cc_.bind(rare);
    call_lanes(reinterpret_cast<void*>(helper), lanes, result, a, b);
    cc_.jmp(done);
  });
  copy(target_vec(it.results[0]), result, t);
}

} // namespace pyvm::x64
