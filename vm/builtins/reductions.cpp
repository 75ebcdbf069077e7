// Reductions: axes, kinds and results. The two orders of summation are numpy_reduction.cpp's and grid_reduction.cpp's.
#include "vm/builtins/reductions.h"

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/reduction_orders.h"
#include "vm/semantics/promotion.h"
#include "vm/support/assert.h"

namespace pyvm {

namespace {

const char* ufunc_of(ArrayReduction reduction) { return reduction == ArrayReduction::Min ? "minimum" : "maximum"; }

bool is_extreme(ArrayReduction reduction) {
  return reduction == ArrayReduction::Min || reduction == ArrayReduction::Max;
}

bool takes_dtype(ArrayReduction reduction) {
  return reduction == ArrayReduction::Sum || reduction == ArrayReduction::Prod || reduction == ArrayReduction::Mean;
}

std::int64_t reduced_count(const Array& array, const ReductionAxes& axes) {
  std::int64_t n = 1;
  for (int k = 0; k < array.ndim; ++k)
    if (axes.reduced[k]) n *= array.shape[k];
  return n;
}

// The result with all axes of the input, reduced ones of length 1, in the memory order of the input.
Ref<Array> make_result(const Array& array, const ReductionAxes& axes, ScalarKind kind) {
  Shape shape(array);
  for (int k = 0; k < array.ndim; ++k)
    if (axes.reduced[k]) shape.extent[k] = 1;
  const Operand operand(array);
  return make_like(kind, shape, {&operand});
}

void drop_reduced_axes(Array& result, const ReductionAxes& axes) {
  int kept = 0;
  for (int k = 0; k < result.ndim; ++k) {
    if (axes.reduced[k]) continue;
    result.shape[kept] = result.shape[k];
    result.strides[kept] = result.strides[k];
    ++kept;
  }
  result.ndim = static_cast<std::uint8_t>(kept);
}

// Sum to mean. NumPy divides in the sum's kind; inside njit float32 sums are divided as float64, as Numba's.
Ref<Array> divided(const CallContext& context, const Ref<Array>& sums, std::int64_t count) {
  const ScalarKind kind = context.dialect == Dialect::Njit ? ScalarKind::Float64 : sums->dtype;
  Ref<Array> means = Array::make(kind, sums->dims(), false);
  const ScalarBits divisor = to_bits(static_cast<double>(count));
  run_elementwise(binary_loop(BinaryOp::TrueDiv, is_float(kind) ? kind : ScalarKind::Float64, context.dialect),
                  Operand(*sums), Operand(ScalarKind::Float64, divisor), *means);
  return means;
}

// True when x comes before the best so far: the first NaN wins over everything.
template <class T> bool is_better(T x, T best, bool largest) {
  if (best != best) return false;
  return x != x || (largest ? x > best : x < best);
}

template <class T> std::int64_t arg_extreme_of(const Array& array, bool largest) {
  std::int64_t index = 0, best_index = 0;
  T best{};
  for (ElementCursor cursor(array); !cursor.done(); cursor.advance(), ++index) {
    const T x = from_bits<T>(load_scalar(array.dtype, cursor.at()));
    if (index == 0 || is_better(x, best, largest)) {
      best = x;
      best_index = index;
    }
  }
  return best_index;
}

std::int64_t flat_arg_extreme(const Array& array, bool largest) {
  return visit_kind(array.dtype,
                    [&](auto tag) { return arg_extreme_of<typename decltype(tag)::type>(array, largest); });
}

} // namespace

ScalarKind reduced_kind(ArrayReduction reduction, ScalarKind element) {
  switch (reduction) {
  case ArrayReduction::Sum:
  case ArrayReduction::Prod:
    return numpy_sum_kind(element);
  case ArrayReduction::Mean:
    return is_float(element) ? element : ScalarKind::Float64;
  case ArrayReduction::Any:
  case ArrayReduction::All:
    return ScalarKind::Bool;
  case ArrayReduction::Min:
  case ArrayReduction::Max:
    return element;
  }
  PYVM_UNREACHABLE("a reduction without a kind");
}

int checked_axis(std::int64_t axis, int ndim) {
  if (axis < -ndim || axis >= ndim)
    raise(ExceptionKind::AxisError, "axis {} is out of bounds for array of dimension {}", axis, ndim);
  return static_cast<int>(axis < 0 ? axis + ndim : axis);
}

ReductionAxes reduction_axes(const Array& array, const Value& axis, bool keep_dimensions) {
  ReductionAxes axes;
  axes.keep_dimensions = keep_dimensions;
  axes.all = axis.is_unbound() || axis.is(Tag::None);
  if (axes.all) {
    for (int k = 0; k < array.ndim; ++k) axes.reduced[k] = true;
    return axes;
  }
  auto mark = [&](const Value& one) {
    bool& reduced = axes.reduced[checked_axis(index_of(one), array.ndim)];
    if (reduced) raise(ExceptionKind::ValueError, "duplicate value in 'axis'");
    reduced = true;
  };
  if (axis.is(Tag::Tuple))
    for (const Value& one : axis.as<Tuple>().items) mark(one);
  else
    mark(axis);
  return axes;
}

Value reduce_array(CallContext& context, ArrayReduction reduction, const Ref<Array>& array, const ReductionAxes& axes,
                   std::optional<ScalarKind> kind) {
  const ScalarKind working = kind && takes_dtype(reduction) ? *kind : reduced_kind(reduction, array->dtype);
  const std::int64_t count = reduced_count(*array, axes);
  if (count == 0 && is_extreme(reduction))
    raise(ExceptionKind::ValueError, "zero-size array to reduction operation {} which has no identity",
          ufunc_of(reduction));
  const Ref<Array> source = array->dtype == working ? array : converted_copy(*array, working);
  Ref<Array> result = make_result(*source, axes, working);
  if (context.dialect == Dialect::Njit && reduction != ArrayReduction::Any && reduction != ArrayReduction::All)
    reduce_by_grid(reduction, *source, axes, *result);
  else
    reduce_as_numpy(reduction, *source, axes, *result);
  if (reduction == ArrayReduction::Mean) result = divided(context, result, count);
  if (!axes.keep_dimensions) drop_reduced_axes(*result, axes);
  return scalar_if_0d(context, result);
}

Value arg_extreme(CallContext& context, const Array& array, bool largest, std::optional<int> axis) {
  const std::int64_t count = axis ? array.shape[*axis] : array.size();
  if (count == 0)
    raise(ExceptionKind::ValueError, "attempt to get {} of an empty sequence", largest ? "argmax" : "argmin");
  if (!axis) return dialect_scalar(context, ScalarKind::Int64, to_bits(flat_arg_extreme(array, largest)));
  ReductionAxes axes;
  axes.reduced[*axis] = true;
  Ref<Array> result = make_result(array, axes, ScalarKind::Int64);
  drop_reduced_axes(*result, axes);
  // One line along the axis for each element of the result.
  Ref<Array> line = array.view(), starts = array.view();
  line->ndim = 1;
  line->shape[0] = count;
  line->strides[0] = array.strides[*axis];
  drop_reduced_axes(*starts, axes);
  ElementCursor start(*starts), out(*result);
  for (; !out.done(); out.advance(), start.advance()) {
    line->data = start.at();
    store_scalar(ScalarKind::Int64, out.at(), to_bits(flat_arg_extreme(*line, largest)));
  }
  return scalar_if_0d(context, result);
}

bool any_true(const Array& array) {
  for (ElementCursor cursor(array); !cursor.done(); cursor.advance())
    if (truth_of(array.dtype, load_scalar(array.dtype, cursor.at()))) return true;
  return false;
}

bool all_true(const Array& array) {
  for (ElementCursor cursor(array); !cursor.done(); cursor.advance())
    if (!truth_of(array.dtype, load_scalar(array.dtype, cursor.at()))) return false;
  return true;
}

} // namespace pyvm
