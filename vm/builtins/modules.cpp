// Builds the modules from builtins.def, types.def and the tables of scalar kinds and exceptions.
#include "vm/builtins/modules.h"

#include <cmath>

#include "vm/builtins/native.h"
#include "vm/builtins/numpy_random.h"
#include "vm/builtins/reductions.h"
#include "vm/builtins/text.h"
#include "vm/builtins/types.h"

namespace pyvm {

namespace {

using Members = std::map<std::string, Value, std::less<>>;

class Library {
public:
  Library() {
    using namespace native;
    add_functions();
    add_random();
    add_constants();
    add_builtin_types();
    add_numpy_types();
    add_numba_types();
    module("numpy").members["random"] = Value(&module("numpy.random"));
    module("numba").members["types"] = Value(&module("numba.types"));
  }

  Module* find(const std::string& name) const {
    const auto found = modules_.find(name);
    return found == modules_.end() ? nullptr : found->second;
  }

private:
  Module& module(const std::string& name) {
    Module*& entry = modules_[name];
    if (!entry) {
      entry = new Module(name);
      entry->make_immortal();
    }
    return *entry;
  }

  void add(const char* module_name, const char* name, NativeFunction function, BuiltinId id, int detail) {
    auto* builtin = new Builtin(name, function, id);
    builtin->detail = detail;
    builtin->make_immortal();
    module(module_name).members[name] = Value(builtin);
  }

  void add_constant(const char* module_name, const char* name, const Value& value) {
    if (value.is_heap()) value.object()->make_immortal();
    if (value.is(Tag::Tuple))
      for (const Value& item : value.as<Tuple>().items)
        if (item.is_heap()) item.object()->make_immortal();
    module(module_name).members[name] = value;
  }

  void add_functions() {
#define BUILTIN(module, name, function, id, detail) add(module, name, native::function, BuiltinId::id, detail);
#define MATH(module, name, function)                                                                                   \
  add(module, name, native::math_function<MathFunction::function>, BuiltinId::Math,                                    \
      static_cast<int>(MathFunction::function));
#define NUMPY_MATH(name, function)                                                                                     \
  add("numpy", name, native::numpy_math<MathFunction::function>, BuiltinId::NumpyMath,                                 \
      static_cast<int>(MathFunction::function));
#define NUMPY_BINARY(name, op)                                                                                         \
  add("numpy", name, native::numpy_binary<BinaryOp::op>, BuiltinId::NumpyBinary, static_cast<int>(BinaryOp::op));
#define NUMPY_COMPARE(name, op)                                                                                        \
  add("numpy", name, native::numpy_compare<CompareOp::op>, BuiltinId::NumpyCompare, static_cast<int>(CompareOp::op));
#include "vm/builtins/builtins.def"
  }

  void add_random() {
#define RANDOM(name, function, id)                                                                                     \
  add("numpy.random", name, native::on_global_state<native::function>, BuiltinId::id, 0);
#include "vm/builtins/builtins.def"
  }

  void add_constants() {
    using native::output_stream;
    using native::program_arguments;
#define CONSTANT(module, name, expression) add_constant(module, name, expression);
#include "vm/builtins/builtins.def"
  }

  void add_type(const char* module_name, std::string_view name, TypeObject& type) {
    module(module_name).members[std::string(name)] = Value(&type);
  }

  static std::string_view last_name(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

  void add_builtin_types() {
    for (BuiltinType type :
         {BuiltinType::Object, BuiltinType::Type, BuiltinType::Int, BuiltinType::Float, BuiltinType::Bool,
          BuiltinType::Str, BuiltinType::Tuple, BuiltinType::Range, BuiltinType::Slice})
      add_type("builtins", type_object(type).name, type_object(type));
#define EXCEPTION(name, base, text) add_exception(exception_type_object(ExceptionKind::name));
#include "vm/object/exceptions.def"
#undef EXCEPTION
  }

  // NumPy's and Numba's own exceptions are members of their modules, which guest code does not name yet.
  void add_exception(TypeObject& type) {
    if (type.name.find('.') == std::string::npos) add_type("builtins", type.name, type);
  }

  void add_numpy_types() {
    for (BuiltinType type :
         {BuiltinType::NdArray, BuiltinType::DType, BuiltinType::NpGeneric, BuiltinType::NpNumber,
          BuiltinType::NpInteger, BuiltinType::NpSigned, BuiltinType::NpUnsigned, BuiltinType::NpFloating})
      add_type("numpy", last_name(type_object(type).name), type_object(type));
    for (ScalarKind kind : all_scalar_kinds) add_type("numpy", name_of(kind), scalar_type_object(kind));
    const std::pair<const char*, ScalarKind> others[] = {
        {"bool_", ScalarKind::Bool},     {"byte", ScalarKind::Int8},     {"ubyte", ScalarKind::UInt8},
        {"short", ScalarKind::Int16},    {"ushort", ScalarKind::UInt16}, {"intc", ScalarKind::Int32},
        {"uintc", ScalarKind::UInt32},   {"int_", ScalarKind::Int64},    {"long", ScalarKind::Int64},
        {"intp", ScalarKind::Int64},     {"uint", ScalarKind::UInt64},   {"uintp", ScalarKind::UInt64},
        {"single", ScalarKind::Float32}, {"double", ScalarKind::Float64}};
    for (const auto& [name, kind] : others) add_type("numpy", name, scalar_type_object(kind));
  }

  void add_numba_types() {
    const std::pair<const char*, ScalarKind> names[] = {
        {"boolean", ScalarKind::Bool},   {"bool_", ScalarKind::Bool},      {"int8", ScalarKind::Int8},
        {"int16", ScalarKind::Int16},    {"int32", ScalarKind::Int32},     {"int64", ScalarKind::Int64},
        {"intp", ScalarKind::Int64},     {"int_", ScalarKind::Int64},      {"uint8", ScalarKind::UInt8},
        {"uint16", ScalarKind::UInt16},  {"uint32", ScalarKind::UInt32},   {"uint64", ScalarKind::UInt64},
        {"uintp", ScalarKind::UInt64},   {"float32", ScalarKind::Float32}, {"float64", ScalarKind::Float64},
        {"float_", ScalarKind::Float32}, {"double", ScalarKind::Float64}};
    for (const auto& [name, kind] : names)
      for (const char* module_name : {"numba", "numba.types"}) add_type(module_name, name, scalar_type_object(kind));
  }

  std::map<std::string, Module*> modules_;
};

const Library& library() {
  static const Library all;
  return all;
}

} // namespace

Ref<Module> import_module(CallContext&, const std::string& name) {
  if (Module* module = library().find(name)) {
    // The program's arguments may have been set since the library was built.
    if (name == "sys") {
      const Value arguments = native::program_arguments();
      arguments.object()->make_immortal();
      module->members["argv"] = arguments;
    }
    return Ref<Module>(module);
  }
  // The part that is missing is named: "No module named 'numpy.foo'", but 'foo' for foo.bar.
  const std::size_t dot = name.find('.');
  const std::string first = name.substr(0, dot);
  if (dot != name.npos && library().find(first))
    raise(ExceptionKind::ModuleNotFoundError, "No module named '{}'", name);
  raise(ExceptionKind::ModuleNotFoundError, "No module named '{}'", first);
}

Ref<Module> builtins_module() { return Ref<Module>(library().find("builtins")); }

} // namespace pyvm
