#include "tracer/ir/type_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "vm/semantics/philox.h"

namespace pyvm::ir {

namespace {

// Which bases operand 0 of an op may have.
enum class Takes : std::uint8_t { Nothing, Int, Float, Bool, Number, IntOrBool, Scalar, Array, Special };

Takes taken_by(Op op) {
  switch (op) {
  case Op::Const:
  case Op::Param:
  case Op::Begin:
  case Op::End:
  case Op::ArrayRef:
  case Op::Iota:
  case Op::LaneGet:
  case Op::Touch:
    return Takes::Nothing;
  case Op::Mul32:
  case Op::UDiv:
  case Op::UMod:
  case Op::UMin:
  case Op::UMax:
  case Op::Shl:
  case Op::Shr:
  case Op::UShr:
  case Op::ULt:
  case Op::ULe:
  case Op::IntToFloat:
  case Op::UIntToFloat:
  case Op::Wrap:
  case Op::Index:
  case Op::Draw:
    return Takes::Int;
  case Op::Div:
  case Op::FloatToInt:
  case Op::FloatToUInt:
  case Op::FloatToFloat:
  case Op::Math:
    return Takes::Float;
  case Op::BoolToInt:
  case Op::Guard:
  case Op::Leave:
  case Op::Any:
  case Op::Select:
    return Takes::Bool;
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::FloorDiv:
  case Op::FloorMod:
  case Op::Pow:
  case Op::Neg:
  case Op::Abs:
  case Op::Min:
  case Op::Max:
  case Op::Lt:
  case Op::Le:
  case Op::Gt:
  case Op::Ge:
    return Takes::Number;
  case Op::And:
  case Op::Or:
  case Op::Xor:
  case Op::Not:
    return Takes::IntOrBool;
  case Op::Eq:
  case Op::Ne:
  case Op::LaneSet:
  case Op::Splat:
  case Op::Extract:
    return Takes::Scalar;
  case Op::Dim:
  case Op::Load:
  case Op::Store:
    return Takes::Array;
  case Op::If:
  case Op::For:
  case Op::Loop:
  case Op::Block:
  case Op::Yield:
  case Op::Br:
  case Op::Exit:
    return Takes::Special;
  }
  return Takes::Special;
}

bool accepts(Takes takes, Type type) {
  switch (takes) {
  case Takes::Int:
    return type.base == Base::I64;
  case Takes::Float:
    return type.is_float();
  case Takes::Bool:
    return type.base == Base::Bool;
  case Takes::Number:
    return type.base == Base::I64 || type.is_float();
  case Takes::IntOrBool:
    return type.base == Base::I64 || type.base == Base::Bool;
  case Takes::Scalar:
    return type.base != Base::Array;
  case Takes::Array:
    return type.base == Base::Array;
  case Takes::Nothing:
  case Takes::Special:
    break;
  }
  return true;
}

bool in_table(std::int64_t index, std::size_t size) { return index >= 0 && static_cast<std::uint64_t>(index) < size; }

// An access or `dim` names its array by an `array` instruction; its slot is found there by the verifier, so that only
// shapes are looked at here.
std::string access_error(const Region& region, const Instruction& access) {
  const bool stores = access.op == Op::Store;
  if (access.operands.size() < 1u + (access.masked ? 1 : 0) + (stores ? 1 : 0)) return "an operand is missing";
  const std::size_t subscripts = subscript_count(access);
  const Type moved = stores ? region.type(access.operands.back()) : region.type(access.results[0]);
  if (moved.base != type_of(access.element).base)
    return fmt::format("an element of {} is a {}, not a {}", pyvm::name_of(access.element),
                       name_of(type_of(access.element)), name_of(moved));
  if (access.masked && (moved.lanes == 1 || region.type(mask_of(access)) != b1.with_lanes(moved.lanes)))
    return "the mask is not one of the moved lanes";
  if (access.lane_stride != LaneStride::None && moved.lanes == 1) return "a scalar access has no lane stride";
  if (access.lane_stride == LaneStride::Strided && access.lane_dimension >= subscripts)
    return "the strided dimension is not one of the subscripts";
  bool varies = false;
  for (std::size_t i = 1; i <= subscripts; ++i) {
    const Type subscript = region.type(access.operands[i]);
    if (subscript.base != Base::I64 || (subscript.lanes != 1 && subscript.lanes != moved.lanes))
      return fmt::format("subscript {} is a {}", i - 1, name_of(subscript));
    varies |= subscript.lanes > 1;
  }
  if (access.lane_stride != LaneStride::None && varies)
    return "with a lane stride the subscripts are those of lane 0, scalars";
  if (access.lane_stride == LaneStride::None && moved.lanes > 1 && !varies)
    return "a vector access without a lane stride needs a vector subscript";
  return {};
}

// Rules about types and attributes of single ops, beyond those that all share.
std::string special_error(const Region& region, const Instruction& it) {
  const auto operand = [&](std::size_t i) { return region.type(it.operands[i]); };
  const Type result = it.results.empty() ? Type{} : region.type(it.results[0]);
  switch (it.op) {
  case Op::Const:
    if (result.base == Base::Bool && (it.immediate < 0 || it.immediate > 1)) return "a constant b is 0 or 1";
    if (result.base == Base::F32 && (it.immediate < 0 || it.immediate > 0xffffffff))
      return "a constant f32 has 32 bits";
    return result.base == Base::Array ? "an array is no constant" : "";
  case Op::Param:
    return in_table(it.immediate, region.scalars.size()) ? "" : "no such scalar slot";
  case Op::ArrayRef:
    return in_table(it.immediate, region.arrays.size()) ? "" : "no such array slot";
  case Op::Dim:
    return it.immediate >= 0 && it.immediate < 8 ? "" : "no such dimension";
  case Op::LaneGet:
  case Op::LaneSet: {
    if (!in_table(it.immediate, region.accumulators.size())) return "no such accumulator";
    const Type type = it.op == Op::LaneGet ? result : operand(0);
    if (type.base != type_of(region.accumulators[it.immediate].kind).base)
      return fmt::format("the accumulator is a {}", name_of(type_of(region.accumulators[it.immediate].kind)));
    return (it.gang + 1) * type.lanes <= region.reduction_lanes ? "" : "the gang is beyond the reduction lanes";
  }
  case Op::Touch:
    return in_table(it.immediate, region.accumulators.size()) ? "" : "no such accumulator";
  case Op::Select:
    if (operand(1) != operand(2) || operand(1) != result)
      return "the two values and the result of a select are of one type";
    return operand(0).lanes == result.lanes ? "" : "the condition has other lanes than the values";
  case Op::IntToFloat:
  case Op::UIntToFloat:
  case Op::FloatToFloat:
    return result.is_float() && result.lanes == operand(0).lanes ? "" : "the result is floats with the operand's lanes";
  case Op::FloatToInt:
  case Op::FloatToUInt:
  case Op::BoolToInt:
    return result == i64.with_lanes(operand(0).lanes) ? "" : "the result is i64 with the operand's lanes";
  case Op::Draw:
    if (!in_table(it.immediate, static_cast<std::size_t>(DrawKind::Bounded) + 1)) return "no such kind of draw";
    return operand(0) == i64 ? "" : "draws are scalars";
  case Op::Wrap:
    return is_integer(it.element) ? "" : "wrap needs an integer kind";
  case Op::Math: {
    if (!in_table(it.immediate, math_function_count)) return "no such math function";
    const int arity = arity_of(static_cast<MathFunction>(it.immediate));
    if (static_cast<int>(it.operands.size()) != arity) return fmt::format("the function takes {} operands", arity);
    return it.operands.size() < 2 || operand(1) == operand(0) ? "" : "the operands differ in type";
  }
  case Op::Index:
    return operand(1) == i64 ? "" : "the length is a scalar i64";
  case Op::Splat:
    return operand(0).lanes == 1 && result.base == operand(0).base ? "" : "splat makes a vector of its scalar's type";
  case Op::Extract:
    if (operand(0).base == Base::Bool) return "a mask has no lanes to take out";
    return in_table(it.immediate, operand(0).lanes) ? "" : "no such lane";
  case Op::Leave:
    return operand(0).lanes > 1 ? "" : "lanes leave by a mask";
  case Op::Iota:
    return result.base == Base::I64 ? "" : "iota gives i64 lanes";
  case Op::Load:
  case Op::Store:
    return access_error(region, it);
  default:
    break;
  }
  const bool same_operands = it.operands.size() == 2 && info(it.op).effect == Effect::Pure;
  return same_operands && operand(0) != operand(1) ? "the operands differ in type" : "";
}

} // namespace

std::optional<Type> implied_type(const Region& region, const Instruction& instruction) {
  const auto lanes_of_first = [&] { return region.type(instruction.operands[0]).lanes; };
  switch (info(instruction.op).result) {
  case ResultRule::None:
    return std::nullopt;
  case ResultRule::Same:
    return region.type(instruction.operands[0]);
  case ResultRule::Bool:
    return b1.with_lanes(lanes_of_first());
  case ResultRule::Given:
    break;
  }
  switch (instruction.op) {
  case Op::Param:
    if (!in_table(instruction.immediate, region.scalars.size())) return std::nullopt;
    return type_of(region.scalars[instruction.immediate].kind);
  case Op::Begin:
  case Op::End:
  case Op::Dim:
    return i64;
  case Op::ArrayRef:
    return array_type;
  case Op::Any:
    return b1;
  case Op::Extract:
    return region.type(instruction.operands[0]).with_lanes(1);
  case Op::Draw:
    return instruction.immediate == static_cast<std::int64_t>(DrawKind::Bounded) ? i64 : f64;
  case Op::Select:
    return region.type(instruction.operands[1]);
  case Op::FloatToInt:
  case Op::FloatToUInt:
  case Op::BoolToInt:
    return i64.with_lanes(lanes_of_first());
  default:
    return std::nullopt;
  }
}

std::string type_error(const Region& region, const Instruction& instruction) {
  const OpInfo& row = info(instruction.op);
  const int count = static_cast<int>(instruction.operands.size());
  if (row.operands != any_number && count != row.operands)
    return fmt::format("{} takes {} operands, not {}", row.text, row.operands, count);
  const int least = instruction.op == Op::Load || instruction.op == Op::Math ? 1 : instruction.op == Op::Store ? 2 : 0;
  if (count < least) return fmt::format("{} takes at least {} operands", row.text, least);
  if (instruction.results.size() != (row.result == ResultRule::None ? 0 : 1))
    return fmt::format("{} has a wrong number of results", row.text);
  if (count > 0 && !accepts(taken_by(instruction.op), region.type(instruction.operands[0])))
    return fmt::format("{} does not take a {}", row.text, name_of(region.type(instruction.operands[0])));
  if (!instruction.bodies.empty()) return "only if, for, loop and block own bodies";
  if (const auto implied = implied_type(region, instruction);
      implied && *implied != region.type(instruction.results[0]))
    return fmt::format("the result is a {}, not a {}", name_of(*implied), name_of(region.type(instruction.results[0])));
  return special_error(region, instruction);
}

} // namespace pyvm::ir
