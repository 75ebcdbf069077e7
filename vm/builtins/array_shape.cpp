// Views and copies under another shape.
#include "vm/builtins/array_shape.h"

#include "vm/builtins/array_creation.h"
#include "vm/builtins/elementwise.h"
#include "vm/builtins/native.h"
#include "vm/builtins/reductions.h"

namespace pyvm {

namespace {

// NumPy leaves unknown extents in front out and prints those behind as newaxis.
[[noreturn]] void raise_cannot_reshape(std::int64_t size, const std::vector<std::int64_t>& shape) {
  std::string text;
  for (std::int64_t extent : shape)
    if (extent >= 0 || !text.empty())
      text += fmt::format("{}{}", text.empty() ? '(' : ',', extent < 0 ? "newaxis" : std::to_string(extent));
  text = text.empty() ? "()" : text + (shape.size() == 1 ? ",)" : ")");
  raise(ExceptionKind::ValueError, "cannot reshape array of size {} into shape {}", size, text);
}

void resolve_unknown(std::int64_t size, std::vector<std::int64_t>& shape) {
  std::int64_t known = 1;
  std::int64_t* unknown = nullptr;
  for (std::int64_t& extent : shape) {
    if (extent >= 0) {
      if (__builtin_mul_overflow(known, extent, &known)) raise_cannot_reshape(size, shape);
      continue;
    }
    if (unknown) raise(ExceptionKind::ValueError, "can only specify one unknown dimension");
    unknown = &extent;
  }
  if (unknown) {
    if (known == 0 || size % known != 0) raise_cannot_reshape(size, shape);
    *unknown = size / known;
  } else if (known != size) {
    raise_cannot_reshape(size, shape);
  }
}

// Strides of the shape over the same memory, or false where a copy is needed. Axes are matched in groups of equal
// product; inside a group the old axes must lie dense. (numpy/_core/src/multiarray/shape.c, _attempt_nocopy_reshape)
bool strides_without_copy(const Array& array, const std::vector<std::int64_t>& shape, std::int64_t* strides) {
  std::int64_t old_shape[max_dimensions], old_strides[max_dimensions];
  int old_count = 0;
  for (int k = 0; k < array.ndim; ++k) {
    if (array.shape[k] == 1) continue;
    old_shape[old_count] = array.shape[k];
    old_strides[old_count++] = array.strides[k];
  }
  const int new_count = static_cast<int>(shape.size());
  int old_from = 0, old_to = 1, new_from = 0, new_to = 1;
  while (new_from < new_count && old_from < old_count) {
    std::int64_t new_product = shape[static_cast<std::size_t>(new_from)], old_product = old_shape[old_from];
    while (new_product != old_product) {
      if (new_product < old_product)
        new_product *= shape[static_cast<std::size_t>(new_to++)];
      else
        old_product *= old_shape[old_to++];
    }
    for (int k = old_from; k < old_to - 1; ++k)
      if (old_strides[k] != old_shape[k + 1] * old_strides[k + 1]) return false;
    strides[new_to - 1] = old_strides[old_to - 1];
    for (int k = new_to - 1; k > new_from; --k) strides[k - 1] = strides[k] * shape[static_cast<std::size_t>(k)];
    new_from = new_to++;
    old_from = old_to++;
  }
  // What is left are ones.
  std::int64_t last = new_from > 0 ? strides[new_from - 1] : array.item_size();
  for (int k = new_from; k < new_count; ++k) strides[k] = last;
  return true;
}

Ref<Array> dense_view(const Ref<Array>& array, const std::vector<std::int64_t>& shape) {
  Ref<Array> view = array->view();
  view->ndim = static_cast<std::uint8_t>(shape.size());
  std::int64_t stride = array->item_size();
  for (int k = view->ndim - 1; k >= 0; --k) {
    view->shape[k] = shape[static_cast<std::size_t>(k)];
    view->strides[k] = stride;
    stride *= std::max<std::int64_t>(view->shape[k], 1);
  }
  return view;
}

} // namespace

Ref<Array> reshaped(const Ref<Array>& array, std::vector<std::int64_t> shape) {
  resolve_unknown(array->size(), shape);
  if (shape.size() > max_dimensions)
    raise(ExceptionKind::ValueError, "maximum supported dimension for an ndarray is currently {}, found {}",
          max_dimensions, shape.size());
  if (array->is_c_contiguous()) return dense_view(array, shape);
  std::int64_t strides[max_dimensions];
  if (!strides_without_copy(*array, shape, strides)) return dense_view(c_order_copy(*array, array->dtype), shape);
  Ref<Array> view = dense_view(array, shape);
  std::copy_n(strides, view->ndim, view->strides);
  return view;
}

Ref<Array> flattened(const Ref<Array>& array) { return dense_view(as_c_contiguous(array), {array->size()}); }

Ref<Array> with_axes(const Array& array, std::span<const std::int64_t> axes) {
  if (axes.size() != array.ndim) raise(ExceptionKind::ValueError, "axes don't match array");
  Ref<Array> view = array.view();
  bool used[max_dimensions] = {};
  for (int k = 0; k < array.ndim; ++k) {
    const int axis = checked_axis(axes[static_cast<std::size_t>(k)], array.ndim);
    if (used[axis]) raise(ExceptionKind::ValueError, "repeated axis in transpose");
    used[axis] = true;
    view->shape[k] = array.shape[axis];
    view->strides[k] = array.strides[axis];
  }
  return view;
}

Ref<Array> native::transposed(const Array& array) {
  Ref<Array> view = array.view();
  for (int k = 0; k < array.ndim; ++k) {
    view->shape[k] = array.shape[array.ndim - 1 - k];
    view->strides[k] = array.strides[array.ndim - 1 - k];
  }
  return view;
}

Ref<Array> joined(std::span<const Ref<Array>> parts, std::int64_t axis, std::optional<ScalarKind> kind) {
  if (parts.empty()) raise(ExceptionKind::ValueError, "need at least one array to concatenate");
  Shape shape(*parts[0]);
  if (shape.ndim == 0) raise(ExceptionKind::ValueError, "zero-dimensional arrays cannot be concatenated");
  const int along = checked_axis(axis, shape.ndim);
  ScalarKind common = parts[0]->dtype;
  shape.extent[along] = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const Array& part = *parts[p];
    if (part.ndim != shape.ndim)
      raise(
          ExceptionKind::ValueError,
          "all the input arrays must have same number of dimensions, but the array at index 0 has {} dimension(s) and "
          "the array at index {} has {} dimension(s)",
          shape.ndim, p, part.ndim);
    for (int k = 0; k < shape.ndim; ++k)
      if (k != along && part.shape[k] != shape.extent[k])
        raise(ExceptionKind::ValueError,
              "all the input array dimensions except for the concatenation axis must match exactly, but along "
              "dimension {}, the "
              "array at index 0 has size {} and the array at index {} has size {}",
              k, shape.extent[k], p, part.shape[k]);
    shape.extent[along] += part.shape[along];
    common = numpy_common_kind(common, part.dtype);
  }
  Ref<Array> out = Array::make(kind.value_or(common), shape.dims(), false);
  Ref<Array> target = out->view();
  for (const Ref<Array>& part : parts) {
    target->shape[along] = part->shape[along];
    copy_elements(Operand(*part), *target);
    target->data += part->shape[along] * target->strides[along];
  }
  return out;
}

} // namespace pyvm
