// Conversions between int64, uint64, f64, f32 and b, scalar and in lanes. vm/semantics/conversion.h has the rules.
//
// cvttsd2si gives int64 min for NaN, inf and what int64 cannot hold, which is the rule. AVX-512 has vector forms of all
// of them. AVX2 has none for 64-bit integers: int64 to f64 goes by the sum of two exact halves, the rest lane by lane.

#include "backend-x64/lowering.h"

namespace pyvm::x64 {

using asmjit::x86::CondCode;

namespace {

constexpr std::uint64_t two_to_63_as_f64 = 0x43e0000000000000;
constexpr std::uint64_t two_to_63_as_f32 = 0x5f000000;
constexpr std::uint64_t two_to_64_as_f64 = 0x43f0000000000000;
constexpr std::uint64_t two_to_64_as_f32 = 0x5f800000;

} // namespace

// ---- int to float -------------------------------------------------------------------------------------------------

void Generator::lower_int_to_float(const Instruction& it) {
  ValueId result = it.results[0];
  if (is_vector(result))
    vector_itof(it);
  else if (it.op == Op::IntToFloat)
    scalar_itof(target_vec(result), gp(it.operands[0]), type(result).base);
  else
    scalar_utof(target_vec(result), gp(it.operands[0]), type(result).base);
}

void Generator::scalar_itof(const x86::Vec& dst, const x86::Gp& from, Base base) {
  bool single = base == Base::F32;
  emit_constant(dst, Type{base, 1}, 0); // the instruction keeps the upper part: do not wait for its last value
  if (vex_)
    emit(single ? Id::kIdVcvtsi2ss : Id::kIdVcvtsi2sd, dst, dst, from);
  else
    emit(single ? Id::kIdCvtsi2ss : Id::kIdCvtsi2sd, dst, from);
}

void Generator::scalar_utof(const x86::Vec& dst, const x86::Gp& from, Base base) {
  if (evex_) {
    emit_constant(dst, Type{base, 1}, 0);
    emit(base == Base::F32 ? Id::kIdVcvtusi2ss : Id::kIdVcvtusi2sd, dst, dst, from);
    return;
  }
  // From 2^63 on: half of it, with the lost bit kept so that rounding is right, then twice that.
  Label large = cc_.newLabel(), done = cc_.newLabel();
  cc_.test(from, from);
  cc_.js(large);
  scalar_itof(dst, from, base);
  cc_.jmp(done);
  cc_.bind(large);
  x86::Gp half = new_gp(), low = new_gp();
  cc_.mov(half, from);
  cc_.mov(low, from);
  cc_.shr(half, 1);
  cc_.and_(low, 1);
  cc_.or_(half, low);
  scalar_itof(dst, half, base);
  bool single = base == Base::F32;
  fp3(single ? Id::kIdVaddss : Id::kIdVaddsd, single ? Id::kIdAddss : Id::kIdAddsd, dst, dst, dst, true);
  cc_.bind(done);
}

void Generator::vector_itof(const Instruction& it) {
  Type t = type(it.results[0]);
  bool single = t.base == Base::F32, is_signed = it.op == Op::IntToFloat;
  if (evex_) {
    x86::Vec a = vec(it.operands[0]);
    emit(single ? (is_signed ? Id::kIdVcvtqq2ps : Id::kIdVcvtuqq2ps)
                : (is_signed ? Id::kIdVcvtqq2pd : Id::kIdVcvtuqq2pd),
         target_vec(it.results[0]), a);
    return;
  }
  if (single) { // through f64 it would be rounded twice
    lanes_itof(it);
    return;
  }
  // The low half as 2^52 + low and the high half as 2^84 + high * 2^32 (with 2^63 added when signed), both exact.
  constexpr std::uint64_t low_magic = 0x4330000000000000;
  std::uint64_t high_magic = is_signed ? 0x4530000080000000 : 0x4530000000000000;
  std::uint64_t both_magic = is_signed ? 0x4530000080100000 : 0x4530000000100000;
  x86::Vec a = vec(it.operands[0]), low = new_vec(32), high = new_vec(32);
  emit(Id::kIdVpblendd, low, vector_constant(t, low_magic), a, Imm(0x55));
  emit(Id::kIdVpsrlq, high, a, Imm(32));
  emit(Id::kIdVpxor, high, high, vector_constant(t, high_magic));
  emit(Id::kIdVsubpd, high, high, vector_constant(t, both_magic));
  emit(Id::kIdVaddpd, target_vec(it.results[0]), high, low);
}

void Generator::lanes_itof(const Instruction& it) {
  Type t = type(it.results[0]);
  x86::Vec a = vec(it.operands[0]);
  std::vector<x86::Vec> lanes;
  for (int l = 0; l < t.lanes; ++l) {
    x86::Vec lane = new_scalar(t.base);
    if (it.op == Op::IntToFloat)
      scalar_itof(lane, int_lane(a, l), t.base);
    else
      scalar_utof(lane, int_lane(a, l), t.base);
    lanes.push_back(lane);
  }
  collect_floats(target_vec(it.results[0]), lanes, t.base);
}

// ---- float to int -------------------------------------------------------------------------------------------------

void Generator::lower_float_to_int(const Instruction& it) {
  Base base = type(it.operands[0]).base;
  if (is_vector(it.results[0]))
    vector_ftoi(it);
  else if (it.op == Op::FloatToInt)
    scalar_ftoi(target_gp(it.results[0]), vec(it.operands[0]), base);
  else
    scalar_ftou(target_gp(it.results[0]), vec(it.operands[0]), base);
}

void Generator::scalar_ftoi(const x86::Gp& dst, const x86::Vec& from, Base base) {
  bool single = base == Base::F32;
  if (vex_)
    emit(single ? Id::kIdVcvttss2si : Id::kIdVcvttsd2si, dst, from);
  else
    emit(single ? Id::kIdCvttss2si : Id::kIdCvttsd2si, dst, from);
}

// From 2^63 on: what is left after subtracting 2^63, with the top bit set. Beyond 2^64 the conversion gives int64 min,
// which has the top bit set already.
void Generator::scalar_ftou(const x86::Gp& dst, const x86::Vec& from, Base base) {
  bool single = base == Base::F32;
  x86::Mem limit = scalar_constant(base, single ? two_to_63_as_f32 : two_to_63_as_f64);
  Label done = cc_.newLabel();
  x86::Xmm rest = new_scalar(base);
  x86::Gp top = new_gp();
  scalar_ftoi(dst, from, base);
  emit(vex_ ? (single ? Id::kIdVucomiss : Id::kIdVucomisd) : (single ? Id::kIdUcomiss : Id::kIdUcomisd), from, limit);
  cc_.jb(done); // or unordered
  fp3(single ? Id::kIdVsubss : Id::kIdVsubsd, single ? Id::kIdSubss : Id::kIdSubsd, rest, from, limit, false);
  scalar_ftoi(dst, rest, base);
  cc_.mov(top, Imm(std::numeric_limits<std::int64_t>::min()));
  cc_.or_(dst, top);
  cc_.bind(done);
}

void Generator::vector_ftoi(const Instruction& it) {
  if (!evex_) {
    lanes_ftoi(it);
    return;
  }
  Type from = type(it.operands[0]);
  bool single = from.base == Base::F32;
  x86::Vec a = vec(it.operands[0]);
  if (it.op == Op::FloatToInt) {
    emit(single ? Id::kIdVcvttps2qq : Id::kIdVcvttpd2qq, target_vec(it.results[0]), a);
    return;
  }
  x86::Vec as_signed = new_vec(64);
  x86::KReg large = cc_.newKb();
  x86::Vec from_limit = vector_constant(from, single ? two_to_63_as_f32 : two_to_63_as_f64);
  x86::Vec to_limit = vector_constant(from, single ? two_to_64_as_f32 : two_to_64_as_f64);
  InstId compare = single ? Id::kIdVcmpps : Id::kIdVcmppd;
  emit(single ? Id::kIdVcvttps2qq : Id::kIdVcvttpd2qq, as_signed, a);
  emit(compare, large, a, from_limit, Imm(0x1d));            // >=, false when unordered
  cc_.k(large).emit(compare, large, a, to_limit, Imm(0x11)); // and <
  cc_.k(large).emit(single ? Id::kIdVcvttps2uqq : Id::kIdVcvttpd2uqq, as_signed, a);
  copy(target(it.results[0]), as_signed, type(it.results[0]));
}

void Generator::lanes_ftoi(const Instruction& it) {
  Type from = type(it.operands[0]);
  x86::Vec a = vec(it.operands[0]);
  std::vector<x86::Gp> lanes;
  for (int l = 0; l < from.lanes; ++l) {
    x86::Gp lane = new_gp();
    if (it.op == Op::FloatToInt)
      scalar_ftoi(lane, float_lane(a, l, from.base), from.base);
    else
      scalar_ftou(lane, float_lane(a, l, from.base), from.base);
    lanes.push_back(lane);
  }
  collect_ints(target_vec(it.results[0]), lanes);
}

// ---- float to float, bool to int ----------------------------------------------------------------------------------

void Generator::lower_float_to_float(const Instruction& it) {
  Type from = type(it.operands[0]), to = type(it.results[0]);
  if (from.base == to.base) {
    move(target(it.results[0]), it.operands[0]);
    return;
  }
  bool widens = to.base == Base::F64;
  Operand a = source(it.operands[0]);
  x86::Vec dst = target_vec(it.results[0]);
  if (to.lanes > 1)
    emit(widens ? Id::kIdVcvtps2pd : Id::kIdVcvtpd2ps, dst, a);
  else if (!vex_)
    emit(widens ? Id::kIdCvtss2sd : Id::kIdCvtsd2ss, dst, a);
  else if (a.isReg())
    emit(widens ? Id::kIdVcvtss2sd : Id::kIdVcvtsd2ss, dst, a, a);
  else {
    emit_constant(dst, to, 0);
    emit(widens ? Id::kIdVcvtss2sd : Id::kIdVcvtsd2ss, dst, dst, a);
  }
}

void Generator::lower_bool_to_int(const Instruction& it) {
  if (is_vector(it.results[0]))
    mask_to_ints(target_vec(it.results[0]), reg(it.operands[0]));
  else
    move(target(it.results[0]), it.operands[0]);
}

} // namespace pyvm::x64
