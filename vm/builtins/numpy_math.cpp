// Ufuncs of numpy: math functions, operators as functions, tests, where.
#include <cmath>
#include <cstring>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/subscript.h"
#include "vm/builtins/ufunc_names.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm::native {

namespace {

// The operands of a ufunc call and its out=.
struct UfuncCall {
  const Value* operands[2] = {};
  Value out;

  UfuncCall(const Arguments& arguments, std::string_view name, std::size_t count) {
    const std::size_t given = arguments.positional.size();
    if (given < count || given > count + 1)
      raise(ExceptionKind::TypeError, "{}() takes from {} to {} positional arguments but {} {} given", name, count,
            count + 1, given, given == 1 ? "was" : "were");
    for (std::size_t k = 0; k < count; ++k) operands[k] = &arguments.positional[k];
    if (given > count) out = arguments.positional[count];
    for (const Keyword& keyword : arguments.keywords) {
      if (keyword.name != "out")
        raise(ExceptionKind::TypeError, "pyvm: {}() does not take the keyword '{}' yet", name, keyword.name);
      out = keyword.value;
    }
    if (!out.is_unbound() && !out.is(Tag::None) && !out.is(Tag::Array))
      raise(ExceptionKind::TypeError, "return arrays must be of ArrayType");
    for (std::size_t k = 0; k < count; ++k)
      if (!UfuncOperand::accepts(*operands[k])) raise_no_ufunc_types(name);
  }

  // The result, written to out= where that is given.
  Value finish(CallContext& context, Value result) const {
    if (!out.is(Tag::Array)) return result;
    Array& target = out.as<Array>();
    check_writable(target, "output array is read-only");
    const ScalarKind kind = result.is(Tag::Array) ? result.as<Array>().dtype : result.scalar_kind();
    if (!can_cast_same_kind(kind, target.dtype))
      raise(ExceptionKind::UFuncOutputCastingError,
            "Cannot cast ufunc output from dtype('{}') to dtype('{}') with casting rule 'same_kind'", name_of(kind),
            name_of(target.dtype));
    assign_array(context, target, result);
    return out;
  }
};

bool keeps_ints(MathFunction function) {
  return function == MathFunction::Floor || function == MathFunction::Ceil || function == MathFunction::Trunc;
}

ScalarKind unary_math_kind(const CallContext& context, MathFunction function, ScalarKind kind) {
  if (context.dialect == Dialect::Njit) return ufunc_math_kind(function, kind);
  if (keeps_ints(function) && !is_float(kind)) return kind;
  if (const std::optional<ScalarKind> result = numpy_float_function_kind(kind)) return *result;
  raise(ExceptionKind::TypeError, "pyvm: numpy.{} of {} gives float16, which is not supported", name_of(function),
        name_of(kind));
}

ScalarKind binary_math_kind(const CallContext& context, MathFunction function, const UfuncOperand& a,
                            const UfuncOperand& b) {
  if (context.dialect == Dialect::Njit) return ufunc_math_kind(function, a.kind(), b.kind());
  const BinaryOp alike = function == MathFunction::Fmod ? BinaryOp::Mod : BinaryOp::TrueDiv;
  const bool both_weak = a.is_weak() && b.is_weak(); // two Python numbers are strong for a ufunc
  return checked_numpy_promotion(alike, a.kind(), both_weak ? nullptr : a.weak_number(), b.kind(),
                                 both_weak ? nullptr : b.weak_number())
      .operand;
}

// Two Python numbers are strong operands for a ufunc: np.add(1, 2.5) is a float64 of NumPy's.
Value as_numpy_scalar(const Value& value) {
  return value.is_python_number() ? Value::numpy_scalar(value.scalar_kind(), value.bits()) : value;
}

// The kind that elements of both sides are brought to where no operator computes with them: where, and minimum of
// NumPy.
ScalarKind joint_kind(const CallContext& context, const UfuncOperand& a, const UfuncOperand& b) {
  if (context.dialect == Dialect::Njit || a.is_weak() == b.is_weak()) return numpy_common_kind(a.kind(), b.kind());
  return checked_numpy_promotion(BinaryOp::Add, a.kind(), a.weak_number(), b.kind(), b.weak_number()).operand;
}

template <class T> void select_run(const Run& run, const void*) {
  for (std::int64_t k = 0; k < run.count; ++k) {
    T condition;
    std::memcpy(&condition, run.a + k * run.a_stride, sizeof condition);
    if (condition != T{0}) std::memcpy(run.out + k * run.out_stride, run.b + k * run.b_stride, sizeof(T));
  }
}

Value extreme_of(CallContext& context, const Value& a, const Value& b, bool maximum) {
  const UfuncOperand x(context, a), y(context, b);
  const ScalarKind kind =
      context.dialect == Dialect::Njit ? njit_ufunc_common(x.kind(), y.kind()) : joint_kind(context, x, y);
  return apply_ufunc(context, extreme_loop(kind, maximum), kind, x.operand(), y.operand());
}

} // namespace

