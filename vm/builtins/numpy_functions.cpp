// numpy's reductions, comparisons of whole arrays, and functions that rearrange.
#include <cmath>
#include <cstring>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/array_shape.h"
#include "vm/builtins/linear_algebra.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/reductions.h"
#include "vm/semantics/arithmetic.h"

namespace pyvm::native {

namespace {

bool flag(CallContext& context, const Value& value, bool otherwise) {
  return value.is_unbound() ? otherwise : truth(context, value);
}

void refuse(const BoundArguments& bound, std::size_t parameter, const char* function, const char* name) {
  if (bound.has(parameter))
    raise(ExceptionKind::TypeError, "pyvm: {}() does not take the argument '{}' yet", function, name);
}

// f(a, axis=None, dtype=None, out=None, keepdims=False)
Value reduce_with_dtype(CallContext& context, const Arguments& arguments, const char* name, ArrayReduction reduction) {
  const BoundArguments bound(arguments, name, "a axis? dtype? out? keepdims? initial? where?");
  refuse(bound, 3, name, "out");
  refuse(bound, 5, name, "initial");
  refuse(bound, 6, name, "where");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  return reduce_array(context, reduction, array, reduction_axes(*array, bound[1], flag(context, bound[4], false)),
                      bound.has(2) ? std::optional(dtype_of_argument(bound[2])) : std::nullopt);
}

// f(a, axis=None, out=None, keepdims=False)
Value reduce_in_kind(CallContext& context, const Arguments& arguments, const char* name, ArrayReduction reduction) {
  const BoundArguments bound(arguments, name, "a axis? out? keepdims? initial? where?");
  refuse(bound, 2, name, "out");
  refuse(bound, 4, name, "initial");
  refuse(bound, 5, name, "where");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  return reduce_array(context, reduction, array, reduction_axes(*array, bound[1], flag(context, bound[3], false)),
                      std::nullopt);
}

Value arg_extreme_with(CallContext& context, const Arguments& arguments, const char* name, bool largest) {
  const BoundArguments bound(arguments, name, "a axis? out? * keepdims?");
  refuse(bound, 2, name, "out");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  return arg_extreme(context, *array, largest,
                     bound.has(1) ? std::optional(checked_axis(index_of(bound[1]), array->ndim)) : std::nullopt);
}

// NumPy's variance: the mean of the squared distances from the mean.
Value variance(CallContext& context, const Arguments& arguments, const char* name) {
  const BoundArguments bound(arguments, name, "a axis? dtype? out? ddof? keepdims?");
  refuse(bound, 2, name, "dtype");
  refuse(bound, 3, name, "out");
  Ref<Array> array = to_array(context, bound[0], std::nullopt);
  if (!is_float(array->dtype)) array = converted_copy(*array, ScalarKind::Float64);
  ReductionAxes axes = reduction_axes(*array, bound[1], true);
  const Value mean = reduce_array(context, ArrayReduction::Mean, array, axes, std::nullopt);
  const Value distance = binary(context, BinaryOp::Sub, Value(array), mean);
  const Value squares = binary(context, BinaryOp::Mul, distance, distance);
  axes.keep_dimensions = flag(context, bound[5], false);
  const Value total =
      reduce_array(context, ArrayReduction::Sum, to_array(context, squares, std::nullopt), axes, std::nullopt);
  std::int64_t count = bound[4].is_unbound() ? 0 : -index_of(bound[4]);
  std::int64_t elements = 1;
  for (int k = 0; k < array->ndim; ++k)
    if (axes.reduced[k]) elements *= array->shape[k];
  count = std::max<std::int64_t>(count + elements, 0);
  CallContext plain = context;
  plain.numpy_errors = true;
  return binary(plain, BinaryOp::TrueDiv, total, Value::floating(static_cast<double>(count)));
}

Value square_root(CallContext& context, const Value& value) {
  return numpy_math<MathFunction::Sqrt>(context, {std::span(&value, 1), {}});
}

struct Tolerance {
  double relative, absolute;
  bool equal_nan;
};

bool is_close(double a, double b, const Tolerance& tolerance) {
  if (a == b) return true;
  if (std::isnan(a) && std::isnan(b)) return tolerance.equal_nan;
  return std::isfinite(b) && std::fabs(a - b) <= tolerance.absolute + tolerance.relative * std::fabs(b);
}

void is_close_run(const Run& run, const void* extra) {
  const auto& tolerance = *static_cast<const Tolerance*>(extra);
  for (std::int64_t k = 0; k < run.count; ++k) {
    double a, b;
    std::memcpy(&a, run.a + k * run.a_stride, sizeof a);
    std::memcpy(&b, run.b + k * run.b_stride, sizeof b);
    const std::uint8_t close = is_close(a, b, tolerance);
    std::memcpy(run.out + k * run.out_stride, &close, 1);
  }
}

// np.isclose as an array, also where both operands are scalars.
Ref<Array> closeness(CallContext& context, const Arguments& arguments, const char* name) {
  const BoundArguments bound(arguments, name, "a b rtol? atol? equal_nan?");
  auto number_or = [&](std::size_t k, double otherwise) {
    if (bound[k].is_unbound()) return otherwise;
    if (!bound[k].is_number()) raise(ExceptionKind::TypeError, "pyvm: {}() takes numbers as tolerances", name);
    return number_as_double(bound[k]);
  };
  const Tolerance tolerance{number_or(2, 1e-5), number_or(3, 1e-8), flag(context, bound[4], false)};
  const UfuncOperand a(context, bound[0]), b(context, bound[1]);
  const Operand x = a.operand(), y = b.operand();
  Ref<Array> out = make_like(ScalarKind::Bool, broadcast_shapes({&x, &y}), {&x, &y});
  run_elementwise({is_close_run, ScalarKind::Float64, ScalarKind::Bool, &tolerance}, x, y, *out);
  return out;
}

template <class T> void accumulate_along(const Array& array, int axis, Array& starts) {
  for (ElementCursor start(starts); !start.done(); start.advance()) {
    std::byte* at = start.at();
    for (std::int64_t k = 1; k < array.shape[axis]; ++k, at += array.strides[axis]) {
      const T sum = add<T>(from_bits<T>(load_scalar(array.dtype, at)),
                           from_bits<T>(load_scalar(array.dtype, at + array.strides[axis])));
      store_scalar(array.dtype, at + array.strides[axis], to_bits(sum));
    }
  }
}

} // namespace

Value numpy_sum(CallContext& context, const Arguments& arguments) {
  return reduce_with_dtype(context, arguments, "sum", ArrayReduction::Sum);
}
Value numpy_prod(CallContext& context, const Arguments& arguments) {
  return reduce_with_dtype(context, arguments, "prod", ArrayReduction::Prod);
}
Value numpy_mean(CallContext& context, const Arguments& arguments) {
  return reduce_with_dtype(context, arguments, "mean", ArrayReduction::Mean);
}
Value numpy_min(CallContext& context, const Arguments& arguments) {
  return reduce_in_kind(context, arguments, "min", ArrayReduction::Min);
}
Value numpy_max(CallContext& context, const Arguments& arguments) {
  return reduce_in_kind(context, arguments, "max", ArrayReduction::Max);
}
Value numpy_any(CallContext& context, const Arguments& arguments) {
  return reduce_in_kind(context, arguments, "any", ArrayReduction::Any);
}
Value numpy_all(CallContext& context, const Arguments& arguments) {
  return reduce_in_kind(context, arguments, "all", ArrayReduction::All);
}
Value numpy_argmin(CallContext& context, const Arguments& arguments) {
  return arg_extreme_with(context, arguments, "argmin", false);
}
Value numpy_argmax(CallContext& context, const Arguments& arguments) {
  return arg_extreme_with(context, arguments, "argmax", true);
}
Value numpy_var(CallContext& context, const Arguments& arguments) { return variance(context, arguments, "var"); }
Value numpy_std(CallContext& context, const Arguments& arguments) {
  return square_root(context, variance(context, arguments, "std"));
}

Value numpy_cumsum(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "cumsum", "a axis? dtype? out?");
  refuse(bound, 3, "cumsum", "out");
  Ref<Array> array = to_array(context, bound[0], std::nullopt);
  if (!bound.has(1)) array = flattened(array);
  const int axis = bound.has(1) ? checked_axis(index_of(bound[1]), array->ndim) : 0;
  Ref<Array> out = c_order_copy(*array, bound.has(2) ? dtype_of_argument(bound[2]) : numpy_sum_kind(array->dtype));
  if (out->size() == 0) return Value(out);
  Ref<Array> starts = out->view();
  starts->shape[axis] = 1;
  visit_kind(out->dtype, [&](auto tag) { accumulate_along<typename decltype(tag)::type>(*out, axis, *starts); });
  return Value(out);
}

