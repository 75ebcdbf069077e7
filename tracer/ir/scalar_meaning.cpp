#include "tracer/ir/scalar_meaning.h"

#include "vm/semantics/arithmetic.h"
#include "vm/semantics/conversion.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

bool computes_by_lane(Op op) {
  if (info(op).effect != Effect::Pure || info(op).operands == 0) return false;
  return op != Op::Dim && op != Op::Splat && op != Op::Any && op != Op::Extract;
}

ScalarBits compute(const Instruction& instruction, Base operand, Base result, std::span<const ScalarBits> values) {
  const ScalarKind kind = kind_of(operand);
  const auto binary = [&](BinaryOp op, ScalarKind of) { return apply_binary(op, of, values[0], values[1]); };
  const auto compare = [&](CompareOp op, ScalarKind of) {
    return ScalarBits{apply_compare(op, of, values[0], values[1])};
  };
  constexpr ScalarKind uint64 = ScalarKind::UInt64;
  switch (instruction.op) {
  case Op::Add:
    return binary(BinaryOp::Add, kind);
  case Op::Sub:
    return binary(BinaryOp::Sub, kind);
  case Op::Mul:
    return binary(BinaryOp::Mul, kind);
  case Op::Mul32:
    return std::uint64_t{static_cast<std::uint32_t>(values[0])} * static_cast<std::uint32_t>(values[1]);
  case Op::Div:
    return binary(BinaryOp::TrueDiv, kind);
  case Op::FloorDiv:
    return binary(BinaryOp::FloorDiv, kind);
  case Op::FloorMod:
    return binary(BinaryOp::Mod, kind);
  case Op::UDiv:
    return binary(BinaryOp::FloorDiv, uint64);
  case Op::UMod:
    return binary(BinaryOp::Mod, uint64);
  case Op::Pow:
    return binary(BinaryOp::Pow, kind);
  case Op::Neg:
    return apply_unary(UnaryOp::Neg, kind, values[0]);
  case Op::Abs:
    return apply_abs(kind, values[0]);
  case Op::Min:
    return apply_min(kind, values[0], values[1]);
  case Op::Max:
    return apply_max(kind, values[0], values[1]);
  case Op::UMin:
    return apply_min(uint64, values[0], values[1]);
  case Op::UMax:
    return apply_max(uint64, values[0], values[1]);
  case Op::And:
    return binary(BinaryOp::BitAnd, kind);
  case Op::Or:
    return binary(BinaryOp::BitOr, kind);
  case Op::Xor:
    return binary(BinaryOp::BitXor, kind);
  case Op::Not:
    return apply_unary(UnaryOp::Invert, kind, values[0]);
  case Op::Shl:
    return binary(BinaryOp::LShift, kind);
  case Op::Shr:
    return binary(BinaryOp::RShift, kind);
  case Op::UShr:
    return binary(BinaryOp::RShift, uint64);
  case Op::Eq:
    return compare(CompareOp::Eq, kind);
  case Op::Ne:
    return compare(CompareOp::Ne, kind);
  case Op::Lt:
    return compare(CompareOp::Lt, kind);
  case Op::Le:
    return compare(CompareOp::Le, kind);
  case Op::Gt:
    return compare(CompareOp::Gt, kind);
  case Op::Ge:
    return compare(CompareOp::Ge, kind);
  case Op::ULt:
    return compare(CompareOp::Lt, uint64);
  case Op::ULe:
    return compare(CompareOp::Le, uint64);
  case Op::Select:
    return values[0] != 0 ? values[1] : values[2];
  case Op::IntToFloat:
  case Op::FloatToInt:
  case Op::FloatToFloat:
  case Op::BoolToInt:
    return convert_bits(values[0], kind, kind_of(result));
  case Op::UIntToFloat:
    return convert_bits(values[0], uint64, kind_of(result));
  case Op::FloatToUInt:
    return convert_bits(values[0], kind, uint64);
  case Op::Wrap:
    return convert_bits(values[0], ScalarKind::Int64, instruction.element);
  case Op::Math:
    return apply_math(static_cast<MathFunction>(instruction.immediate), kind, values[0],
                      values.size() > 1 ? values[1] : 0);
  default:
    PYVM_UNREACHABLE("not an op that computes by lane");
  }
}

} // namespace pyvm::ir