template <MathFunction function> Value numpy_math(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, name_of(function), static_cast<std::size_t>(arity_of(function)));
  const UfuncOperand a(context, *call.operands[0]);
  if (arity_of(function) == 1) {
    const ScalarKind kind = unary_math_kind(context, function, a.kind());
    return call.finish(context, apply_ufunc(context, math_loop(function, kind, context.dialect), kind, a.operand()));
  }
  const UfuncOperand b(context, *call.operands[1]);
  const ScalarKind kind = binary_math_kind(context, function, a, b);
  return call.finish(context,
                     apply_ufunc(context, math_loop(function, kind, context.dialect), kind, a.operand(), b.operand()));
}

template <BinaryOp op> Value numpy_binary(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, ufunc_name(op), 2);
  if (context.dialect == Dialect::Njit && op != BinaryOp::MatMul)
    return call.finish(context, njit_ufunc_binary(context, op, *call.operands[0], *call.operands[1]));
  CallContext without_zero_division = context;
  without_zero_division.numpy_errors = true;
  const bool convert = call.operands[0]->is_python_number() && call.operands[1]->is_python_number();
  return call.finish(context,
                     binary(without_zero_division, op, convert ? as_numpy_scalar(*call.operands[0]) : *call.operands[0],
                            convert ? as_numpy_scalar(*call.operands[1]) : *call.operands[1]));
}

template <CompareOp op> Value numpy_compare(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, ufunc_name(op), 2);
  return call.finish(
      context,
      compare(context, op, context.dialect == Dialect::Python ? as_numpy_scalar(*call.operands[0]) : *call.operands[0],
              *call.operands[1]));
}

template <UnaryOp op> Value numpy_unary(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, ufunc_name(op), 1);
  if (context.dialect == Dialect::Njit) { // kinds are those of arrays
    const UfuncOperand a(context, *call.operands[0]);
    const std::optional<Promotion> promotion = njit_array_unary(op, a.kind());
    if (!promotion) raise_no_ufunc_types(ufunc_name(op));
    return call.finish(context,
                       apply_ufunc(context, unary_loop(op, promotion->operand), promotion->result, a.operand()));
  }
  return call.finish(context, unary(context, op, as_numpy_scalar(*call.operands[0])));
}

template <BinaryOp op> Value numpy_logical(CallContext& context, const Arguments& arguments) {
  constexpr std::string_view name = op == BinaryOp::BitAnd  ? "logical_and"
                                    : op == BinaryOp::BitOr ? "logical_or"
                                                            : "logical_xor";
  const UfuncCall call(arguments, name, 2);
  const UfuncOperand a(context, *call.operands[0]), b(context, *call.operands[1]);
  return call.finish(context, apply_ufunc(context, binary_loop(op, ScalarKind::Bool, context.dialect), ScalarKind::Bool,
                                          a.operand(), b.operand()));
}

template <bool maximum> Value numpy_extreme(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, maximum ? "maximum" : "minimum", 2);
  return call.finish(context, extreme_of(context, *call.operands[0], *call.operands[1], maximum));
}

template <FloatTest test> Value numpy_test(CallContext& context, const Arguments& arguments) {
  static constexpr std::string_view names[] = {"isnan", "isinf", "isfinite", "signbit"};
  const UfuncCall call(arguments, names[static_cast<int>(test)], 1);
  const UfuncOperand a(context, *call.operands[0]);
  const ScalarKind kind = a.kind() == ScalarKind::Float32 ? ScalarKind::Float32 : ScalarKind::Float64;
  return call.finish(context, apply_ufunc(context, float_test_loop(test, kind), ScalarKind::Bool, a.operand()));
}

