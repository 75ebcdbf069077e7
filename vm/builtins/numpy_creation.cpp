// numpy.zeros, array, arange and their kin.
#include <cmath>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/subscript.h"
#include "vm/semantics/conversion.h"

namespace pyvm::native {

namespace {

// order='F' turns the strides of a fresh C-ordered array around.
void apply_order(Array& array, const Value& order) {
  if (order.is_unbound() || order.is(Tag::None)) return;
  const std::string& text = text_of_argument(order, "order");
  if (text == "C" || text == "K" || text == "A") return;
  if (text != "F") raise(ExceptionKind::ValueError, "order must be one of 'C', 'F', 'A', or 'K' (got '{}')", text);
  std::int64_t stride = array.item_size();
  for (int k = 0; k < array.ndim; ++k) {
    array.strides[k] = stride;
    stride *= std::max<std::int64_t>(array.shape[k], 1);
  }
}

enum class Fill { Nothing, Zeros, Ones };

Ref<Array> make_filled(ScalarKind kind, std::span<const std::int64_t> shape, Fill fill) {
  if (fill == Fill::Ones) return filled_array(kind, shape, convert_bits(1, ScalarKind::Bool, kind));
  return Array::make(kind, shape, fill == Fill::Zeros);
}

Value make_new(const Arguments& arguments, const char* name, Fill fill) {
  if (arguments.positional.empty() && arguments.keywords.empty() && fill != Fill::Ones)
    raise(ExceptionKind::TypeError, "{}() missing required argument 'shape' (pos 0)", name);
  const BoundArguments bound(arguments, name, "shape dtype? order? * device? like?");
  Ref<Array> array = make_filled(dtype_or(bound, 1, ScalarKind::Float64), shape_of_argument(bound[0]), fill);
  apply_order(*array, bound[2]);
  return Value(array);
}

// An array of the prototype's shape and memory order.
Ref<Array> make_alike(CallContext& context, const BoundArguments& bound, std::size_t dtype, std::size_t order,
                      std::size_t shape) {
  const Ref<Array> prototype = to_array(context, bound[0], std::nullopt);
  const ScalarKind kind = dtype_or(bound, dtype, prototype->dtype);
  if (bound.has(shape)) return Array::make(kind, shape_of_argument(bound[shape]), false);
  const Operand operand(*prototype);
  Ref<Array> array = bound.has(order) && bound[order].is(Tag::Str) && bound[order].as<Str>().text != "K"
                         ? Array::make(kind, prototype->dims(), false)
                         : make_like(kind, Shape(*prototype), {&operand});
  if (bound.has(order)) apply_order(*array, bound[order]);
  return array;
}

Value make_like_filled(CallContext& context, const Arguments& arguments, const char* name, Fill fill) {
  const BoundArguments bound(arguments, name, "a dtype? order? subok? shape? * device?");
  Ref<Array> array = make_alike(context, bound, 1, 2, 4);
  if (fill != Fill::Nothing) fill_array(*array, convert_bits(fill == Fill::Ones, ScalarKind::Bool, array->dtype));
  return Value(array);
}

// ---- arange --------------------------------------------------------------------------------------------------------

ScalarKind arange_kind(const Value& start, const Value& stop, const Value& step) {
  ScalarKind kind = ScalarKind::Int64;
  for (const Value* value : {&start, &stop, &step}) {
    if (!value->is_number())
      raise(ExceptionKind::TypeError, "arange() not supported for inputs of type '{}'", type_name_of(*value));
    kind = numpy_common_kind(kind, value->scalar_kind());
  }
  return kind;
}

std::int64_t float_length(double start, double stop, double step) {
  if (step == 0) raise(ExceptionKind::ZeroDivisionError, "float division by zero");
  const double length = std::ceil((stop - start) / step);
  if (std::isnan(length)) raise(ExceptionKind::ValueError, "arange: cannot compute length");
  if (length > 9.2e18) raise(ExceptionKind::ValueError, "Maximum allowed size exceeded");
  return length > 0 ? static_cast<std::int64_t>(length) : 0;
}

// NumPy writes start + i * delta in the array's kind, delta being the difference of the first two values.
template <class T> void fill_progression(Array& array, T start, T delta) {
  auto* out = reinterpret_cast<T*>(array.data);
  for (std::int64_t k = 0; k < array.shape[0]; ++k) {
    if constexpr (std::is_floating_point_v<T>)
      out[k] = start + static_cast<T>(k) * delta;
    else
      out[k] = static_cast<T>(static_cast<std::uint64_t>(start) +
                              static_cast<std::uint64_t>(k) * static_cast<std::uint64_t>(delta));
  }
}

void fill_floats(const CallContext& context, Array& array, double start, double step) {
  if (array.dtype == ScalarKind::Float32) {
    const auto first = static_cast<float>(start);
    const float delta =
        context.dialect == Dialect::Njit ? static_cast<float>(step) : static_cast<float>(start + step) - first;
    fill_progression<float>(array, first, delta);
  } else {
    fill_progression<double>(array, start, context.dialect == Dialect::Njit ? step : (start + step) - start);
  }
}

Value make_arange(const CallContext& context, const Value& start, const Value& stop, const Value& step,
                  std::optional<ScalarKind> asked) {
  const ScalarKind inputs = arange_kind(start, stop, step);
  const ScalarKind kind = asked.value_or(inputs);
  std::int64_t length;
  if (is_float(inputs)) {
    length = float_length(number_as_double(start), number_as_double(stop), number_as_double(step));
  } else {
    if (step.as_int() == 0) raise(ExceptionKind::ZeroDivisionError, "division by zero");
    const std::uint64_t n = range_length(start.as_int(), stop.as_int(), step.as_int());
    if (n >> 63) raise(ExceptionKind::ValueError, "Maximum allowed size exceeded");
    length = static_cast<std::int64_t>(n);
  }
  Ref<Array> array = Array::make(kind, std::span(&length, 1), false);
  if (is_float(kind)) {
    fill_floats(context, *array, number_as_double(start), number_as_double(step));
  } else if (kind != ScalarKind::Bool) {
    visit_kind(kind, [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (!std::is_same_v<T, bool>) {
        auto as = [&](const Value& v) { return from_bits<T>(convert_bits(v.bits(), v.scalar_kind(), kind)); };
        fill_progression<T>(*array, as(start), as(step));
      }
    });
  } else {
    if (length > 2)
      raise(ExceptionKind::TypeError, "arange() is only supported for booleans when the result has at most length 2.");
    for (std::int64_t k = 0; k < length; ++k)
      store_scalar(kind, array->data + k,
                   number_as_double(start) + static_cast<double>(k) * number_as_double(step) != 0);
  }
  return Value(array);
}

} // namespace

Value numpy_zeros(CallContext&, const Arguments& arguments) { return make_new(arguments, "zeros", Fill::Zeros); }
Value numpy_ones(CallContext&, const Arguments& arguments) { return make_new(arguments, "ones", Fill::Ones); }
Value numpy_empty(CallContext&, const Arguments& arguments) { return make_new(arguments, "empty", Fill::Nothing); }

Value numpy_zeros_like(CallContext& context, const Arguments& arguments) {
  return make_like_filled(context, arguments, "zeros_like", Fill::Zeros);
}
Value numpy_ones_like(CallContext& context, const Arguments& arguments) {
  return make_like_filled(context, arguments, "ones_like", Fill::Ones);
}
Value numpy_empty_like(CallContext& context, const Arguments& arguments) {
  return make_like_filled(context, arguments, "empty_like", Fill::Nothing);
}

namespace {

// np.full copies with casting='unsafe': floats are cast, ints must fit.
void fill_with_value(CallContext& context, Array& array, const Value& value) {
  if (value.is_number() && !value.is(Tag::Int))
    fill_array(array, convert_bits(value.bits(), value.scalar_kind(), array.dtype));
  else
    assign_array(context, array, value);
}

} // namespace

Value numpy_full(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "full", "shape fill_value dtype? order? * device? like?");
  const ScalarKind kind = bound.has(2) ? dtype_of_argument(bound[2]) : to_array(context, bound[1], std::nullopt)->dtype;
  Ref<Array> array = Array::make(kind, shape_of_argument(bound[0]), false);
  apply_order(*array, bound[3]);
  fill_with_value(context, *array, bound[1]);
  return Value(array);
}

