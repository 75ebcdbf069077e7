// Which simplifications there are, and which there are not.
//
// Integers wrap, so their sums may be regrouped, and x - x, x * 0 and the like have the value that they seem to have.
// Floats are taken as they are: x * 0.0, x + 0.0, x - x, x == x, `not (a < b)` all stay, since zeros have signs and NaN
// exists. Exact, and done: x * 1.0, x / 1.0, x + -0.0, x - 0.0, x * -1.0, and division by a power of two as
// multiplication with its reciprocal (both round the same real number once). Nothing is contracted or regrouped.
//
// A constant operand of a commuting op is written second, so that later rules need to look at one place only.
#include "tracer/ir/simplify.h"

#include <cmath>

#include "tracer/ir/scalar_meaning.h"
#include "tracer/ir/type_rules.h"
#include "vm/support/assert.h"

namespace pyvm::ir {

namespace {

using Result = std::optional<ValueId>;

struct Simplifier {
  Builder& b;
  const Instruction& it;

  ValueId x() const { return it.operands[0]; }
  ValueId y() const { return it.operands[1]; }
  Type type(ValueId value) const { return b.region().type(value); }
  bool is_int(ValueId value) const { return type(value).base == Base::I64; }
  std::optional<ScalarBits> bits(ValueId value) const { return b.constant_bits(value); }
  const Instruction* made_by(ValueId value, Op op) const {
    const Instruction* made = b.definition(value);
    return made != nullptr && made->op == op ? made : nullptr;
  }

  // True when the value is the constant `number`, in its own type; -0.0 and 0.0 are told apart.
  bool is(ValueId value, double number) const {
    const auto known = bits(value);
    if (!known) return false;
    switch (type(value).base) {
    case Base::F64:
      return *known == to_bits(number);
    case Base::F32:
      return *known == to_bits(static_cast<float>(number));
    case Base::I64:
      return static_cast<std::int64_t>(*known) == static_cast<std::int64_t>(number);
    default:
      return *known == static_cast<ScalarBits>(number);
    }
  }
  ValueId zero() const { return b.zero(type(x())); }
  ValueId int_like(ValueId value, std::int64_t number) const {
    return b.constant(type(value), static_cast<ScalarBits>(number));
  }

