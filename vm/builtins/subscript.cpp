// Reads and stores by subscript: arrays first, then tuples, strings and ranges.
#include "vm/builtins/subscript.h"

#include <cstring>
#include <limits>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/array_selection.h"
#include "vm/builtins/code_points.h"
#include "vm/builtins/numbers.h"
#include "vm/object/store_log.h"
#include "vm/semantics/conversion.h"

namespace pyvm {

namespace {

// ---- arrays --------------------------------------------------------------------------------------------------------

// The first block inside `blocks`, the C-ordered array of all selected blocks.
Ref<Array> part_of_blocks(const Array& blocks, const BlockSelection& selection, const Array& block) {
  Ref<Array> part = blocks.view();
  part->ndim = block.ndim;
  std::copy_n(blocks.strides + selection.leading.ndim, block.ndim, part->strides);
  std::copy_n(block.shape, block.ndim, part->shape);
  return part;
}

template <class T>
void gather_elements(const std::byte* data, const std::vector<std::int64_t>& offsets, std::byte* out) {
  for (const std::int64_t offset : offsets) {
    std::memcpy(out, data + offset, sizeof(T));
    out += sizeof(T);
  }
}

// The usual case: each block is one element.
void gather_elements(const Array& array, const std::vector<std::int64_t>& offsets, std::byte* out) {
  switch (array.item_size()) {
  case 1:
    return gather_elements<std::uint8_t>(array.data, offsets, out);
  case 2:
    return gather_elements<std::uint16_t>(array.data, offsets, out);
  case 4:
    return gather_elements<std::uint32_t>(array.data, offsets, out);
  default:
    return gather_elements<std::uint64_t>(array.data, offsets, out);
  }
}

Value get_blocks(const Array& array, const Value& subscript) {
  const BlockSelection selection = select_blocks(array, subscript);
  Ref<Array> block = block_view(array, selection);
  Shape shape = selection.leading;
  for (std::int64_t extent : block->dims()) {
    if (shape.ndim == max_dimensions)
      raise(ExceptionKind::IndexError, "number of dimensions must be within [0, {}]", max_dimensions);
    shape.extent[shape.ndim++] = extent;
  }
  Ref<Array> out = Array::make(array.dtype, shape.dims(), false);
  if (block->ndim == 0) {
    gather_elements(array, selection.offsets, out->data);
    return Value(out);
  }
  Ref<Array> target = part_of_blocks(*out, selection, *block);
  const std::int64_t block_bytes = target->size() * target->item_size();
  for (std::size_t k = 0; k < selection.offsets.size(); ++k) {
    block->data = array.data + selection.offsets[k];
    target->data = out->data + static_cast<std::int64_t>(k) * block_bytes;
    copy_elements(Operand(*block), *target);
  }
  return Value(out);
}

void check_fits(const Array& target, const Array& value) {
  bool fits = value.ndim <= target.ndim;
  for (int k = 1; fits && k <= value.ndim; ++k) {
    const std::int64_t extent = value.shape[value.ndim - k];
    fits = extent == 1 || extent == target.shape[target.ndim - k];
  }
  if (!fits)
    raise(ExceptionKind::ValueError, "could not broadcast input array from shape {} into shape {}",
          compact_shape_text(value.dims()), compact_shape_text(target.dims()));
}

// NumPy lets a value have more leading axes than the target when they are of length 1.
Ref<Array> without_leading_ones(Ref<Array> value, int ndim) {
  int extra = 0;
  while (value->ndim - extra > ndim && value->shape[extra] == 1) ++extra;
  if (extra == 0) return value;
  Ref<Array> view = value->view();
  view->ndim = static_cast<std::uint8_t>(value->ndim - extra);
  for (int k = 0; k < view->ndim; ++k) {
    view->shape[k] = value->shape[k + extra];
    view->strides[k] = value->strides[k + extra];
  }
  return view;
}

void set_blocks(CallContext& context, Array& array, const Value& subscript, const Value& value) {
  const BlockSelection selection = select_blocks(array, subscript);
  Ref<Array> block = block_view(array, selection);
  Shape shape = selection.leading;
  for (std::int64_t extent : block->dims()) shape.extent[shape.ndim++] = extent;
  // The values first, so that an overlapping right-hand side is the old array.
  Ref<Array> values = Array::make(array.dtype, shape.dims(), false);
  try {
    // NumPy makes an array of the value here, so that its scalars are cast without a look whether they fit.
    if (value.is_numpy_scalar())
      fill_array(*values, convert_bits(value.bits(), value.scalar_kind(), array.dtype));
    else
      assign_array(context, *values, value);
  } catch (const GuestError& error) {
    if (error.kind() != ExceptionKind::ValueError || !value.is(Tag::Array)) throw;
    if (selection.by_mask && array.ndim == selection.consumed)
      raise(ExceptionKind::ValueError,
            "NumPy boolean array indexing assignment cannot assign {} input values to the {} output values where the "
            "mask is true",
            value.as<Array>().size(), selection.offsets.size());
    raise(ExceptionKind::ValueError,
          "shape mismatch: value array of shape {} could not be broadcast to indexing result of shape {}",
          compact_shape_text(value.as<Array>().dims()), compact_shape_text(shape.dims()));
  }
  Ref<Array> source = part_of_blocks(*values, selection, *block);
  const std::int64_t block_bytes = source->size() * source->item_size();
  for (std::size_t k = 0; k < selection.offsets.size(); ++k) {
    block->data = array.data + selection.offsets[k];
    if (context.store_log) context.store_log->note_all(*block);
    source->data = values->data + static_cast<std::int64_t>(k) * block_bytes;
    copy_elements(Operand(*source), *block);
  }
}

// The element that plain integers name, one for each axis; null when the subscripts are of another kind.
std::byte* element_at(const Array& array, std::span<const Value> subscripts) {
  if (subscripts.size() != array.ndim || array.ndim == 0) return nullptr;
  std::byte* at = array.data;
  for (int k = 0; k < array.ndim; ++k) {
    const Value& subscript = subscripts[static_cast<std::size_t>(k)];
    if (!subscript.is(Tag::Int)) return nullptr;
    std::int64_t index = subscript.as_int();
    if (index < 0) index += array.shape[k];
    if (index < 0 || index >= array.shape[k]) return nullptr; // the general path raises
    at += index * array.strides[k];
  }
  return at;
}

Value array_get(const CallContext& context, const Array& array, std::span<const Value> subscripts) {
  subscripts = flattened_subscripts(subscripts);
  if (const std::byte* at = element_at(array, subscripts))
    return dialect_scalar(context, array.dtype, load_scalar(array.dtype, at));
  if (subscripts.size() == 1 && is_block_subscript(subscripts[0])) return get_blocks(array, subscripts[0]);
  BasicSelection selection = select_basic(array, subscripts);
  if (selection.element) return dialect_scalar(context, array.dtype, load_scalar(array.dtype, selection.element));
  return Value(selection.view);
}

void array_set(CallContext& context, Array& array, std::span<const Value> subscripts, const Value& value) {
  subscripts = flattened_subscripts(subscripts);
  check_writable(array, "assignment destination is read-only");
  if (subscripts.size() == 1 && is_block_subscript(subscripts[0])) {
    set_blocks(context, array, subscripts[0], value);
    return;
  }
  std::byte* element = element_at(array, subscripts);
  BasicSelection selection;
  if (!element) {
    selection = select_basic(array, subscripts);
    element = selection.element;
  }
  if (element) {
    const ScalarBits bits = element_bits(context, value, array.dtype);
    if (context.store_log) context.store_log->note(array, element);
    store_scalar(array.dtype, element, bits);
  } else
    assign_array(context, *selection.view, value);
}

// ---- sequences -----------------------------------------------------------------------------------------------------

struct SequenceWords {
  const char* out_of_range;
  const char* bad_subscript; // with a place for the type's name
};

SequenceWords words_of(Tag tag) {
  if (tag == Tag::Str) return {"string index out of range", "string indices must be integers, not '{}'"};
  if (tag == Tag::Tuple) return {"tuple index out of range", "tuple indices must be integers or slices, not {}"};
  return {"range object index out of range", "range indices must be integers or slices, not {}"};
}

std::int64_t sequence_length(const Value& sequence) {
  if (sequence.is(Tag::Str)) return length_of_text(sequence.as<Str>().text);
  if (sequence.is(Tag::Tuple)) return static_cast<std::int64_t>(sequence.as<Tuple>().items.size());
  const Range& range = sequence.as<Range>();
  return static_cast<std::int64_t>(range_length(range.start, range.stop, range.step));
}

Value sequence_item(const Value& sequence, std::int64_t k) {
  if (sequence.is(Tag::Str)) return make_str(text_slice(sequence.as<Str>().text, k, 1, 1));
  if (sequence.is(Tag::Tuple)) return part_of(sequence, sequence.as<Tuple>().items[static_cast<std::size_t>(k)]);
  const Range& range = sequence.as<Range>();
  return Value::integer(range.start + k * range.step);
}

Value sequence_slice(const Value& sequence, const SliceBounds& bounds) {
  if (sequence.is(Tag::Str))
    return make_str(text_slice(sequence.as<Str>().text, bounds.start, bounds.step, bounds.count));
  if (sequence.is(Tag::Tuple)) {
    std::vector<Value> items;
    for (std::int64_t k = 0; k < bounds.count; ++k)
      items.push_back(sequence_item(sequence, bounds.start + k * bounds.step));
    return make_tuple(std::move(items));
  }
  const Range& range = sequence.as<Range>();
  const std::int64_t start = range.start + bounds.start * range.step, step = range.step * bounds.step;
  return Value(make<Range>(start, start + bounds.count * step, step));
}

Value sequence_get(const Value& sequence, std::span<const Value> subscripts) {
  const SequenceWords words = words_of(sequence.tag());
  if (subscripts.size() != 1)
    throw GuestError(ExceptionKind::TypeError, fmt::format(fmt::runtime(words.bad_subscript), "tuple"));
  const Value& subscript = subscripts[0];
  const std::int64_t length = sequence_length(sequence);
  if (subscript.is(Tag::Slice)) return sequence_slice(sequence, bounds_of(subscript.as<Slice>(), length));
  const std::optional<std::int64_t> given = try_index(subscript);
  if (!given)
    throw GuestError(ExceptionKind::TypeError, fmt::format(fmt::runtime(words.bad_subscript), type_name_of(subscript)));
  const std::int64_t index = *given < 0 ? *given + length : *given;
  if (index < 0 || index >= length) throw GuestError(ExceptionKind::IndexError, words.out_of_range);
  return sequence_item(sequence, index);
}

std::optional<std::int64_t> slice_index(const Value& value) {
  if (value.is(Tag::None)) return std::nullopt;
  if (const std::optional<std::int64_t> index = try_index(value)) return index;
  raise(ExceptionKind::TypeError, "slice indices must be integers or None or have an __index__ method");
}

} // namespace

SliceBounds bounds_of(const Slice& slice, std::int64_t length) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t step = std::max(slice_index(slice.step).value_or(1), -most);
  if (step == 0) raise(ExceptionKind::ValueError, "slice step cannot be zero");
  auto clipped = [&](std::int64_t index) {
    if (index < 0) index += length;
    if (index < 0) return step < 0 ? std::int64_t{-1} : 0;
    return index >= length ? (step < 0 ? length - 1 : length) : index;
  };
  const std::optional<std::int64_t> from = slice_index(slice.start), to = slice_index(slice.stop);
  const std::int64_t start = from ? clipped(*from) : step < 0 ? length - 1 : 0;
  const std::int64_t stop = to ? clipped(*to) : step < 0 ? -1 : length;
  return {start, step, static_cast<std::int64_t>(range_length(start, stop, step))};
}

