// NumPy's functions of elements: np.exp(x), np.add(a, b), np.maximum(a, b), np.isnan(x), np.where(c, x, y).
//
// Each is one thing, an operation on elements of known kinds: of numbers it is done once, of arrays in the loops of
// `elementwise`. Kinds are vm/semantics' (ufunc_math_kind, njit_ufunc), values those of vm/builtins/numpy_math.cpp.
// None raises but the power of ints, which only numbers have here.
#include <algorithm>
#include <limits>

#include "tracer/record/walker.h"
#include "vm/builtins/elementwise.h"
#include "vm/semantics/math_functions.h"
#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

namespace pyvm::tracer {

using ir::Op;
using ir::ValueId;
using Shape = Abstract::Shape;

namespace {

bool is_small_int(ScalarKind kind) { return is_integer(kind) && size_of(kind) < 8; }

std::size_t arity_of(const Builtin& builtin) {
  switch (builtin.id) {
  case BuiltinId::NumpyMath:
    return static_cast<std::size_t>(pyvm::arity_of(static_cast<MathFunction>(builtin.detail)));
  case BuiltinId::NumpyBinary:
  case BuiltinId::NumpyCompare:
  case BuiltinId::NumpyMinimum:
  case BuiltinId::NumpyMaximum:
    return 2;
  case BuiltinId::NumpyWhere:
    return 3;
  case BuiltinId::NumpyUnary:
  case BuiltinId::NumpyAbs:
  case BuiltinId::NumpySquare:
  case BuiltinId::NumpyFloatTest:
    return 1;
  default:
    PYVM_UNREACHABLE("no function of elements");
  }
}

} // namespace

bool Walker::is_ufunc(BuiltinId id) {
  switch (id) {
  case BuiltinId::NumpyMath:
  case BuiltinId::NumpyBinary:
  case BuiltinId::NumpyCompare:
  case BuiltinId::NumpyUnary:
  case BuiltinId::NumpyMinimum:
  case BuiltinId::NumpyMaximum:
  case BuiltinId::NumpyAbs:
  case BuiltinId::NumpySquare:
  case BuiltinId::NumpyFloatTest:
  case BuiltinId::NumpyWhere:
    return true;
  default:
    return false;
  }
}

// The kind of the result; nullopt where the interpreter refuses.
std::optional<ScalarKind> Walker::ufunc_kind(const Builtin& builtin, const std::vector<ScalarKind>& kinds) {
  switch (builtin.id) {
  case BuiltinId::NumpyMath: {
    const auto function = static_cast<MathFunction>(builtin.detail);
    return kinds.size() == 1 ? ufunc_math_kind(function, kinds[0]) : ufunc_math_kind(function, kinds[0], kinds[1]);
  }
  case BuiltinId::NumpyBinary:
    return njit_ufunc(static_cast<BinaryOp>(builtin.detail), kinds[0], kinds[1]);
  case BuiltinId::NumpyUnary: {
    const auto promotion = njit_array_unary(static_cast<UnaryOp>(builtin.detail), kinds[0]);
    return promotion ? std::optional(promotion->result) : std::nullopt;
  }
  case BuiltinId::NumpyMinimum:
  case BuiltinId::NumpyMaximum:
    return njit_ufunc_common(kinds[0], kinds[1]);
  case BuiltinId::NumpyAbs:
    return kinds[0];
  case BuiltinId::NumpySquare:
    return kinds[0] == ScalarKind::Bool ? ScalarKind::Int8 : kinds[0];
  case BuiltinId::NumpyWhere:
    return numpy_common_kind(kinds[1], kinds[2]);
  case BuiltinId::NumpyCompare:
  case BuiltinId::NumpyFloatTest:
    return ScalarKind::Bool;
  default:
    PYVM_UNREACHABLE("no function of elements");
  }
}

// int_fmod of vm/semantics/arithmetic.h by ops that do not trap: FloorMod, which has the divisor's sign, moved by the
// divisor where the dividend has the other one.
ValueId Walker::int_remainder(ScalarKind kind, ValueId a, ValueId b) {
  if (kind == ScalarKind::UInt64) return build_.emit(Op::UMod, {a, b});
  const ValueId floored = build_.emit(Op::FloorMod, {a, b}), zero = build_.zero(ir::i64);
  const ValueId unlike = build_.emit(Op::Lt, {build_.emit(Op::Xor, {a, b}), zero});
  const ValueId moved = build_.emit(Op::And, {build_.emit(Op::Ne, {floored, zero}), unlike});
  return build_.emit(Op::Select, {moved, build_.emit(Op::Sub, {floored, b}), floored}, {.type = ir::i64});
}

// extreme_loop of vm/builtins/elementwise.h: a NaN on the left stays, one on the right loses no comparison.
ValueId Walker::extreme_with_nan(bool largest, ScalarKind kind, ValueId a, ValueId b) {
  if (kind == ScalarKind::Bool) return build_.emit(largest ? Op::Or : Op::And, {a, b});
  if (kind == ScalarKind::UInt64) return build_.emit(largest ? Op::UMax : Op::UMin, {b, a});
  const ValueId best = build_.emit(largest ? Op::Max : Op::Min, {b, a});
  if (!is_float(kind)) return best;
  return build_.emit(Op::Select, {build_.emit(Op::Ne, {a, a}), a, best}, {.type = ir::type_of(kind)});
}

// math.isnan and np.isnan with their kin, of one number.
ValueId Walker::float_test(int test, const Abstract& value) {
  const Abstract a = one_kind(value);
  const auto which = static_cast<FloatTest>(test);
  if (!is_float(a.kind)) {
    if (which == FloatTest::SignBit)
      return build_.emit(Op::Lt, {convert(a, ScalarKind::Float64), build_.float_constant(0)});
    return build_.bool_constant(which == FloatTest::IsFinite);
  }
  const auto of_kind = [&](double x) { return convert(build_.float_constant(x), ScalarKind::Float64, a.kind); };
  if (which == FloatTest::IsNan) return build_.emit(Op::Ne, {a.id, a.id});
  if (which == FloatTest::SignBit) {
    const ValueId operands[] = {of_kind(1), a.id};
    return build_.emit(Op::Lt, {build_.math(MathFunction::Copysign, operands), of_kind(0)});
  }
  const ValueId infinity = of_kind(std::numeric_limits<double>::infinity());
  return build_.emit(which == FloatTest::IsInf ? Op::Eq : Op::Lt, {build_.emit(Op::Abs, {a.id}), infinity});
}

// One element of `kind`, which is ufunc_kind's.
Abstract Walker::ufunc_element(const Builtin& builtin, ScalarKind kind, const std::vector<Abstract>& x) {
  const auto of_kind = [&](ValueId id) { return Abstract::scalar(kind, id); };
  const auto wrapped = [&](ValueId id) { return of_kind(is_small_int(kind) ? build_.wrap(kind, id) : id); };
  switch (builtin.id) {
  case BuiltinId::NumpyMath: {
    const auto function = static_cast<MathFunction>(builtin.detail);
    std::vector<ValueId> operands;
    for (const Abstract& a : x) operands.push_back(convert(a, kind));
    if (is_float(kind)) return of_kind(build_.math(function, operands));
    return of_kind(x.size() == 1 ? operands[0] : int_remainder(kind, operands[0], operands[1]));
  }
  case BuiltinId::NumpyBinary:
    return computed(static_cast<BinaryOp>(builtin.detail), {kind, kind}, of_kind(convert(x[0], kind)),
                    of_kind(convert(x[1], kind)));
  case BuiltinId::NumpyCompare:
    return compare(static_cast<CompareOp>(builtin.detail), x[0], x[1]);
  case BuiltinId::NumpyUnary: {
    const ValueId a = convert(x[0], kind);
    const auto op = static_cast<UnaryOp>(builtin.detail);
    return op == UnaryOp::Pos ? of_kind(a) : wrapped(build_.emit(op == UnaryOp::Neg ? Op::Neg : Op::Not, {a}));
  }
  case BuiltinId::NumpyMinimum:
  case BuiltinId::NumpyMaximum:
    return of_kind(
        extreme_with_nan(builtin.id == BuiltinId::NumpyMaximum, kind, convert(x[0], kind), convert(x[1], kind)));
  case BuiltinId::NumpyAbs: {
    const ValueId a = convert(x[0], kind);
    return kind == ScalarKind::Bool || is_unsigned_integer(kind) ? of_kind(a) : wrapped(build_.emit(Op::Abs, {a}));
  }
  case BuiltinId::NumpySquare: {
    const Abstract a = of_kind(convert(x[0], kind));
    return computed(BinaryOp::Mul, {kind, kind}, a, a);
  }
  case BuiltinId::NumpyWhere:
    return of_kind(build_.emit(Op::Select, {convert(x[0], ScalarKind::Bool), convert(x[1], kind), convert(x[2], kind)},
                               {.type = ir::type_of(kind)}));
  case BuiltinId::NumpyFloatTest:
    return of_kind(float_test(builtin.detail, x[0]));
  default:
    PYVM_UNREACHABLE("no function of elements");
  }
}

Abstract Walker::call_ufunc(const Builtin& builtin, const std::vector<Abstract>& arguments) {
  const auto refuse = [&] { return give_up(Abort::UnsupportedCall, builtin.name + "()"); };
  if (arguments.size() != arity_of(builtin)) return refuse();
  std::vector<Abstract> operands;
  std::vector<ScalarKind> kinds;
  for (const Abstract& a : arguments) {
    if (!a.is(Shape::Array) && !a.is_numeric()) return refuse();
    // A `num` is read as its float where an int would be converted to one anyway.
    const bool as_float = builtin.id == BuiltinId::NumpyMath && arguments.size() == 1 &&
                          ufunc_kind(builtin, {ScalarKind::Int64}) == ScalarKind::Float64;
    operands.push_back(as_float ? a : one_kind(a));
    kinds.push_back(element_kind(operands.back()));
  }
  const auto kind = ufunc_kind(builtin, kinds);
  if (!kind) return refuse();
  const bool whole = std::ranges::any_of(operands, [](const Abstract& a) { return a.is(Shape::Array); });
  const auto element = [this, &builtin, kind](const std::vector<Abstract>& x) {
    return ufunc_element(builtin, *kind, x);
  };
  const bool checks_exponent = builtin.id == BuiltinId::NumpyBinary &&
                               static_cast<BinaryOp>(builtin.detail) == BinaryOp::Pow && is_integer(*kind);
  if (whole)
    return checks_exponent ? give_up(Abort::ArrayExpression, "a power of ints") : elementwise(operands, *kind, element);
  if (builtin.id == BuiltinId::NumpyWhere) return refuse(); // has an array of no dimension as result
  if (checks_exponent)
    build_.guard(build_.emit(Op::Ge, {convert(operands[1], *kind), build_.zero(ir::i64)}),
                 exit_here("negative or huge power of an int"));
  return element(operands);
}

} // namespace pyvm::tracer