#define NUMPY_MATH(name, function) template Value numpy_math<MathFunction::function>(CallContext&, const Arguments&);
#include "vm/builtins/builtins.def"
#define PYVM_BINARY_OP(enumerator, symbol, dunder, reflected, in_place)                                                \
  template Value numpy_binary<BinaryOp::enumerator>(CallContext&, const Arguments&);
#include "vm/semantics/operators.def"
#define NUMPY_COMPARE(name, op) template Value numpy_compare<CompareOp::op>(CallContext&, const Arguments&);
#include "vm/builtins/builtins.def"
template Value numpy_unary<UnaryOp::Neg>(CallContext&, const Arguments&);
template Value numpy_unary<UnaryOp::Pos>(CallContext&, const Arguments&);
template Value numpy_unary<UnaryOp::Invert>(CallContext&, const Arguments&);
template Value numpy_logical<BinaryOp::BitAnd>(CallContext&, const Arguments&);
template Value numpy_logical<BinaryOp::BitOr>(CallContext&, const Arguments&);
template Value numpy_logical<BinaryOp::BitXor>(CallContext&, const Arguments&);
template Value numpy_extreme<false>(CallContext&, const Arguments&);
template Value numpy_extreme<true>(CallContext&, const Arguments&);
template Value numpy_test<FloatTest::IsNan>(CallContext&, const Arguments&);
template Value numpy_test<FloatTest::IsInf>(CallContext&, const Arguments&);
template Value numpy_test<FloatTest::IsFinite>(CallContext&, const Arguments&);
template Value numpy_test<FloatTest::SignBit>(CallContext&, const Arguments&);

Value numpy_abs(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, "absolute", 1);
  const UfuncOperand a(context, *call.operands[0]);
  return call.finish(context, apply_ufunc(context, abs_loop(a.kind()), a.kind(), a.operand()));
}

Value numpy_logical_not(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, "logical_not", 1);
  const UfuncOperand a(context, *call.operands[0]);
  return call.finish(context, apply_ufunc(context, unary_loop(UnaryOp::Not, a.kind()), ScalarKind::Bool, a.operand()));
}

Value numpy_square(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, "square", 1);
  const UfuncOperand a(context, *call.operands[0]);
  const Operand operand = a.operand();
  const ScalarKind kind = a.kind() == ScalarKind::Bool ? ScalarKind::Int8 : a.kind(); // NumPy has no loop for bools
  return call.finish(context,
                     apply_ufunc(context, binary_loop(BinaryOp::Mul, kind, context.dialect), kind, operand, operand));
}

Value numpy_sign(CallContext& context, const Arguments& arguments) {
  const UfuncCall call(arguments, "sign", 1);
  const UfuncOperand a(context, *call.operands[0]);
  if (a.kind() == ScalarKind::Bool && context.dialect == Dialect::Njit)
    return call.finish(context, apply_ufunc(context, sign_loop(ScalarKind::Int8), ScalarKind::Int8, a.operand()));
  if (a.kind() == ScalarKind::Bool)
    raise(ExceptionKind::UFuncNoLoopError,
          "ufunc 'sign' did not contain a loop with signature matching types <class 'numpy.dtypes.BoolDType'> -> None");
  return call.finish(context, apply_ufunc(context, sign_loop(a.kind()), a.kind(), a.operand()));
}

Value numpy_where(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "where", "condition x? y?");
  if (bound[1].is_unbound() != bound[2].is_unbound())
    raise(ExceptionKind::ValueError, "either both or neither of x and y should be given");
  if (bound[1].is_unbound())
    raise(ExceptionKind::NotImplementedError, "pyvm: where() with the condition alone is not supported yet");
  const UfuncOperand x(context, bound[1]), y(context, bound[2]);
  const ScalarKind kind = joint_kind(context, x, y);
  const Ref<Array> condition = to_array(context, bound[0], ScalarKind::Bool);
  const Operand chosen = x.operand(), otherwise = y.operand(), mask(*condition);
  Ref<Array> out = make_like(kind, broadcast_shapes({&mask, &chosen, &otherwise}), {&chosen, &otherwise, &mask});
  copy_elements(otherwise, *out);
  const ElementLoop select = visit_kind(kind, [&](auto tag) -> ElementLoop {
    using T = typename decltype(tag)::type;
    return {select_run<std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>>, kind, kind};
  });
  run_elementwise(select, mask, chosen, *out);
  return Value(out);
}

