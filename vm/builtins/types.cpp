// Classes and their constructors: int(x), numpy.float32(x), ValueError("...").
#include "vm/builtins/types.h"

#include <array>

#include "vm/builtins/arguments.h"
#include "vm/builtins/array_creation.h"
#include "vm/builtins/array_operators.h"
#include "vm/builtins/iterate.h"
#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/parse_numbers.h"
#include "vm/builtins/text.h"
#include "vm/semantics/promotion.h"

namespace pyvm {

namespace {

// Classes are shared by all threads and live for ever.
TypeObject* make_type(const char* name, NativeFunction constructor, BuiltinId id,
                      std::function<bool(const Value&)> test) {
  auto* type = new TypeObject(name, constructor, id, std::move(test));
  type->make_immortal();
  return type;
}

template <ScalarKind kind> TypeObject* make_scalar_type() {
  TypeObject* type = make_type("", native::numpy_scalar_of<kind>, BuiltinId::ScalarType,
                               [](const Value& v) { return v.is_numpy_scalar() && v.scalar_kind() == kind; });
  type->name = fmt::format("numpy.{}", name_of(kind));
  type->scalar = kind;
  type->detail = static_cast<int>(kind);
  return type;
}

template <ExceptionKind kind> TypeObject* make_exception_type() {
  TypeObject* type = make_type(exception_name(kind), native::exception_of<kind>, BuiltinId::Other, [](const Value& v) {
    return v.is(Tag::Exception) && is_subclass(v.as<Exception>().kind, kind);
  });
  type->exception = kind;
  return type;
}

TypeObject* make_builtin_type(const char* name, NativeFunction constructor, BuiltinId id,
                              std::optional<ScalarKind> scalar, std::function<bool(const Value&)> test) {
  TypeObject* type = make_type(name, constructor, id, std::move(test));
  type->scalar = scalar;
  return type;
}

BuiltinType class_of_tag(Tag tag) {
  switch (tag) {
  case Tag::None:
    return BuiltinType::None;
  case Tag::Bool:
    return BuiltinType::Bool;
  case Tag::Int:
    return BuiltinType::Int;
  case Tag::Float:
    return BuiltinType::Float;
  case Tag::Ellipsis:
    return BuiltinType::Ellipsis;
  case Tag::Str:
    return BuiltinType::Str;
  case Tag::Tuple:
    return BuiltinType::Tuple;
  case Tag::Range:
    return BuiltinType::Range;
  case Tag::Slice:
    return BuiltinType::Slice;
  case Tag::Array:
    return BuiltinType::NdArray;
  case Tag::DType:
    return BuiltinType::DType;
  case Tag::Type:
    return BuiltinType::Type;
  case Tag::Builtin:
  case Tag::BoundMethod:
    return BuiltinType::BuiltinFunction;
  case Tag::Function:
    return BuiltinType::Function;
  case Tag::Kernel:
    return BuiltinType::Kernel;
  case Tag::Module:
    return BuiltinType::Module;
  case Tag::Iterator:
    return BuiltinType::Iterator;
  default:
    return BuiltinType::Object;
  }
}

// A number for int(), float(): arrays without dimensions stand for their element.
Value number_in(const Value& value) {
  if (!value.is(Tag::Array)) return value;
  const Array& array = value.as<Array>();
  if (array.ndim != 0) raise(ExceptionKind::TypeError, "only 0-dimensional arrays can be converted to Python scalars");
  return Value::numpy_scalar(array.dtype, load_scalar(array.dtype, array.data));
}

double float_of_one(const Value& value) {
  const Value number = number_in(value);
  if (number.is_number()) return number_as_double(number);
  if (number.is(Tag::Str)) return float_from_text(number.as<Str>().text);
  raise(ExceptionKind::TypeError, "float() argument must be a string or a real number, not '{}'", type_name_of(value));
}

} // namespace

TypeObject& type_object(BuiltinType type) {
  static const std::array types = {
#define TYPE(enumerator, name, constructor, id, scalar, test)                                                          \
  make_builtin_type(name, constructor, BuiltinId::id, scalar, [](const Value& v) { return test; }),
#include "vm/builtins/types.def"
#undef TYPE
  };
  return *types[static_cast<std::size_t>(type)];
}

TypeObject& scalar_type_object(ScalarKind kind) {
  static const std::array types = {
#define PYVM_SCALAR_KIND(enumerator, name, type, size, dtype) make_scalar_type<ScalarKind::enumerator>(),
#include "vm/semantics/scalar_kind.def"
#undef PYVM_SCALAR_KIND
  };
  return *types[static_cast<std::size_t>(kind)];
}

TypeObject& exception_type_object(ExceptionKind kind) {
  static const std::array types = {
#define EXCEPTION(name, base, text) make_exception_type<ExceptionKind::name>(),
#include "vm/object/exceptions.def"
#undef EXCEPTION
  };
  return *types[static_cast<std::size_t>(kind)];
}

TypeObject& class_of(const Value& value) {
  if (value.is_numpy_scalar()) return scalar_type_object(value.scalar_kind());
  if (value.is(Tag::Exception)) return exception_type_object(value.as<Exception>().kind);
  return type_object(class_of_tag(value.tag()));
}

namespace native {

Value scalar_type(ScalarKind kind) { return Value(&scalar_type_object(kind)); }

Value type_of_value(CallContext&, const Arguments& arguments) {
  if (arguments.positional.size() != 1 || !arguments.keywords.empty())
    raise(ExceptionKind::TypeError, "type() takes 1 or 3 arguments");
  return Value(&class_of(arguments.positional[0]));
}

Value int_of(CallContext& context, const Arguments& arguments) {
  if (arguments.positional.empty() && arguments.keywords.empty()) return Value::integer(0);
  const BoundArguments bound(arguments, "int", "x base?");
  if (!bound[1].is_unbound()) {
    const std::int64_t base = index_of(bound[1]);
    if (!bound[0].is(Tag::Str)) raise(ExceptionKind::TypeError, "int() can't convert non-string with explicit base");
    return Value::integer(int_from_text(bound[0].as<Str>().text, base));
  }
  const Value number = number_in(bound[0]);
  if (number.is_number()) return to_python_int(context, number);
  if (number.is(Tag::Str)) return Value::integer(int_from_text(number.as<Str>().text, 10));
  raise(ExceptionKind::TypeError, "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        type_name_of(number));
}

// In njit a float of any width stays what it is (Numba's `float`).
Value float_of(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "float", 0, 1);
  if (context.dialect == Dialect::Njit && !arguments.positional.empty()) {
    const Value number = number_in(arguments.positional[0]);
    if (number.is_number() && njit_float(number.scalar_kind()) == number.scalar_kind()) return number;
  }
  return Value::floating(arguments.positional.empty() ? 0.0 : float_of_one(arguments.positional[0]));
}

Value bool_of(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "bool", 0, 1);
  return Value::boolean(!arguments.positional.empty() && truth(context, arguments.positional[0]));
}

Value str_of_value(CallContext& context, const Arguments& arguments) {
  if (arguments.positional.empty() && arguments.keywords.empty()) return make_str("");
  const BoundArguments bound(arguments, "str", "object encoding? errors?");
  if (!bound[1].is_unbound())
    raise(ExceptionKind::TypeError, "decoding to str: need a bytes-like object, {} found", type_name_of(bound[0]));
  return bound[0].is(Tag::Str) ? bound[0] : make_str(str_of(context, bound[0]));
}

Value tuple_of(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, "tuple", 0, 1);
  if (arguments.positional.empty()) return make_tuple({});
  if (arguments.positional[0].is(Tag::Tuple)) return arguments.positional[0];
  return make_tuple(collected(context, arguments.positional[0]));
}

