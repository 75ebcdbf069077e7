// Arrays from nested tuples and numbers; copies; element conversion.
#include "vm/builtins/array_creation.h"

#include <cmath>
#include <cstring>

#include "vm/builtins/elementwise.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/parse_numbers.h"
#include "vm/semantics/conversion.h"

namespace pyvm {

namespace {

// ---- nested values to arrays ---------------------------------------------------------------------------------------

// Shape and kind of nested tuples: every leaf is looked at once.
class Discovery {
public:
  explicit Discovery(const Value& value) {
    shape_of(value);
    look(value, 0);
  }
  const Shape& shape() const { return shape_; }
  ScalarKind kind() const { return kind_.value_or(ScalarKind::Float64); }

private:
  // The shape along the first elements is what all others have to have.
  void shape_of(const Value& value) {
    if (value.is(Tag::Tuple)) {
      const auto& items = value.as<Tuple>().items;
      push(static_cast<std::int64_t>(items.size()));
      if (!items.empty()) shape_of(items[0]);
    } else if (value.is(Tag::Range)) {
      const Range& range = value.as<Range>();
      push(static_cast<std::int64_t>(range_length(range.start, range.stop, range.step)));
    } else if (value.is(Tag::Array)) {
      for (std::int64_t extent : value.as<Array>().dims()) push(extent);
    }
  }

  void push(std::int64_t extent) {
    if (shape_.ndim == max_dimensions)
      raise(ExceptionKind::ValueError, "maximum supported dimension for an ndarray is currently {}, found {}",
            max_dimensions, max_dimensions + 1);
    shape_.extent[shape_.ndim++] = extent;
  }

  void look(const Value& value, int depth) {
    if (value.is(Tag::Tuple)) {
      const auto& items = value.as<Tuple>().items;
      expect(depth, static_cast<std::int64_t>(items.size()));
      for (const Value& item : items) look(item, depth + 1);
    } else if (value.is(Tag::Range)) {
      const Range& range = value.as<Range>();
      expect(depth, static_cast<std::int64_t>(range_length(range.start, range.stop, range.step)));
      leaf(ScalarKind::Int64, depth + 1);
    } else if (value.is(Tag::Array)) {
      const Array& array = value.as<Array>();
      for (int k = 0; k < array.ndim; ++k) expect(depth + k, array.shape[k]);
      leaf(array.dtype, depth + array.ndim);
    } else if (value.is_number()) {
      leaf(value.scalar_kind(), depth);
    } else {
      raise(ExceptionKind::TypeError, "pyvm: arrays of '{}' are not supported, only of bool, int and float",
            type_name_of(value));
    }
  }

  void expect(int depth, std::int64_t extent) {
    if (depth >= shape_.ndim || shape_.extent[depth] != extent) raise_ragged(depth);
  }

  void leaf(ScalarKind kind, int depth) {
    if (depth != shape_.ndim) raise_ragged(depth);
    kind_ = kind_ ? numpy_common_kind(*kind_, kind) : kind;
  }

  [[noreturn]] void raise_ragged(int depth) {
    raise(ExceptionKind::ValueError,
          "setting an array element with a sequence. The requested array has an inhomogeneous shape after {} "
          "dimensions. The "
          "detected shape was {} + inhomogeneous part.",
          depth, shape_text(shape_.dims().first(static_cast<std::size_t>(depth))));
  }

