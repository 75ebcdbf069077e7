// Views and elements by subscripts, after NumPy's indexing (https://numpy.org/doc/stable/user/basics.indexing.html).
#include "vm/builtins/array_selection.h"

#include "vm/builtins/arguments.h"
#include "vm/builtins/subscript.h"

namespace pyvm {

namespace {

[[noreturn]] void raise_bad_subscript() {
  throw GuestError(
      ExceptionKind::IndexError,
      "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are "
      "valid indices");
}

std::optional<std::int64_t> subscript_integer(const Value& subscript) {
  if (subscript.is(Tag::Int)) return subscript.as_int();
  if (subscript.is(Tag::Bool)) return std::nullopt; // a mask of no dimensions in NumPy
  if (subscript.is(Tag::Array)) {
    const Array& array = subscript.as<Array>();
    if (array.ndim != 0 || !is_integer(array.dtype)) return std::nullopt;
    return static_cast<std::int64_t>(load_scalar(array.dtype, array.data));
  }
  return try_index(subscript);
}

std::int64_t wrapped(std::int64_t index, int axis, std::int64_t extent) {
  if (index < -extent || index >= extent)
    raise(ExceptionKind::IndexError, "index {} is out of bounds for axis {} with size {}", index, axis, extent);
  return index < 0 ? index + extent : index;
}

// Reads subscripts from left to right and builds the view's axes.
class ViewBuilder {
public:
  ViewBuilder(const Array& array, std::span<const Value> subscripts)
      : array_(array), subscripts_(subscripts), view_(array.view()) {
    view_->ndim = 0;
  }

  BasicSelection build() {
    int consumed = 0, ellipses = 0;
    for (const Value& subscript : subscripts_) {
      ellipses += subscript.is(Tag::Ellipsis);
      consumed += !subscript.is(Tag::Ellipsis) && !subscript.is(Tag::None);
    }
    if (ellipses > 1) raise(ExceptionKind::IndexError, "an index can only have a single ellipsis ('...')");
    if (consumed > array_.ndim)
      raise(ExceptionKind::IndexError, "too many indices for array: array is {}-dimensional, but {} were indexed",
            array_.ndim, consumed);
    bool only_integers = consumed == array_.ndim;
    for (const Value& subscript : subscripts_) {
      if (const std::optional<std::int64_t> index = subscript_integer(subscript)) {
        view_->data += wrapped(*index, axis_, array_.shape[axis_]) * array_.strides[axis_];
        ++axis_;
        continue;
      }
      only_integers = false;
      if (subscript.is(Tag::Slice))
        take_slice(bounds_of(subscript.as<Slice>(), array_.shape[axis_]));
      else if (subscript.is(Tag::None))
        push(1, 0);
      else if (subscript.is(Tag::Ellipsis))
        take_rest(array_.ndim - consumed);
      else
        refuse(subscript);
    }
    if (only_integers) return {{}, view_->data};
    take_rest(array_.ndim - axis_);
    return {view_, nullptr};
  }

private:
  void push(std::int64_t extent, std::int64_t stride) {
    if (view_->ndim == max_dimensions)
      raise(ExceptionKind::IndexError, "number of dimensions must be within [0, {}], indexing result would have {}",
            max_dimensions, max_dimensions + 1);
    view_->shape[view_->ndim] = extent;
    view_->strides[view_->ndim] = stride;
    ++view_->ndim;
  }

  void take_slice(const SliceBounds& bounds) {
    const std::int64_t stride = array_.strides[axis_++];
    if (bounds.count > 0) view_->data += bounds.start * stride;
    push(bounds.count, bounds.count > 1 ? bounds.step * stride : stride);
  }

  void take_rest(int axes) {
    for (; axes > 0; --axes, ++axis_) push(array_.shape[axis_], array_.strides[axis_]);
  }

