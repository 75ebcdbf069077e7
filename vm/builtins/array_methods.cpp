// Methods of arrays and of NumPy's scalars that are no functions of numpy.
#include <cmath>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/array_shape.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/subscript.h"
#include "vm/object/store_log.h"
#include "vm/semantics/conversion.h"

namespace pyvm::native {

namespace {

Array& self_of(const Arguments& arguments) { return arguments.positional[0].as<Array>(); }

// int, float or bool.
Value python_scalar(ScalarKind kind, ScalarBits bits) {
  if (kind == ScalarKind::Bool) return Value::boolean(bits != 0);
  if (is_float(kind)) return Value::floating(as_double(kind, bits));
  if (kind == ScalarKind::UInt64 && static_cast<std::int64_t>(bits) < 0) raise_int_too_large();
  return Value::integer(static_cast<std::int64_t>(bits));
}

// Extents given one by one, or as one tuple.
std::vector<std::int64_t> extents_of(const Arguments& given) {
  if (given.positional.size() == 1) return shape_of_argument(given.positional[0]);
  std::vector<std::int64_t> extents;
  for (const Value& value : given.positional) extents.push_back(index_of(value));
  return extents;
}

} // namespace

Value array_copy(CallContext&, const Arguments& arguments) {
  const Array& self = self_of(arguments);
  const BoundArguments bound(without_self(arguments), "copy", "order?");
  const bool keep = bound.has(0) && text_of_argument(bound[0], "order") == "K";
  return Value(keep ? copy_of(self) : c_order_copy(self, self.dtype));
}

Value array_astype(CallContext& context, const Arguments& arguments) {
  Array& self = self_of(arguments);
  const BoundArguments bound(without_self(arguments), "astype", "dtype order? casting? subok? copy?");
  const ScalarKind kind = dtype_of_argument(bound[0]);
  const bool may_share = !bound[4].is_unbound() && !truth(context, bound[4]);
  if (may_share && kind == self.dtype) return arguments.positional[0];
  return Value(converted_copy(self, kind));
}

Value array_fill(CallContext& context, const Arguments& arguments) {
  Array& self = self_of(arguments);
  const Value& value = one_argument(without_self(arguments), "fill");
  const ScalarBits bits = element_bits(context, value, self.dtype);
  check_writable(self, "assignment destination is read-only");
  if (context.store_log) context.store_log->note_all(self);
  fill_array(self, bits);
  return Value::none();
}

Value array_item(CallContext& context, const Arguments& arguments) {
  Array& self = self_of(arguments);
  const Arguments given = without_self(arguments);
  refuse_keywords(given, "item");
  if (given.positional.empty()) {
    if (self.size() != 1) raise(ExceptionKind::ValueError, "can only convert an array of size 1 to a Python scalar");
    return python_scalar(self.dtype, load_scalar(self.dtype, self.data));
  }
  Value element;
  if (given.positional.size() == 1 && !given.positional[0].is(Tag::Tuple)) {
    const Value flat(flattened(array_in(arguments.positional[0])));
    element = get_item(context, flat, given.positional);
  } else {
    element = get_item(context, arguments.positional[0], given.positional);
  }
  if (!element.is_number()) raise(ExceptionKind::ValueError, "incorrect number of indices for array");
  return python_scalar(element.scalar_kind(), element.bits());
}

Value array_reshape(CallContext&, const Arguments& arguments) {
  const Arguments given = without_self(arguments);
  for (const Keyword& keyword : given.keywords)
    raise(ExceptionKind::TypeError, "pyvm: reshape() does not take the argument '{}' yet", keyword.name);
  if (given.positional.empty()) raise(ExceptionKind::TypeError, "reshape() takes exactly 1 argument (0 given)");
  return Value(reshaped(array_in(arguments.positional[0]), extents_of(given)));
}

Value array_flatten(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "flatten");
  const Array& self = self_of(arguments);
  return Value(flattened(c_order_copy(self, self.dtype)));
}

Value array_transpose(CallContext&, const Arguments& arguments) {
  const Arguments given = without_self(arguments);
  refuse_keywords(given, "transpose");
  if (given.positional.empty() || (given.positional.size() == 1 && given.positional[0].is(Tag::None)))
    return Value(transposed(self_of(arguments)));
  return Value(with_axes(self_of(arguments), extents_of(given)));
}

Value array_view(CallContext&, const Arguments& arguments) {
  const BoundArguments bound(without_self(arguments), "view", "dtype?");
  Ref<Array> view = self_of(arguments).view();
  if (!bound.has(0)) return Value(view);
  const ScalarKind kind = dtype_of_argument(bound[0]);
  if (size_of(kind) != size_of(view->dtype))
    raise(ExceptionKind::NotImplementedError, "pyvm: view() of another item size is not supported yet");
  view->dtype = kind;
  return Value(view);
}

Value scalar_item(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "item");
  const Value& self = arguments.positional[0];
  return python_scalar(self.scalar_kind(), self.bits());
}

Value scalar_astype(CallContext& context, const Arguments& arguments) {
  const BoundArguments bound(without_self(arguments), "astype", "dtype order? casting? subok? copy?");
  const Value& self = arguments.positional[0];
  const ScalarKind kind = dtype_of_argument(bound[0]);
  return dialect_scalar(context, kind, convert_bits(self.bits(), self.scalar_kind(), kind));
}

Value number_self(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "conjugate");
  return arguments.positional[0];
}

Value int_bit_length(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "int.bit_length");
  const std::int64_t value = arguments.positional[0].as_int();
  const std::uint64_t magnitude =
      value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  return Value::integer(magnitude ? 64 - __builtin_clzll(magnitude) : 0);
}

Value int_bit_count(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "int.bit_count");
  const std::int64_t value = arguments.positional[0].as_int();
  return Value::integer(__builtin_popcountll(value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                                       : static_cast<std::uint64_t>(value)));
}

Value float_is_integer(CallContext&, const Arguments& arguments) {
  no_arguments(without_self(arguments), "float.is_integer");
  const double value = number_as_double(arguments.positional[0]);
  return Value::boolean(std::isfinite(value) && std::floor(value) == value);
}

} // namespace pyvm::native