namespace {

void refuse_out(const BoundArguments& bound, std::size_t number, const char* function) {
  if (bound.has(number))
    raise(ExceptionKind::NotImplementedError, "pyvm: {} with out is not supported yet; write `out[:] = {}(...)`",
          function, function);
}

// `bound` where it compares so with the element, else the element: Python's max and min, by which equal bounds and NaN
// change nothing.
Value bounded(CallContext& context, CompareOp op, const Value& bound, const Value& elements) {
  const Value choice[] = {array_compare(context, op, bound, elements), bound, elements};
  return numpy_where(context, {choice, {}});
}

// Numba's np.clip of an array: max with one bound, min with the other, of the array's kind.
Value njit_clip(CallContext& context, const BoundArguments& bound) {
  if (!bound.has(1) && !bound.has(2)) raise(ExceptionKind::ValueError, "array_clip: must set either max or min");
  const ScalarKind kind = bound[0].as<Array>().dtype;
  const bool fills = (bound.has(1) && bound[1].is(Tag::Array)) || (bound.has(2) && bound[2].is(Tag::Array));
  Value result = bound[0];
  for (const std::size_t k : {1, 2}) {
    if (!bound.has(k)) continue;
    // A number beside an array becomes an array of the elements' kind.
    const bool converts = fills && !bound[k].is(Tag::Array);
    const Value limit = converts ? Value(to_array(context, bound[k], kind)) : bound[k];
    result = bounded(context, k == 1 ? CompareOp::Gt : CompareOp::Lt, limit, result);
  }
  return Value(converted_copy(result.as<Array>(), kind));
}

} // namespace

Value numpy_clip(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "clip", "a a_min? a_max? out?");
  refuse_out(bound, 3, "np.clip");
  if (context.dialect == Dialect::Njit && bound[0].is(Tag::Array)) return njit_clip(context, bound);
  Value result = bound[0];
  if (bound.has(1)) result = extreme_of(context, result, bound[1], true);
  if (bound.has(2)) result = extreme_of(context, result, bound[2], false);
  return result;
}

// NumPy scales by a power of ten, rounds half to even and scales back.
Value numpy_round(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "round", "a decimals? out?");
  refuse_out(bound, 2, "np.round");
  const std::int64_t decimals = bound.has(1) ? index_of(bound[1]) : 0;
  const UfuncOperand a(context, bound[0]);
  if (!is_float(a.kind()) && decimals >= 0)
    return apply_ufunc(context, unary_loop(UnaryOp::Pos, a.kind()), a.kind(), a.operand());
  const ScalarKind kind = is_float(a.kind()) ? a.kind() : ScalarKind::Float64;
  const ElementLoop rint = math_loop(MathFunction::Rint, kind, context.dialect);
  if (decimals == 0) return apply_ufunc(context, rint, kind, a.operand());
  const ScalarBits scale = to_bits(std::pow(10.0, static_cast<double>(std::abs(decimals))));
  const ElementLoop times = binary_loop(BinaryOp::Mul, kind, context.dialect),
                    over = binary_loop(BinaryOp::TrueDiv, kind, context.dialect);
  const Operand operand = a.operand(), factor(ScalarKind::Float64, scale);
  Ref<Array> out = make_like(kind, broadcast_shapes({&operand}), {&operand});
  run_elementwise(decimals > 0 ? times : over, operand, factor, *out);
  run_elementwise(rint, Operand(*out), *out);
  run_elementwise(decimals > 0 ? over : times, Operand(*out), factor, *out);
  return scalar_if_0d(context, is_float(a.kind()) ? out : converted_copy(*out, a.kind()));
}

} // namespace pyvm::native