Value numpy_full_like(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "full_like", "a fill_value dtype? order? subok? shape? * device?");
  Ref<Array> array = make_alike(context, bound, 2, 3, 5);
  fill_with_value(context, *array, bound[1]);
  return Value(array);
}

Value numpy_array(CallContext& context, const Arguments& arguments) {
  if (arguments.positional.empty() && arguments.keywords.empty())
    raise(ExceptionKind::TypeError, "array() missing required argument 'object' (pos 0)");
  const BoundArguments bound(arguments, "array", "object dtype? * copy? order? subok? ndmin? like?");
  const auto kind = bound.has(1) ? std::optional(dtype_of_argument(bound[1])) : std::nullopt;
  Ref<Array> array = to_array(context, bound[0], kind);
  const bool asks_no_copy = bound.has(2) && bound[2].is(Tag::Bool) && !bound[2].as_bool();
  if (bound[0].is(Tag::Array) && array->data == bound[0].as<Array>().data && !asks_no_copy) array = copy_of(*array);
  if (bound.has(5))
    while (array->ndim < std::min<std::int64_t>(index_of(bound[5]), max_dimensions)) {
      Ref<Array> view = array->view();
      view->ndim = static_cast<std::uint8_t>(array->ndim + 1);
      view->shape[0] = 1;
      view->strides[0] = 0;
      std::copy_n(array->shape, array->ndim, view->shape + 1);
      std::copy_n(array->strides, array->ndim, view->strides + 1);
      array = view;
    }
  return Value(array);
}