Value slice(CallContext&, const Arguments& arguments) {
  check_positional(arguments, "slice", 1, 3);
  const auto given = arguments.positional;
  if (given.size() == 1) return Value(make<Slice>(Value::none(), given[0], Value::none()));
  return Value(make<Slice>(given[0], given[1], given.size() == 3 ? given[2] : Value::none()));
}

Value range(CallContext&, const Arguments& arguments) {
  check_positional(arguments, "range", 1, 3);
  const auto given = arguments.positional;
  const std::int64_t start = given.size() == 1 ? 0 : index_of(given[0]);
  const std::int64_t stop = index_of(given[given.size() == 1 ? 0 : 1]);
  const std::int64_t step = given.size() == 3 ? index_of(given[2]) : 1;
  if (step == 0) raise(ExceptionKind::ValueError, "range() arg 3 must not be zero");
  return Value(make<Range>(start, stop, step));
}

Value numpy_dtype(CallContext&, const Arguments& arguments) {
  return Value(make<DTypeObject>(dtype_of_argument(one_argument(arguments, "dtype"))));
}

template <ScalarKind kind> Value numpy_scalar_of(CallContext& context, const Arguments& arguments) {
  check_positional(arguments, name_of(kind), 0, 1);
  if (arguments.positional.empty()) return dialect_scalar(context, kind, 0);
  const Value& value = arguments.positional[0];
  if (value.is(Tag::Array) || value.is(Tag::Tuple)) {
    const Ref<Array> array = to_array(context, value, kind);
    return scalar_if_0d(context, value.is(Tag::Array) && array->ndim != 0 ? copy_of(*array) : array);
  }
  if (value.is_numpy_scalar())
    return dialect_scalar(context, kind, convert_bits(value.bits(), value.scalar_kind(), kind));
  return dialect_scalar(context, kind, element_bits(context, value, kind));
}

template <ExceptionKind kind> Value exception_of(CallContext&, const Arguments& arguments) {
  refuse_keywords(arguments, exception_name(kind));
  return Value(make<Exception>(kind, std::vector<Value>(arguments.positional.begin(), arguments.positional.end())));
}

} // namespace native

} // namespace pyvm