Value array_row(const CallContext& context, const Array& array, std::int64_t k) {
  const std::byte* at = array.data + k * array.strides[0];
  if (array.ndim == 1) return dialect_scalar(context, array.dtype, load_scalar(array.dtype, at));
  Ref<Array> view = array.view();
  view->data += k * array.strides[0];
  view->ndim = static_cast<std::uint8_t>(array.ndim - 1);
  for (int axis = 0; axis < view->ndim; ++axis) {
    view->shape[axis] = array.shape[axis + 1];
    view->strides[axis] = array.strides[axis + 1];
  }
  return Value(view);
}

void assign_array(CallContext& context, Array& target, const Value& value) {
  if (!value.is(Tag::Array) && !value.is(Tag::Tuple) && !value.is(Tag::Range)) {
    const ScalarBits bits = element_bits(context, value, target.dtype);
    if (context.store_log) context.store_log->note_all(target);
    fill_array(target, bits);
    return;
  }
  Ref<Array> source = to_array(context, value, value.is(Tag::Array) ? std::nullopt : std::optional(target.dtype));
  source = without_leading_ones(source, target.ndim);
  check_fits(target, *source);
  if (same_elements(*source, target)) return;
  if (may_overlap(*source, target)) source = copy_of(*source);
  if (context.store_log) context.store_log->note_all(target);
  copy_elements(Operand(*source), target);
}

Value get_item(CallContext& context, const Value& object, std::span<const Value> subscripts) {
  switch (object.tag()) {
  case Tag::Array:
    return array_get(context, object.as<Array>(), subscripts);
  case Tag::Str:
  case Tag::Tuple:
  case Tag::Range:
    return sequence_get(object, subscripts);
  case Tag::Type:
    raise(ExceptionKind::TypeError, "type '{}' is not subscriptable", object.as<TypeObject>().name);
  default:
    raise(ExceptionKind::TypeError, "'{}' object is not subscriptable", type_name_of(object));
  }
}

void set_item(CallContext& context, const Value& object, std::span<const Value> subscripts, const Value& value) {
  if (!object.is(Tag::Array))
    raise(ExceptionKind::TypeError, "'{}' object does not support item assignment", type_name_of(object));
  array_set(context, object.as<Array>(), subscripts, value);
}

} // namespace pyvm