Value numpy_asarray(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "asarray", "a dtype? order? * copy? device? like?");
  return Value(to_array(context, bound[0], bound.has(1) ? std::optional(dtype_of_argument(bound[1])) : std::nullopt));
}

Value numpy_ascontiguousarray(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "ascontiguousarray", "a dtype? * like?");
  const auto kind = bound.has(1) ? std::optional(dtype_of_argument(bound[1])) : std::nullopt;
  Ref<Array> array = as_c_contiguous(to_array(context, bound[0], kind));
  if (array->ndim != 0) return Value(array);
  Ref<Array> view = array->view(); // at least one dimension, as NumPy's
  view->ndim = 1;
  view->shape[0] = 1;
  view->strides[0] = view->item_size();
  return Value(view);
}

Value numpy_copy(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "copy", "a order? subok?");
  return Value(copy_of(*to_array(context, bound[0], std::nullopt)));
}

Value numpy_arange(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "arange", "start? stop? step? dtype? * device? like?");
  if (!bound.has(0) && !bound.has(1)) raise(ExceptionKind::TypeError, "arange() requires stop to be specified.");
  const bool only_stop = !bound.has(0) || !bound.has(1);
  const Value start = only_stop ? Value::integer(0) : bound[0];
  const Value& stop = bound.has(1) ? bound[1] : bound[0];
  const Value step = bound.has(2) ? bound[2] : Value::integer(1);
  return make_arange(context, start, stop, step,
                     bound.has(3) ? std::optional(dtype_of_argument(bound[3])) : std::nullopt);
}

Value numpy_linspace(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(arguments, "linspace", "start stop num? endpoint? retstep? dtype? axis? * device?");
  const std::int64_t count = bound[2].is_unbound() ? 50 : index_of(bound[2]);
  if (count < 0) raise(ExceptionKind::ValueError, "Number of samples, {}, must be non-negative.", count);
  for (std::size_t k : {std::size_t{0}, std::size_t{1}})
    if (!bound[k].is_number())
      raise(ExceptionKind::TypeError, "pyvm: linspace() takes numbers, not '{}'", type_name_of(bound[k]));
  const double start = number_as_double(bound[0]), stop = number_as_double(bound[1]);
  const bool endpoint = bound[3].is_unbound() || truth_of(bound[3].scalar_kind(), bound[3].bits());
  const double divisions = static_cast<double>(endpoint ? count - 1 : count), delta = stop - start,
               step = delta / divisions;
  Ref<Array> array = Array::make(ScalarKind::Float64, std::span(&count, 1), false);
  auto* out = reinterpret_cast<double*>(array->data);
  for (std::int64_t k = 0; k < count; ++k) {
    const auto position = static_cast<double>(k);
    out[k] = (divisions > 0 ? (step == 0 ? position / divisions * delta : position * step) : position * delta) + start;
  }
  if (endpoint && count > 1) out[count - 1] = stop;
  Value result = bound.has(5) ? Value(to_array(context, Value(array), dtype_of_argument(bound[5]))) : Value(array);
  if (!bound.has(4) || !truth_of(bound[4].scalar_kind(), bound[4].bits())) return result;
  return make_tuple(
      {std::move(result), dialect_scalar(context, ScalarKind::Float64, to_bits(divisions > 0 ? step : std::nan("")))});
}

namespace {

Value diagonal_of_ones(std::int64_t rows, std::int64_t columns, std::int64_t offset, ScalarKind kind) {
  const std::int64_t shape[] = {rows, columns};
  Ref<Array> array = Array::make(kind, shape, true);
  const ScalarBits one = convert_bits(1, ScalarKind::Bool, kind);
  for (std::int64_t i = 0; i < rows; ++i)
    if (i + offset >= 0 && i + offset < columns)
      store_scalar(kind, array->data + i * array->strides[0] + (i + offset) * array->strides[1], one);
  return Value(array);
}

} // namespace

Value numpy_eye(CallContext&, const Arguments& arguments) {
  const BoundArguments bound(arguments, "eye", "N M? k? dtype? order? * device? like?");
  const std::int64_t rows = index_of(bound[0]);
  return diagonal_of_ones(rows, bound.has(1) ? index_of(bound[1]) : rows, bound.has(2) ? index_of(bound[2]) : 0,
                          dtype_or(bound, 3, ScalarKind::Float64));
}

Value numpy_identity(CallContext&, const Arguments& arguments) {
  const BoundArguments bound(arguments, "identity", "n dtype? * like?");
  return diagonal_of_ones(index_of(bound[0]), index_of(bound[0]), 0, dtype_or(bound, 1, ScalarKind::Float64));
}

} // namespace pyvm::native