Value numpy_count_nonzero(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "count_nonzero", "a");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  std::int64_t count = 0;
  for (ElementCursor cursor(*array); !cursor.done(); cursor.advance())
    count += truth_of(array->dtype, load_scalar(array->dtype, cursor.at()));
  return dialect_scalar(context, ScalarKind::Int64, to_bits(count));
}

Value numpy_dot(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "dot", "a b out?");
  refuse(bound, 2, "dot", "out");
  return dot_product(context, bound[0], bound[1]);
}

Value numpy_allclose(CallContext& context, const Arguments& arguments) {
  return Value::boolean(all_true(*closeness(context, arguments, "allclose")));
}

Value numpy_isclose(CallContext& context, const Arguments& arguments) {
  return scalar_if_0d(context, closeness(context, arguments, "isclose"));
}

Value numpy_array_equal(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "array_equal", "a1 a2 equal_nan?");
  const Ref<Array> a = to_array(context, bound[0], std::nullopt), b = to_array(context, bound[1], std::nullopt);
  if (!(Shape(*a) == Shape(*b))) return Value::boolean(false);
  if (flag(context, bound[2], false)) {
    const Value exactly[] = {Value(a), Value(b), Value::integer(0), Value::integer(0), Value::boolean(true)};
    return Value::boolean(all_true(*closeness(context, {exactly, {}}, "array_equal")));
  }
  const Value same = array_compare(context, CompareOp::Eq, Value(a), Value(b));
  return Value::boolean(same.is(Tag::Array) ? all_true(same.as<Array>()) : truth(context, same));
}