  [[noreturn]] void refuse(const Value& subscript) {
    if (is_block_subscript(subscript) || subscript.is(Tag::Bool) || subscript.is(Tag::NpBool))
      raise(ExceptionKind::TypeError,
            "pyvm: an index array or a mask together with other subscripts is not supported yet");
    raise_bad_subscript();
  }

  const Array& array_;
  std::span<const Value> subscripts_;
  Ref<Array> view_;
  int axis_ = 0;
};

BlockSelection select_by_mask(const Array& array, const Array& mask) {
  if (mask.ndim > array.ndim)
    raise(ExceptionKind::IndexError, "too many indices for array: array is {}-dimensional, but {} were indexed",
          array.ndim, mask.ndim);
  for (int k = 0; k < mask.ndim; ++k)
    if (mask.shape[k] != array.shape[k])
      raise(ExceptionKind::IndexError,
            "boolean index did not match indexed array along axis {}; size of axis is {} but size of corresponding "
            "boolean axis "
            "is {}",
            k, array.shape[k], mask.shape[k]);
  BlockSelection selection;
  selection.by_mask = true;
  selection.consumed = mask.ndim;
  std::int64_t index[max_dimensions] = {}, offset = 0;
  for (ElementCursor cursor(mask); !cursor.done(); cursor.advance()) {
    if (load_scalar(ScalarKind::Bool, cursor.at())) selection.offsets.push_back(offset);
    for (int k = mask.ndim - 1; k >= 0; --k) {
      offset += array.strides[k];
      if (++index[k] < mask.shape[k]) break;
      offset -= array.strides[k] * mask.shape[k];
      index[k] = 0;
    }
  }
  selection.leading.ndim = 1;
  selection.leading.extent[0] = static_cast<std::int64_t>(selection.offsets.size());
  return selection;
}

BlockSelection select_by_integers(const Array& array, const Array& indices) {
  if (array.ndim == 0)
    raise(ExceptionKind::IndexError, "too many indices for array: array is 0-dimensional, but 1 were indexed");
  BlockSelection selection;
  selection.leading = Shape(indices);
  selection.consumed = 1;
  selection.offsets.reserve(static_cast<std::size_t>(indices.size()));
  for (ElementCursor cursor(indices); !cursor.done(); cursor.advance()) {
    const auto index = static_cast<std::int64_t>(load_scalar(indices.dtype, cursor.at()));
    selection.offsets.push_back(wrapped(index, 0, array.shape[0]) * array.strides[0]);
  }
  return selection;
}

} // namespace

BasicSelection select_basic(const Array& array, std::span<const Value> subscripts) {
  return ViewBuilder(array, subscripts).build();
}

bool is_block_subscript(const Value& subscript) {
  if (!subscript.is(Tag::Array)) return false;
  const Array& array = subscript.as<Array>();
  return array.ndim > 0 || array.dtype == ScalarKind::Bool;
}

BlockSelection select_blocks(const Array& array, const Value& subscript) {
  const Array& selector = subscript.as<Array>();
  if (is_float(selector.dtype))
    raise(ExceptionKind::IndexError, "arrays used as indices must be of integer (or boolean) type");
  return selector.dtype == ScalarKind::Bool ? select_by_mask(array, selector) : select_by_integers(array, selector);
}

Ref<Array> block_view(const Array& array, const BlockSelection& selection) {
  Ref<Array> view = array.view();
  view->ndim = static_cast<std::uint8_t>(array.ndim - selection.consumed);
  for (int k = 0; k < view->ndim; ++k) {
    view->shape[k] = array.shape[k + selection.consumed];
    view->strides[k] = array.strides[k + selection.consumed];
  }
  return view;
}

std::span<const Value> flattened_subscripts(std::span<const Value> subscripts) {
  if (subscripts.size() == 1 && subscripts[0].is(Tag::Tuple)) return subscripts[0].as<Tuple>().items;
  return subscripts;
}

} // namespace pyvm
