// Attributes by kind of object: properties here, methods from methods.def, module members from their maps.
#include "vm/builtins/attributes.h"

#include <string_view>
#include <unordered_map>

#include "vm/builtins/native.h"
#include "vm/builtins/numbers.h"
#include "vm/object/array.h"

namespace pyvm {

namespace {

// ---- methods -------------------------------------------------------------------------------------------------------

struct MethodKey {
  Tag tag;
  std::string_view name;
  bool operator==(const MethodKey&) const = default;
};
struct MethodHash {
  std::size_t operator()(const MethodKey& key) const {
    return std::hash<std::string_view>()(key.name) * 31 + static_cast<std::size_t>(key.tag);
  }
};
using MethodTable = std::unordered_map<MethodKey, Builtin*, MethodHash>;

// Methods live for ever, so that any thread may bind them.
MethodTable make_methods() {
  MethodTable table;
  auto add = [&](Tag tag, const char* name, NativeFunction function) {
    auto* method = new Builtin(name, function);
    method->make_immortal();
    table[{tag, name}] = method;
  };
#define METHOD(tag, name, function) add(Tag::tag, name, native::function);
#include "vm/builtins/methods.def"
#undef METHOD
  return table;
}

// All NumPy scalars have the methods of one row.
Tag method_tag(const Value& object) { return object.is_numpy_scalar() ? Tag::NpFloat64 : object.tag(); }

Value find_method(const Value& object, const std::string& name) {
  static const MethodTable methods = make_methods();
  const auto found = methods.find({method_tag(object), name});
  if (found == methods.end()) return Value();
  return Value(make<BoundMethod>(Ref<Builtin>(found->second), object));
}

// ---- properties ----------------------------------------------------------------------------------------------------

Value tuple_of(std::span<const std::int64_t> numbers) {
  std::vector<Value> items;
  for (std::int64_t number : numbers) items.push_back(Value::integer(number));
  return make_tuple(std::move(items));
}

Value dtype_value(ScalarKind kind) { return Value(make<DTypeObject>(kind)); }

Value array_property(const Array& array, std::string_view name) {
  if (name == "shape") return tuple_of(array.dims());
  if (name == "ndim") return Value::integer(array.ndim);
  if (name == "size") return Value::integer(array.size());
  if (name == "dtype") return dtype_value(array.dtype);
  if (name == "T") return Value(native::transposed(array));
  if (name == "itemsize") return Value::integer(array.item_size());
  if (name == "nbytes") return Value::integer(array.size() * array.item_size());
  if (name == "strides") return tuple_of({array.strides, array.ndim});
  if (name == "real") return Value(array.view());
  return Value();
}

Value numpy_scalar_property(const Value& scalar, std::string_view name) {
  if (name == "dtype") return dtype_value(scalar.scalar_kind());
  if (name == "shape" || name == "strides") return make_tuple({});
  if (name == "ndim") return Value::integer(0);
  if (name == "size") return Value::integer(1);
  if (name == "itemsize" || name == "nbytes")
    return Value::integer(static_cast<std::int64_t>(size_of(scalar.scalar_kind())));
  if (name == "T" || name == "real") return scalar;
  return Value();
}

Value python_number_property(const Value& number, std::string_view name) {
  if (name == "real" || name == "numerator") {
    if (name == "numerator" && number.is(Tag::Float)) return Value();
    return number.is(Tag::Bool) ? Value::integer(number.as_int()) : number;
  }
  if (name == "imag") return number.is(Tag::Float) ? Value::floating(0.0) : Value::integer(0);
  if (name == "denominator" && !number.is(Tag::Float)) return Value::integer(1);
  return Value();
}

Value dtype_property(ScalarKind kind, std::string_view name) {
  if (name == "name") return make_str(std::string(name_of(kind)));
  if (name == "itemsize") return Value::integer(static_cast<std::int64_t>(size_of(kind)));
  if (name == "str") return make_str(std::string(dtype_string_of(kind)));
  if (name == "kind") return make_str(std::string(1, dtype_string_of(kind)[1]));
  if (name == "type") return native::scalar_type(kind);
  if (name == "char") {
    static constexpr std::string_view letters = "?bhilBHILfd";
    static_assert(letters.size() == scalar_kind_count);
    return make_str(std::string(1, letters[static_cast<std::size_t>(kind)]));
  }
  return Value();
}

std::string_view last_name(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

Value names_of(std::string_view attribute, const std::string& name, const std::string& qualified) {
  if (attribute == "__name__") return make_str(name);
  if (attribute == "__qualname__") return make_str(qualified);
  return Value();
}

Value range_property(const Range& range, std::string_view name) {
  if (name == "start") return Value::integer(range.start);
  if (name == "stop") return Value::integer(range.stop);
  if (name == "step") return Value::integer(range.step);
  return Value();
}

Value slice_property(const Slice& slice, std::string_view name) {
  return name == "start" ? slice.start : name == "stop" ? slice.stop : name == "step" ? slice.step : Value();
}

Value module_member(const Module& module, const std::string& name) {
  if (name == "__name__") return make_str(module.name);
  const auto found = module.members.find(name);
  return found == module.members.end() ? Value() : found->second;
}

Value arguments_of(const Value& exception) {
  std::vector<Value> arguments;
  for (const Value& argument : exception.as<Exception>().arguments) arguments.push_back(part_of(exception, argument));
  return make_tuple(std::move(arguments));
}

Value property(const Value& object, const std::string& name) {
  if (object.is_numpy_scalar()) return numpy_scalar_property(object, name);
  if (object.is_number()) return python_number_property(object, name);
  switch (object.tag()) {
  case Tag::Array:
    return array_property(object.as<Array>(), name);
  case Tag::Module:
    return module_member(object.as<Module>(), name);
  case Tag::DType:
    return dtype_property(object.as<DTypeObject>().kind, name);
  case Tag::Range:
    return range_property(object.as<Range>(), name);
  case Tag::Slice:
    return part_of(object, slice_property(object.as<Slice>(), name));
  case Tag::Type:
  case Tag::Builtin: {
    const std::string short_name(last_name(object.as<Builtin>().name));
    return names_of(name, short_name, short_name);
  }
  case Tag::BoundMethod:
    if (name == "__self__") return part_of(object, object.as<BoundMethod>().self);
    return names_of(name, object.as<BoundMethod>().method->name, object.as<BoundMethod>().method->name);
  case Tag::Function:
    return names_of(name, object.as<Function>().name, object.as<Function>().qualified_name);
  case Tag::Kernel:
    if (name == "py_func" || name == "__wrapped__") return object.as<Kernel>().python_function;
    return names_of(name, object.as<Kernel>().name, object.as<Kernel>().name);
  case Tag::Exception:
    return name == "args" ? arguments_of(object) : Value();
  case Tag::Native:
    return object.as<NativeObject>().attribute(name);
  default:
    return Value();
  }
}

} // namespace

Value find_attribute(CallContext&, const Value& object, const std::string& name) {
  Value found = property(object, name);
  return found.is_unbound() ? find_method(object, name) : found;
}

Value get_attribute(CallContext& context, const Value& object, const std::string& name) {
  Value found = find_attribute(context, object, name);
  if (!found.is_unbound()) return found;
  if (object.is(Tag::Module))
    raise(ExceptionKind::AttributeError, "module '{}' has no attribute '{}'", object.as<Module>().name, name);
  if (object.is(Tag::Type))
    raise(ExceptionKind::AttributeError, "type object '{}' has no attribute '{}'", object.as<TypeObject>().name, name);
  raise(ExceptionKind::AttributeError, "'{}' object has no attribute '{}'", type_name_of(object), name);
}

void set_attribute(const Value& object, const std::string& name) {
  if (!property(object, name).is_unbound())
    raise(ExceptionKind::AttributeError, "pyvm: attribute '{}' of '{}' objects cannot be assigned", name,
          type_name_of(object));
  raise(ExceptionKind::AttributeError, "'{}' object has no attribute '{}'", type_name_of(object), name);
}

} // namespace pyvm