Value numpy_reshape(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "reshape", "a shape order? * copy?");
  refuse(bound, 2, "reshape", "order");
  return Value(reshaped(to_array(context, bound[0], std::nullopt), shape_of_argument(bound[1])));
}

Value numpy_ravel(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "ravel", "a order?");
  refuse(bound, 1, "ravel", "order");
  return Value(flattened(to_array(context, bound[0], std::nullopt)));
}

Value numpy_transpose(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "transpose", "a axes?");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  return Value(bound.has(1) ? with_axes(*array, shape_of_argument(bound[1])) : transposed(*array));
}

Value numpy_concatenate(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "concatenate", "arrays axis? out? * dtype? casting?");
  refuse(bound, 2, "concatenate", "out");
  if (!bound[0].is(Tag::Tuple))
    raise(ExceptionKind::TypeError, "pyvm: concatenate() takes a tuple of arrays, not '{}'", type_name_of(bound[0]));
  std::vector<Ref<Array>> parts;
  for (const Value& value : bound[0].as<Tuple>().items)
    parts.push_back(to_array(context, part_of(bound[0], value), std::nullopt));
  const auto kind = bound.has(3) ? std::optional(dtype_of_argument(bound[3])) : std::nullopt;
  return Value(joined(parts, bound[1].is_unbound() ? 0 : index_of(bound[1]), kind));
}

Value numpy_shape(CallContext& context, const Arguments& arguments) {
  const Ref<Array> array = to_array(context, one_argument(arguments, "shape"), std::nullopt);
  std::vector<Value> items;
  for (std::int64_t extent : array->dims()) items.push_back(Value::integer(extent));
  return make_tuple(std::move(items));
}

Value numpy_ndim(CallContext& context, const Arguments& arguments) {
  return Value::integer(to_array(context, one_argument(arguments, "ndim"), std::nullopt)->ndim);
}

Value numpy_size(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "size", "a axis?");
  const Ref<Array> array = to_array(context, bound[0], std::nullopt);
  return Value::integer(bound.has(1) ? array->shape[checked_axis(index_of(bound[1]), array->ndim)] : array->size());
}

} // namespace pyvm::native
