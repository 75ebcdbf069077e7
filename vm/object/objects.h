// The other heap objects: strings, tuples, ranges, slices, functions, modules, types, cells, exceptions.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/object/guest_error.h"
#include "vm/object/maker.h"
#include "vm/object/value.h"

namespace pyvm {

class IterationStream;

// The two languages a function can be compiled in: Python as CPython and NumPy run it, or Numba's nopython subset.
enum class Dialect : std::uint8_t { Python, Njit };

struct Str final : Object {
  explicit Str(std::string t) : Object(Tag::Str), text(std::move(t)) {}
  std::string text; // UTF-8
};

struct Tuple final : Object {
  explicit Tuple(std::vector<Value> values) : Object(Tag::Tuple), items(std::move(values)) {}
  std::vector<Value> items;
};

struct Range final : Object {
  Range(std::int64_t from, std::int64_t to, std::int64_t by) : Object(Tag::Range), start(from), stop(to), step(by) {}
  std::int64_t start, stop, step;
};

// Number of values of range(start, stop, step); step is not 0. Exact for all 64-bit inputs.
std::uint64_t range_length(std::int64_t start, std::int64_t stop, std::int64_t step);

struct Slice final : Object {
  Slice(Value from, Value to, Value by)
      : Object(Tag::Slice), start(std::move(from)), stop(std::move(to)), step(std::move(by)) {}
  Value start, stop, step;
};

struct DTypeObject final : Object {
  explicit DTypeObject(ScalarKind k) : Object(Tag::DType), kind(k) {}
  ScalarKind kind;
};

struct Cell final : Object {
  Cell() : Object(Tag::Cell) {}
  Value value;
};

struct Exception final : Object {
  Exception(ExceptionKind k, std::vector<Value> a) : Object(Tag::Exception), kind(k), arguments(std::move(a)) {}
  ExceptionKind kind;
  std::vector<Value> arguments;
};

struct Keyword {
  std::string_view name;
  Value value;
};

struct Arguments {
  std::span<const Value> positional;
  std::span<const Keyword> keywords;
};

// What a builtin may need of its caller. Filled by the interpreter; `call` is how builtins call guest code.
class StoreLog;

struct CallContext {
  Dialect dialect = Dialect::Python;
  void* interpreter = nullptr;
  Value (*call)(CallContext&, const Value& callee, const Arguments&) = nullptr;
  bool numpy_errors = false;                   // division by zero gives inf, nan or 0 in this code (DESIGN section 2)
  IterationStream* iteration_stream = nullptr; // what np.random draws from inside a parallel prange
  StoreLog* store_log = nullptr;               // what is stored into arrays is noted there first (store_log.h)
};

using NativeFunction = Value (*)(CallContext&, const Arguments&);

// Identity of the builtins that the compiler, the recorder or the loop classifier must recognise; the rest are Other.
enum class BuiltinId : std::uint16_t {
#define BUILTIN_ID(name) name,
#include "vm/object/builtin_ids.def"
#undef BUILTIN_ID
};

struct Builtin : Object {
  Builtin(std::string n, NativeFunction f, BuiltinId i = BuiltinId::Other, Tag tag = Tag::Builtin)
      : Object(tag), name(std::move(n)), function(f), id(i) {}
  std::string name;
  NativeFunction function; // null: callable in njit code only
  BuiltinId id;
  int detail = 0; // Math, NumpyMath: the MathFunction; ScalarType: the ScalarKind
};

// A builtin with its first argument: `a.sum`.
struct BoundMethod final : Object {
  BoundMethod(Ref<Builtin> m, Value s) : Object(Tag::BoundMethod), method(std::move(m)), self(std::move(s)) {}
  Ref<Builtin> method;
  Value self;
};

// A class: `int`, `numpy.float32`, `ValueError`. Calling it is calling `function`.
struct TypeObject final : Builtin {
  TypeObject(std::string n, NativeFunction f, BuiltinId i, std::function<bool(const Value&)> test)
      : Builtin(std::move(n), f, i, Tag::Type), is_instance(std::move(test)) {}
  std::function<bool(const Value&)> is_instance;
  std::optional<ScalarKind> scalar;       // of a NumPy scalar class, and of int, float, bool
  std::optional<ExceptionKind> exception; // of an exception class
};

struct Module final : Object {
  explicit Module(std::string n) : Object(Tag::Module), name(std::move(n)) {}
  std::string name;
  std::map<std::string, Value, std::less<>> members;
};

// Code is defined in vm/bytecode; objects only carry it.
struct CodeBase : Object {
  using Object::Object;
};

// A guest function: code, defaults, and the cells of the variables it closes over.
struct Function final : Object {
  Function() : Object(Tag::Function) {}
  Ref<CodeBase> code;
  std::string name;
  std::string qualified_name;
  std::vector<Value> defaults;         // of the last positional parameters
  std::vector<Value> keyword_defaults; // of keyword-only parameters, Unbound where there is none
  std::vector<Ref<Cell>> cells;        // in the order of the code's free variables
  Ref<Module> globals;
};

struct KernelOptions {
  bool parallel = false;
  bool fastmath = false;
  bool numpy_errors = false;  // error_model='numpy'
  bool python_errors = false; // error_model='python', given explicitly
};

// A function under njit. `compile` (filled by who makes the kernel) gives the njit function; it is called once, at the
// first call.
struct Kernel final : Object {
  Kernel() : Object(Tag::Kernel) {}
  std::string name;
  Value python_function; // py_func
  KernelOptions options;
  std::atomic<Function*> function{nullptr}; // null until the first call, immortal from then on
  std::function<Ref<Function>(Kernel&)> compile;
  // Kernels with explicit signatures: the overload for these arguments, which converts them and its result. TypeError
  // for none. Null: there is one function for all.
  std::function<Function*(Kernel&, const Arguments&)> choose;
};

// An iterator over a tuple, range, array or string: `next` returns false at the end.
struct Iterator : Object {
  Iterator() : Object(Tag::Iterator) {}
  virtual std::string type_name() const { return "iterator"; }
  virtual bool next(Value& out) = 0;
  Maker maker;
};

// Objects that only have attributes and methods.
struct NativeObject : Object {
  NativeObject() : Object(Tag::Native) {}
  virtual std::string type_name() const = 0;
  virtual std::string repr() const = 0;
  virtual Value attribute(const std::string& name) = 0; // Unbound: no such attribute
};

// What a value holds has its owner's counting: a part of something lent is lent.
inline Value part_of(const Value& whole, const Value& part) { return whole.is_lent() ? part.lent() : part; }

inline Value make_str(std::string text) { return Value(make<Str>(std::move(text))); }
inline Value make_tuple(std::vector<Value> items) { return Value(make<Tuple>(std::move(items))); }

// The guest's name of the value's class: "int", "numpy.ndarray", ...
std::string type_name_of(const Value& value);

} // namespace pyvm