  Result constants(Type named) const;
  Result add() const;
  Result subtract() const;
  Result multiply() const;
  Result divide() const;
  Result floor_divide() const;
  Result floor_modulo() const;
  Result bitwise() const;
  Result negate_or_not() const;
  Result absolute() const;
  Result compare() const;
  Result extremum(const Instruction& condition, ValueId when_true, ValueId when_false) const;
  Result select() const;
  Result convert(Type named) const;
  Result wrap() const;
  Result index() const;
  Result exchanged() const;
  Result by_op(Type named) const;
};

// All operands constant: the value is computed now, once for all lanes.
Result Simplifier::constants(Type named) const {
  std::vector<ScalarBits> values;
  for (const ValueId operand : it.operands) {
    const auto known = bits(operand);
    if (!known) return std::nullopt;
    values.push_back(*known);
  }
  const Type result = implied_type(b.region(), it).value_or(named);
  const Type operand = type(it.operands[it.op == Op::Select ? 1 : 0]);
  return b.constant(result, compute(it, operand.base, result.base, values));
}

// a op b with the constant first is written again as b op a.
Result Simplifier::exchanged() const {
  if (bits(x()) && !bits(y())) return b.emit(it.op, {y(), x()});
  return std::nullopt;
}

Result Simplifier::add() const {
  if (const auto other = exchanged()) return other;
  if (!is_int(x())) return is(y(), -0.0) ? Result(x()) : std::nullopt;
  if (is(y(), 0)) return x();
  // (a + c) + d is a + (c + d).
  if (const auto addend = bits(y()))
    if (const Instruction* inner = made_by(x(), Op::Add))
      if (const auto first = bits(inner->operands[1]))
        return b.emit(Op::Add, {inner->operands[0], int_like(x(), static_cast<std::int64_t>(*first + *addend))});
  return std::nullopt;
}

Result Simplifier::subtract() const {
  if (!is_int(x())) return is(y(), 0.0) ? Result(x()) : std::nullopt;
  if (x() == y()) return zero();
  if (const auto subtrahend = bits(y()))
    return b.emit(Op::Add, {x(), int_like(x(), static_cast<std::int64_t>(0 - *subtrahend))});
  // (a + c) - a is c.
  if (const Instruction* sum = made_by(x(), Op::Add)) {
    if (sum->operands[0] == y()) return sum->operands[1];
    if (sum->operands[1] == y()) return sum->operands[0];
  }
  if (is(x(), 0)) return b.emit(Op::Neg, {y()});
  return std::nullopt;
}

Result Simplifier::multiply() const {
  if (const auto other = exchanged()) return other;
  if (is(y(), 1)) return x();
  if (is(y(), -1)) return b.emit(Op::Neg, {x()});
  if (is_int(x()) && is(y(), 0)) return zero();
  return std::nullopt;
}

template <typename T> bool has_exact_reciprocal(T value) {
  int exponent = 0;
  return std::isfinite(value) && std::fabs(std::frexp(value, &exponent)) == T{0.5} && std::isnormal(T{1} / value);
}

Result Simplifier::divide() const {
  if (is(y(), 1)) return x();
  const auto divisor = bits(y());
  if (!divisor) return std::nullopt;
  if (type(y()).base == Base::F64) {
    const double value = from_bits<double>(*divisor);
    if (has_exact_reciprocal(value)) return b.emit(Op::Mul, {x(), b.constant(type(y()), to_bits(1.0 / value))});
  } else {
    const float value = from_bits<float>(*divisor);
    if (has_exact_reciprocal(value)) return b.emit(Op::Mul, {x(), b.constant(type(y()), to_bits(1.0f / value))});
  }
  return std::nullopt;
}

Result Simplifier::floor_divide() const {
  if (!is_int(x())) return std::nullopt;
  if (is(y(), 1)) return x();
  if (is(y(), -1) && it.op == Op::FloorDiv) return b.emit(Op::Neg, {x()});
  return is(y(), 0) || is(x(), 0) ? Result(zero()) : std::nullopt;
}

Result Simplifier::floor_modulo() const {
  if (!is_int(x())) return std::nullopt;
  const bool nothing_left = is(y(), 1) || is(y(), 0) || is(x(), 0) || (is(y(), -1) && it.op == Op::FloorMod);
  return nothing_left ? Result(zero()) : std::nullopt;
}

Result Simplifier::bitwise() const {
  if (const auto other = exchanged()) return other;
  const bool logical = type(x()).base == Base::Bool;
  const bool all_ones = is(y(), logical ? 1 : -1);
  if (x() == y()) return it.op == Op::Xor ? zero() : x();
  if (is(y(), 0)) return it.op == Op::And ? zero() : x();
  if (all_ones && it.op == Op::And) return x();
  if (all_ones && it.op == Op::Or) return y();
  if (all_ones) return b.emit(Op::Not, {x()});
  return std::nullopt;
}

Result Simplifier::negate_or_not() const {
  if (const Instruction* inner = made_by(x(), it.op)) return inner->operands[0];
  if (it.op == Op::Neg) return std::nullopt;
  const Instruction* made = b.definition(x());
  if (made == nullptr || type(x()).base != Base::Bool || made->operands.empty()) return std::nullopt;
  const std::vector<ValueId> compared = made->operands;
  if (made->op == Op::Eq || made->op == Op::Ne) return b.emit(made->op == Op::Eq ? Op::Ne : Op::Eq, compared);
  if (!is_int(compared[0])) return std::nullopt;
  switch (made->op) {
  case Op::Lt:
    return b.emit(Op::Ge, compared);
  case Op::Ge:
    return b.emit(Op::Lt, compared);
  case Op::Gt:
    return b.emit(Op::Le, compared);
  case Op::Le:
    return b.emit(Op::Gt, compared);
  case Op::ULt:
    return b.emit(Op::ULe, {compared[1], compared[0]});
  case Op::ULe:
    return b.emit(Op::ULt, {compared[1], compared[0]});
  default:
    return std::nullopt;
  }
}

Result Simplifier::absolute() const {
  if (made_by(x(), Op::Abs) != nullptr) return x();
  if (const Instruction* inner = made_by(x(), Op::Neg)) return b.emit(Op::Abs, {inner->operands[0]});
  return std::nullopt;
}

Result Simplifier::compare() const {
  const bool equality = it.op == Op::Eq || it.op == Op::Ne;
  if (equality)
    if (const auto other = exchanged()) return other;
  if (x() == y() && !type(x()).is_float()) {
    const bool holds = it.op == Op::Eq || it.op == Op::Le || it.op == Op::Ge || it.op == Op::ULe;
    return b.constant(b1.with_lanes(type(x()).lanes), holds);
  }
  if (!equality || !bits(y())) return std::nullopt;
  // A truth value compared with a constant: of b itself, and of b converted to an integer.
  const Instruction* from_bool = made_by(x(), Op::BoolToInt);
  if (type(x()).base != Base::Bool && from_bool == nullptr) return std::nullopt;
  const ValueId truth = from_bool != nullptr ? from_bool->operands[0] : x();
  if (is(y(), 0) || is(y(), 1)) {
    const bool as_it_is = (it.op == Op::Eq) == is(y(), 1);
    return as_it_is ? truth : b.emit(Op::Not, {truth});
  }
  return b.constant(type(truth), it.op == Op::Ne);
}

// x < y ? x : y and its kin, which are exactly what min and max are defined as, NaN and zeros of either sign included.
Result Simplifier::extremum(const Instruction& condition, ValueId when_true, ValueId when_false) const {
  const auto compares = [&](ValueId left, ValueId right) {
    return condition.operands[0] == left && condition.operands[1] == right;
  };
  const bool straight = compares(when_true, when_false);
  if (!straight && !compares(when_false, when_true)) return std::nullopt;
  // Where equal ones look alike, <= is as good as <, and the order of the operands says nothing.
  const bool strict = condition.op == Op::Lt || condition.op == Op::Gt;
  if (!strict && type(when_true).is_float()) return std::nullopt;
  switch (condition.op) {
  case Op::Lt:
  case Op::Le:
    return b.emit(straight ? Op::Min : Op::Max, {when_false, when_true});
  case Op::Gt:
  case Op::Ge:
    return b.emit(straight ? Op::Max : Op::Min, {when_false, when_true});
  case Op::ULt:
  case Op::ULe:
    return b.emit(straight ? Op::UMin : Op::UMax, {when_false, when_true});
  default:
    return std::nullopt;
  }
}

Result Simplifier::select() const {
  const ValueId when_true = it.operands[1], when_false = it.operands[2];
  if (const auto condition = bits(x())) return *condition != 0 ? when_true : when_false;
  if (when_true == when_false) return when_true;
  if (const Instruction* opposite = made_by(x(), Op::Not))
    return b.emit(Op::Select, {opposite->operands[0], when_false, when_true});
  if (type(when_true).base != Base::Bool) {
    const Instruction* condition = b.definition(x());
    return condition != nullptr && condition->operands.size() == 2 ? extremum(*condition, when_true, when_false)
                                                                   : std::nullopt;
  }
  if (is(when_true, 1) && is(when_false, 0)) return x();
  if (is(when_true, 0) && is(when_false, 1)) return b.emit(Op::Not, {x()});
  if (type(x()) != type(when_true)) return std::nullopt;
  if (is(when_false, 0)) return b.emit(Op::And, {x(), when_true});
  if (is(when_true, 1)) return b.emit(Op::Or, {x(), when_false});
  if (is(when_true, 0)) return b.emit(Op::And, {b.emit(Op::Not, {x()}), when_false});
  if (is(when_false, 1)) return b.emit(Op::Or, {b.emit(Op::Not, {x()}), when_true});
  return std::nullopt;
}

Result Simplifier::convert(Type named) const {
  if (it.op != Op::FloatToFloat) return std::nullopt;
  if (type(x()) == named) return x();
  // f32 -> f64 -> f32 gives back what it was.
  if (const Instruction* inner = made_by(x(), Op::FloatToFloat); inner != nullptr && named.base == Base::F32)
    return inner->operands[0];
  return std::nullopt;
}

// True when every value of `kind` is a value of `within`, as 64 bits.
bool fits(ScalarKind kind, ScalarKind within) {
  if (kind == within || kind == ScalarKind::Bool || size_of(within) == 8) return true;
  if (is_signed(kind) != is_signed(within)) return is_unsigned_integer(kind) && size_of(kind) < size_of(within);
  return size_of(kind) <= size_of(within);
}

Result Simplifier::wrap() const {
  if (size_of(it.element) == 8) return x();
  const Instruction* made = b.definition(x());
  if (made == nullptr) return std::nullopt;
  if (made->op == Op::BoolToInt) return x();
  const bool has_kind = made->op == Op::Wrap || made->op == Op::Load;
  if (has_kind && fits(made->element, it.element)) return x();
  // The low bits are what counts, and a wider cut keeps them.
  if (made->op == Op::Wrap && size_of(it.element) <= size_of(made->element))
    return b.wrap(it.element, made->operands[0]);
  return std::nullopt;
}

Result Simplifier::index() const {
  if (const Instruction* inner = made_by(x(), Op::Index); inner != nullptr && inner->operands[1] == y()) return x();
  const auto subscript = bits(x()), length = bits(y());
  if (!subscript || !length) return std::nullopt;
  auto at = static_cast<std::int64_t>(*subscript);
  const auto size = static_cast<std::int64_t>(*length);
  if (at < 0) at = static_cast<std::int64_t>(*subscript + *length);
  return at >= 0 && at < size ? Result(int_like(x(), at)) : std::nullopt;
}

Result Simplifier::by_op(Type named) const {
  switch (it.op) {
  case Op::Add:
    return add();
  case Op::Sub:
    return subtract();
  case Op::Mul:
    return multiply();
  case Op::Div:
    return divide();
  case Op::FloorDiv:
  case Op::UDiv:
    return floor_divide();
  case Op::FloorMod:
  case Op::UMod:
    return floor_modulo();
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return bitwise();
  case Op::Neg:
  case Op::Not:
    return negate_or_not();
  case Op::Abs:
    return absolute();
  case Op::Shl:
  case Op::Shr:
  case Op::UShr:
    return is(y(), 0) ? Result(x()) : std::nullopt;
  case Op::Min:
  case Op::Max:
  case Op::UMin:
  case Op::UMax:
    return x() == y() ? Result(x()) : std::nullopt;
  case Op::Eq:
  case Op::Ne:
  case Op::Lt:
  case Op::Le:
  case Op::Gt:
  case Op::Ge:
  case Op::ULt:
  case Op::ULe:
    return compare();
  case Op::Select:
    return select();
  case Op::FloatToFloat:
    return convert(named);
  case Op::Wrap:
    return wrap();
  case Op::Index:
    return index();
  case Op::Guard:
    return bits(x()) == ScalarBits{1} ? Result(no_id) : std::nullopt;
  case Op::Any:
    if (const auto known = bits(x())) return b.constant(b1, *known);
    return b.region().type(x()).lanes == 1 ? Result(x()) : std::nullopt;
  case Op::Extract:
    if (const auto known = bits(x())) return b.constant(b.region().type(x()).with_lanes(1), *known);
    if (const Instruction* splat = made_by(x(), Op::Splat)) return splat->operands[0];
    return b.region().type(x()).lanes == 1 ? Result(x()) : std::nullopt;
  case Op::Splat:
    if (const auto known = bits(x())) return b.constant(named, *known);
    return named.lanes == 1 ? Result(x()) : std::nullopt;
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<ValueId> simplify(Builder& builder, const Instruction& instruction, Type type) {
  const Simplifier simplifier{builder, instruction};
  if (computes_by_lane(instruction.op))
    if (const auto known = simplifier.constants(type)) return known;
  return simplifier.by_op(type);
}

} // namespace pyvm::ir