  Shape shape_;
  std::optional<ScalarKind> kind_;
};

// Writes the leaves of `value` into out[at...] in C order; returns the place behind the last.
std::byte* write_leaves(CallContext& context, const Value& value, ScalarKind kind, std::byte* at) {
  if (value.is(Tag::Tuple)) {
    for (const Value& item : value.as<Tuple>().items) at = write_leaves(context, item, kind, at);
    return at;
  }
  const auto size = static_cast<std::int64_t>(size_of(kind));
  if (value.is(Tag::Range)) {
    const Range& range = value.as<Range>();
    const std::uint64_t n = range_length(range.start, range.stop, range.step);
    for (std::uint64_t k = 0; k < n; ++k, at += size)
      store_scalar(
          kind, at,
          element_bits(context, Value::integer(range.start + static_cast<std::int64_t>(k) * range.step), kind));
    return at;
  }
  if (value.is(Tag::Array)) {
    const Array& array = value.as<Array>();
    for (ElementCursor cursor(array); !cursor.done(); cursor.advance(), at += size)
      store_scalar(kind, at, convert_bits(load_scalar(array.dtype, cursor.at()), array.dtype, kind));
    return at;
  }
  store_scalar(kind, at, element_bits(context, value, kind));
  return at + size;
}

// ---- one element ---------------------------------------------------------------------------------------------------

[[noreturn]] void raise_out_of_bounds(const std::string& digits, ScalarKind kind) {
  raise(ExceptionKind::OverflowError, "Python integer {} out of bounds for {}", digits, name_of(kind));
}

// NumPy takes int(value) first, which raises for NaN and inf, and then looks whether the int fits.
ScalarBits checked_float_to_int(double value, ScalarKind kind) {
  if (std::isnan(value)) raise(ExceptionKind::ValueError, "cannot convert float NaN to integer");
  if (std::isinf(value)) raise(ExceptionKind::OverflowError, "cannot convert float infinity to integer");
  const double whole = std::trunc(value);
  const CheckedInt result = checked_trunc(value);
  if (result.status != IntStatus::Ok) {
    if (kind == ScalarKind::UInt64 && whole > 0 && whole < 18446744073709551616.0) return float_to_uint64(whole);
    raise(ExceptionKind::OverflowError, "Python int too large to convert to C long");
  }
  if (!fits(kind, result.value)) raise_out_of_bounds(std::to_string(result.value), kind);
  return convert_bits(to_bits(result.value), ScalarKind::Int64, kind);
}

// Python's numbers must fit. So must NumPy's scalars in signed kinds; into unsigned ones they are cast.
ScalarBits numpy_element_bits(const Value& value, ScalarKind kind) {
  const ScalarKind from = value.scalar_kind();
  const bool must_fit = is_integer(kind) && (value.is_python_number() || is_signed(kind));
  if (!must_fit) return convert_bits(value.bits(), from, kind);
  if (is_float(from)) return checked_float_to_int(number_as_double(value), kind);
  if (value.is(Tag::NpUInt64) && value.as_int() < 0) {
    if (kind == ScalarKind::Int64) raise(ExceptionKind::OverflowError, "Python int too large to convert to C long");
    raise_out_of_bounds(std::to_string(value.bits()), kind);
  }
  if (!fits(kind, value.as_int())) raise_out_of_bounds(std::to_string(value.as_int()), kind);
  return convert_bits(value.bits(), from, kind);
}

ScalarBits bits_of_text(const std::string& text, ScalarKind kind) {
  if (kind == ScalarKind::Bool) return !text.empty();
  return numpy_element_bits(
      is_float(kind) ? Value::floating(float_from_text(text)) : Value::integer(int_from_text(text, 10)), kind);
}

} // namespace

Ref<Array> array_in(const Value& value) {
  Array& array = value.as<Array>();
  return value.is_lent() && !array.is_immortal() ? array.view() : Ref<Array>(&array);
}

Ref<Array> to_array(CallContext& context, const Value& value, std::optional<ScalarKind> kind) {
  if (value.is(Tag::Array)) {
    const Array& array = value.as<Array>();
    return !kind || *kind == array.dtype ? array_in(value) : converted_copy(array, *kind);
  }
  const Discovery found(value);
  Ref<Array> array = Array::make(kind.value_or(found.kind()), found.shape().dims(), false);
  write_leaves(context, value, array->dtype, array->data);
  return array;
}

Ref<Array> converted_copy(const Array& array, ScalarKind kind) {
  const Operand operand(array);
  Ref<Array> out = make_like(kind, Shape(array), {&operand});
  copy_elements(operand, *out);
  return out;
}

Ref<Array> copy_of(const Array& array) { return converted_copy(array, array.dtype); }

Ref<Array> c_order_copy(const Array& array, ScalarKind kind) {
  Ref<Array> out = Array::make(kind, array.dims(), false);
  copy_elements(Operand(array), *out);
  return out;
}

Ref<Array> as_c_contiguous(const Ref<Array>& array) {
  return array->is_c_contiguous() ? array : c_order_copy(*array, array->dtype);
}

ScalarBits element_bits(CallContext& context, const Value& value, ScalarKind kind) {
  if (value.is_number())
    return context.dialect == Dialect::Njit ? convert_bits(value.bits(), value.scalar_kind(), kind)
                                            : numpy_element_bits(value, kind);
  if (value.is(Tag::Array) && value.as<Array>().ndim == 0) {
    const Array& array = value.as<Array>();
    return convert_bits(load_scalar(array.dtype, array.data), array.dtype, kind);
  }
  if (value.is(Tag::Array) || value.is(Tag::Tuple) || value.is(Tag::Range))
    raise(ExceptionKind::ValueError, "setting an array element with a sequence.");
  if (value.is(Tag::Str) && context.dialect == Dialect::Python) return bits_of_text(value.as<Str>().text, kind);
  if (value.is(Tag::None) && is_float(kind) && context.dialect == Dialect::Python)
    return convert_bits(to_bits(std::nan("")), ScalarKind::Float64, kind);
  raise(ExceptionKind::TypeError, "{} argument must be a string{} or a real number, not '{}'",
        is_float(kind) ? "float()" : "int()", is_float(kind) ? "" : ", a bytes-like object", type_name_of(value));
}

void fill_array(Array& array, ScalarBits bits) {
  if (bits == 0 && array.is_c_contiguous())
    std::memset(array.data, 0, static_cast<std::size_t>(array.size() * array.item_size()));
  else
    copy_elements(Operand(array.dtype, bits), array);
}

Ref<Array> filled_array(ScalarKind kind, std::span<const std::int64_t> shape, ScalarBits bits) {
  Ref<Array> array = Array::make(kind, shape, bits == 0);
  if (bits != 0) fill_array(*array, bits);
  return array;
}

} // namespace pyvm
