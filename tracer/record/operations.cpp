// Operators and conversions: vm/semantics decides kinds, this file names the IR operation for each.
#include "tracer/record/walker.h"
#include "vm/semantics/promotion.h"

namespace pyvm::tracer {

using ir::Op;
using Shape = Abstract::Shape;

namespace {

Op ir_op(BinaryOp op, ScalarKind operand) {
  const bool is_unsigned = operand == ScalarKind::UInt64;
  switch (op) {
  case BinaryOp::Add:
    return Op::Add;
  case BinaryOp::Sub:
    return Op::Sub;
  case BinaryOp::Mul:
    return Op::Mul;
  case BinaryOp::TrueDiv:
    return Op::Div;
  case BinaryOp::FloorDiv:
    return is_unsigned ? Op::UDiv : Op::FloorDiv;
  case BinaryOp::Mod:
    return is_unsigned ? Op::UMod : Op::FloorMod;
  case BinaryOp::Pow:
    return Op::Pow;
  case BinaryOp::LShift:
    return Op::Shl;
  case BinaryOp::RShift:
    return is_unsigned ? Op::UShr : Op::Shr;
  case BinaryOp::BitAnd:
    return Op::And;
  case BinaryOp::BitOr:
    return Op::Or;
  case BinaryOp::BitXor:
    return Op::Xor;
  case BinaryOp::MatMul:
    break;
  }
  return Op::Add;
}

bool is_small_int(ScalarKind kind) { return is_integer(kind) && size_of(kind) < 8; }

} // namespace

void Walker::operation(const Instruction& i) {
  auto registers = [&](std::uint16_t first, int count) {
    Registers list;
    for (int k = 0; k < count; ++k) list.push_back(static_cast<std::uint16_t>(first + k));
    return list;
  };
  if (is_binary(i.op)) {
    const Abstract a = read(i.b), b = read(i.c);
    return write(i.a, binary(binary_of(i.op), i.n, a, b));
  }
  if (is_comparison(i.op)) {
    const Abstract a = read(i.b), b = read(i.c);
    return write(i.a, compare(comparison_of(i.op), a, b));
  }
  if (is_unary(i.op)) {
    const Abstract a = read(i.b);
    return write(i.a, unary(unary_of(i.op), a));
  }
  switch (i.op) {
  case Opcode::LoadConst: {
    const Value& value = code().constants[i.b];
    return write(i.a, value.is_number() ? constant_scalar(value) : Abstract::of_constant(value));
  }
  case Opcode::Move: {
    Abstract value = read(i.b);
    return write(i.a, std::move(value));
  }
  case Opcode::CheckBound:
    read(i.a);
    return;
  case Opcode::Unbind:
    return write(i.a, Abstract::of(Shape::Unbound));
  case Opcode::PowLiteral: {
    const Abstract base = read(i.b);
    return write(i.a, power_literal(base, static_cast<std::int16_t>(i.c)));
  }
  case Opcode::GetItem: {
    const Abstract object = read(i.b);
    return write(i.a, get_item(object, registers(i.c, i.n)));
  }
  case Opcode::SetItem: {
    const Abstract object = read(i.b), value = read(i.a);
    return set_item(object, registers(i.c, i.n), value);
  }
  case Opcode::GetAttr: {
    const Abstract object = read(i.b);
    return write(i.a, attribute(object, code().names[i.c]));
  }
  case Opcode::MakeTuple: {
    std::vector<Abstract> items;
    for (std::uint16_t r : registers(i.b, i.c)) items.push_back(read(r));
    return write(i.a, Abstract::of_items(Shape::Tuple, std::move(items)));
  }
  case Opcode::MakeSlice: {
    std::vector<Abstract> items;
    for (std::uint16_t r : registers(i.b, 3)) items.push_back(read(r));
    return write(i.a, Abstract::of_items(Shape::Slice, std::move(items)));
  }
  case Opcode::Unpack: {
    const Abstract from = read(i.b);
    if (!from.is(Shape::Tuple) || from.items.size() != i.c) {
      give_up(Abort::UnsupportedOperation, "unpacking of this value");
      return;
    }
    for (int k = 0; k < i.c; ++k) write(static_cast<std::uint16_t>(i.a + k), from.items[k]);
    return;
  }
  default:
    give_up(Abort::UnsupportedOperation, std::string("the operation ") + info(i.op).name);
  }
}

Abstract Walker::constant_scalar(const Value& value) {
  const ScalarKind kind = value.scalar_kind();
  return Abstract::scalar(kind, build_.constant(ir::type_of(kind), value.bits()));
}

// For a use that needs to know which it is: the float goes on here, the int leaves.
Abstract Walker::one_kind(const Abstract& a) {
  if (!a.is(Shape::Number)) return a;
  build_.guard(a.tag_id, exit_here("an int where floats are usual"));
  return Abstract::scalar(ScalarKind::Float64, a.id);
}

// For a use that takes ints alone, which then says what is wrong with a float.
Abstract Walker::int_kind(const Abstract& a) {
  if (!a.is(Shape::Number)) return a;
  build_.guard(build_.emit(Op::Not, {a.tag_id}), exit_here("a float where an int is due"));
  return Abstract::scalar(ScalarKind::Int64, a.int_id);
}

// `s op x` where s is a reduction variable. An empty lane takes the kind of `live_in op x`; where that is not the kind
// of the region's lanes, the interpreter has to say what becomes of the lane. Lanes of the live-in's own kind take
// anything.
void Walker::contribute(const Abstract& s, Abstract& x) {
  if (s.accumulator < 0 || x.accumulator >= 0 || !x.is_numeric()) return;
  const auto k = static_cast<std::size_t>(s.accumulator);
  const ir::Accumulator& a = out_.region.accumulators[k];
  const ScalarKind live_in = out_.live_in_kinds[k];
  if (live_in == a.kind) return;
  const auto gives_lane_kind = [&](ScalarKind kind) { return accumulator_kind(a.op, live_in, kind) == a.kind; };
  if (x.is(Shape::Number)) x = gives_lane_kind(ScalarKind::Float64) ? one_kind(x) : int_kind(x);
  if (!gives_lane_kind(x.kind)) give_up(Abort::TypeUnstable, register_name(a.guest_register));
}

ir::ValueId Walker::convert(const Abstract& a, ScalarKind to) {
  if (a.is(Shape::Number)) return convert(is_float(to) ? a.id : one_kind(a).id, ScalarKind::Float64, to);
  return convert(a.id, a.kind, to);
}

ir::ValueId Walker::convert(ir::ValueId id, ScalarKind from, ScalarKind to) {
  if (from == to) return id;
  const ir::Attributes as{.type = ir::type_of(to)};
  if (to == ScalarKind::Bool) {
    const ir::Type type = ir::type_of(from);
    return build_.emit(Op::Ne, {id, build_.zero(type)});
  }
  if (from == ScalarKind::Bool) {
    const ir::ValueId as_int = build_.emit(Op::BoolToInt, {id}, {.type = ir::i64});
    return is_float(to) ? build_.emit(Op::IntToFloat, {as_int}, as) : as_int;
  }
  if (is_float(from)) {
    if (is_float(to)) return build_.emit(Op::FloatToFloat, {id}, as);
    if (to == ScalarKind::UInt64) return build_.emit(Op::FloatToUInt, {id}, as);
    const ir::ValueId as_int = build_.emit(Op::FloatToInt, {id}, as);
    return is_small_int(to) ? build_.wrap(to, as_int) : as_int;
  }
  if (is_float(to)) return build_.emit(from == ScalarKind::UInt64 ? Op::UIntToFloat : Op::IntToFloat, {id}, as);
  return is_small_int(to) ? build_.wrap(to, id) : id;
}

ir::ValueId Walker::truth(const Abstract& a) {
  if (a.is_numeric()) return convert(a, ScalarKind::Bool);
  if (a.is(Shape::Constant) && a.constant.is(Tag::None)) return build_.bool_constant(false);
  if (a.is(Shape::Tuple)) return build_.bool_constant(!a.items.empty());
  return give_up(Abort::UnsupportedOperation, "the truth of this value").id;
}

Abstract Walker::binary(BinaryOp op, int flags, const Abstract& left, const Abstract& right) {
  if (left.is(Shape::Array) || right.is(Shape::Array)) return array_binary(op, flags, left, right);
  if (!left.is_numeric() || !right.is_numeric() || op == BinaryOp::MatMul)
    return give_up(Abort::UnsupportedOperation, "an operator on these values");
  Abstract a = left, b = right;
  contribute(left, b);
  contribute(right, a);
  // With a float beside it (or where both become floats) a number is read as the float it converts to.
  const bool converts =
      op == BinaryOp::TrueDiv || (a.is(Shape::Scalar) && is_float(a.kind)) || (b.is(Shape::Scalar) && is_float(b.kind));
  if (!converts) {
    a = one_kind(a);
    b = one_kind(b);
  }
  const auto promotion = njit_promotion(op, a.kind, b.kind);
  if (!promotion)
    return give_up(Abort::UnsupportedOperation, std::string("'") + std::string(symbol_of(op)) + "' on these kinds");
  const ScalarKind kind = promotion->operand;
  const ir::ValueId x = convert(a, kind), y = convert(b, kind);
  const ir::Type type = ir::type_of(kind);
  const bool divides = op == BinaryOp::TrueDiv || op == BinaryOp::FloorDiv || op == BinaryOp::Mod;
  if (divides && !(flags & numpy_errors_flag))
    build_.guard(build_.emit(Op::Ne, {y, build_.zero(type)}), exit_here("division by zero"));
  // One without sign from 2^63 on looks negative, too, and the op would give 0.
  if (op == BinaryOp::Pow && !is_float(kind))
    build_.guard(build_.emit(Op::Ge, {y, build_.zero(type)}), exit_here("negative or huge power of an int"));
  return computed(op, *promotion, Abstract::scalar(kind, x), Abstract::scalar(kind, y));
}

// `a op b` where nothing is left to be checked.
Abstract Walker::computed(BinaryOp op, const Promotion& promotion, const Abstract& a, const Abstract& b) {
  const ScalarKind kind = promotion.operand;
  // Of two bools `+` is or, `*` is and (vm/semantics/arithmetic.h).
  Op code = ir_op(op, kind);
  if (kind == ScalarKind::Bool) code = op == BinaryOp::Add ? Op::Or : op == BinaryOp::Mul ? Op::And : code;
  ir::ValueId result = build_.emit(code, {convert(a, kind), convert(b, kind)});
  if (is_small_int(kind)) result = build_.wrap(kind, result);
  return Abstract::scalar(promotion.result, convert(result, kind, promotion.result));
}

// By binary powers, low bit first: x * x2 * x4 for 7; 1 / ... for a negative one (DESIGN section 2).
Abstract Walker::power_literal(const Abstract& base, int exponent) {
  if (!base.is_numeric()) return give_up(Abort::ArrayExpression, "'**'");
  const Abstract a = one_kind(base);
  const bool whole = !is_float(a.kind);
  if (whole && exponent < 0) return give_up(Abort::UnsupportedOperation, "an int to a negative power");
  // A float keeps its kind; an int becomes what the operator makes of it.
  const auto promotion = njit_promotion(BinaryOp::Pow, a.kind, ScalarKind::Int64);
  const ScalarKind kind = is_float(a.kind) || !promotion ? a.kind : promotion->result;
  if (!is_float(kind) && size_of(kind) < 8) return give_up(Abort::UnsupportedOperation, "'**' on this kind");
  const ir::Type type = ir::type_of(kind);
  ir::ValueId square = convert(a, kind), result = ir::no_id;
  for (unsigned left = static_cast<unsigned>(exponent < 0 ? -exponent : exponent); left; left >>= 1) {
    if (left & 1) result = result == ir::no_id ? square : build_.emit(Op::Mul, {result, square});
    if (left > 1) square = build_.emit(Op::Mul, {square, square});
  }
  const ir::ValueId one = build_.constant(type, kind == ScalarKind::Float64   ? to_bits(1.0)
                                                : kind == ScalarKind::Float32 ? to_bits(1.0f)
                                                                              : 1);
  if (result == ir::no_id) result = one;
  if (exponent < 0) result = build_.emit(Op::Div, {one, result});
  return Abstract::scalar(kind, result);
}

Abstract Walker::unary(UnaryOp op, const Abstract& operand) {
  if (op == UnaryOp::Not) {
    const ir::ValueId condition = truth(operand);
    return Abstract::scalar(ScalarKind::Bool, build_.emit(Op::Not, {condition}));
  }
  if (operand.is(Shape::Array)) return array_unary(op, operand);
  if (!operand.is_numeric()) return give_up(Abort::UnsupportedOperation, "an operator");
  const Abstract a = one_kind(operand);
  const auto promotion = njit_unary(op, a.kind);
  if (!promotion) return give_up(Abort::UnsupportedOperation, "this operator on this kind");
  const ScalarKind kind = promotion->operand;
  ir::ValueId result = convert(a, kind);
  if (op == UnaryOp::Neg) result = build_.emit(Op::Neg, {result});
  if (op == UnaryOp::Invert) result = build_.emit(Op::Not, {result});
  if (op != UnaryOp::Pos && is_small_int(kind)) result = build_.wrap(kind, result);
  return Abstract::scalar(promotion->result, convert(result, kind, promotion->result));
}

Abstract Walker::compare(CompareOp op, const Abstract& left, const Abstract& right) {
  if (op == CompareOp::Is || op == CompareOp::IsNot) {
    const bool both = left.is(Shape::Constant) && right.is(Shape::Constant);
    const bool none = (left.is(Shape::Constant) && left.constant.is(Tag::None)) ||
                      (right.is(Shape::Constant) && right.constant.is(Tag::None));
    if (!both && !none) return give_up(Abort::UnsupportedOperation, "'is'");
    const bool is = both && same(left, right);
    return Abstract::scalar(ScalarKind::Bool, build_.bool_constant(is == (op == CompareOp::Is)));
  }
  if (left.is(Shape::Array) || right.is(Shape::Array)) return array_compare(op, left, right);
  if (!left.is_numeric() || !right.is_numeric() || !is_value_comparison(op))
    return give_up(Abort::UnsupportedOperation, "this comparison");
  Abstract a = left, b = right;
  const bool converts =
      (left.is(Shape::Scalar) && is_float(left.kind)) || (right.is(Shape::Scalar) && is_float(right.kind));
  if (!converts) {
    a = one_kind(a);
    b = one_kind(b);
  }
  ScalarKind kind = njit_compare_operand(a.kind, b.kind);
  if (kind == ScalarKind::Bool) kind = ScalarKind::Int64;
  ir::ValueId x = convert(a, kind), y = convert(b, kind);
  const bool is_unsigned = kind == ScalarKind::UInt64;
  Op code = Op::Eq;
  switch (op) {
  case CompareOp::Lt:
    code = is_unsigned ? Op::ULt : Op::Lt;
    break;
  case CompareOp::Le:
    code = is_unsigned ? Op::ULe : Op::Le;
    break;
  case CompareOp::Gt:
  case CompareOp::Ge:
    code = op == CompareOp::Gt ? (is_unsigned ? Op::ULt : Op::Gt) : (is_unsigned ? Op::ULe : Op::Ge);
    if (is_unsigned) std::swap(x, y);
    break;
  case CompareOp::Ne:
    code = Op::Ne;
    break;
  default:
    break;
  }
  return Abstract::scalar(ScalarKind::Bool, build_.emit(code, {x, y}));
}

} // namespace pyvm::tracer
