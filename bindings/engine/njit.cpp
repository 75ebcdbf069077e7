// `@njit`, `@njit(parallel=True)`, `@njit("float64(float64)")`, `njit(f)`: reads the decorator's arguments with Numba's
// rules (numba/core/decorators.py, numba/core/options.py). Names and values that Numba refuses only when it compiles
// are kept as the kernel's problem and raised by its first call.
#include "bindings/engine/njit.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "bindings/engine/kernels.h"
#include "scheduler/scheduler.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/operators.h"
#include "vm/builtins/text.h"

namespace pyvm::engine {

namespace {

// Options of the compiler, in the order of Numba's message, and those that the decorator itself takes.
constexpr std::array compiler_options = {"_dbg_extend_lifetimes",
                                         "_dbg_optnone",
                                         "_nrt",
                                         "boundscheck",
                                         "debug",
                                         "error_model",
                                         "fastmath",
                                         "forceinline",
                                         "forceobj",
                                         "inline",
                                         "looplift",
                                         "no_cfunc_wrapper",
                                         "no_cpython_wrapper",
                                         "no_rewrites",
                                         "nogil",
                                         "nopython",
                                         "parallel"};
constexpr std::array decorator_options = {"cache", "locals", "pipeline_class", "signature_or_function"};

template <class Names> bool contains(const Names& names, std::string_view name) {
  for (std::string_view known : names)
    if (known == name) return true;
  return false;
}

std::string unrecognized(const std::string& unknown) {
  std::string known;
  for (const char* name : compiler_options) known += fmt::format("{}'{}'", known.empty() ? "" : ", ", name);
  return fmt::format("\"Unrecognized options: {{{}}}. Known options are dict_keys([{}])\"", unknown, known);
}

void read_error_model(const Value& value, KernelSettings& settings) {
  const std::string text = value.is(Tag::Str) ? value.as<Str>().text : repr_text(value);
  settings.options.numpy_errors = text == "numpy";
  settings.options.python_errors = text == "python";
  if (text != "numpy" && text != "python") settings.problem.emplace(ExceptionKind::KeyError, repr_text(value));
}

void read_inline(const Value& value, KernelSettings& settings) {
  const bool text = value.is(Tag::Str);
  if (text && (value.as<Str>().text == "always" || value.as<Str>().text == "never")) return;
  if (value.is(Tag::Function)) return;
  settings.problem.emplace(
      ExceptionKind::ValueError,
      fmt::format("kwarg 'inline' must be one of the strings 'always' or 'never', or it can be a callable that "
                  "returns True/False. Found value {}",
                  str_text(value)));
}

void read_options(CallContext& context, const Arguments& arguments, KernelSettings& settings) {
  std::string unknown;
  for (const Keyword& option : arguments.keywords) {
    const std::string_view name = option.name;
    if (name == "parallel") {
      settings.options.parallel = option.value.is(Tag::Bool) && option.value.as_bool();
      if (!option.value.is(Tag::Bool))
        settings.problem.emplace(ExceptionKind::ValueError, "Expect parallel option to be either a bool or a dict");
    } else if (name == "fastmath") {
      settings.options.fastmath = option.value.is(Tag::Bool) && option.value.as_bool();
      if (!option.value.is(Tag::Bool))
        settings.problem.emplace(ExceptionKind::ValueError,
                                 "Expected fastmath option(s) to be either a bool, dict or set");
    } else if (name == "error_model") {
      read_error_model(option.value, settings);
    } else if (name == "inline") {
      read_inline(option.value, settings);
    } else if (name == "forceobj" && truth(context, option.value)) {
      settings.problem.emplace(ExceptionKind::UnsupportedError,
                               "forceobj: pyvm compiles in nopython mode only; leave the option out");
    } else if (name == "locals" || name == "pipeline_class") {
      settings.problem.emplace(ExceptionKind::UnsupportedError,
                               fmt::format("the option '{}' is not supported under pyvm run", name));
    } else if (!contains(compiler_options, name) && !contains(decorator_options, name)) {
      unknown += fmt::format("{}'{}'", unknown.empty() ? "" : ", ", name);
    }
  }
  if (!unknown.empty()) settings.problem.emplace(ExceptionKind::KeyError, unrecognized(unknown));
}

// The first argument of the decorator, when it is no function.
void read_signatures(const Value& value, KernelSettings& settings) {
  if (value.is(Tag::None)) return;
  if (value.is(Tag::Str)) {
    settings.signatures.push_back(parse_signature(value.as<Str>().text));
    return;
  }
  if (value.is(Tag::Tuple)) {
    Signature signature;
    for (const Value& item : value.as<Tuple>().items) {
      if (item.is(Tag::Str)) {
        signature.parameters.push_back(parse_type(item.as<Str>().text));
      } else if (item.is(Tag::Type) && item.as<TypeObject>().scalar) {
        SignatureType type;
        type.kind = *item.as<TypeObject>().scalar;
        signature.parameters.push_back(type);
      } else {
        raise(ExceptionKind::TypeError, "invalid signature: {} in a tuple of types", repr_text(item));
      }
    }
    settings.signatures.push_back(std::move(signature));
    return;
  }
  raise(ExceptionKind::TypeError, "The decorated object is not a function (got type <class '{}'>).",
        type_name_of(value));
}

struct Decorator final : NativeObject {
  explicit Decorator(KernelSettings s) : settings(std::move(s)) {}
  std::string type_name() const override { return "function"; }
  std::string repr() const override { return "<function jit.<locals>.wrapper>"; }
  Value attribute(const std::string&) override { return Value(); }
  KernelSettings settings;
};

Value kernel_of(const Value& callee, const KernelSettings& settings) {
  if (callee.is(Tag::Kernel))
    raise(ExceptionKind::TypeError,
          "A jit decorator was called on an already jitted function {0}.  If trying to access the original python "
          "function, use the "
          "{0}.py_func attribute.",
          repr_text(callee));
  if (!callee.is(Tag::Function))
    raise(ExceptionKind::TypeError, "The decorated object is not a function (got type <class '{}'>).",
          type_name_of(callee));
  return Value(make_kernel(Ref<Function>(&callee.as<Function>()), settings));
}

Value decorate(CallContext&, const Arguments& arguments) {
  const auto& decorator = static_cast<const Decorator&>(*arguments.positional[0].object());
  if (arguments.positional.size() != 2 || !arguments.keywords.empty())
    raise(ExceptionKind::TypeError, "a jit decorator takes one function ({} arguments given)",
          arguments.positional.size() - 1);
  return kernel_of(arguments.positional[1], decorator.settings);
}

Value njit(CallContext& context, const Arguments& arguments) {
  KernelSettings settings;
  read_options(context, arguments, settings);
  if (arguments.positional.size() > 1)
    raise(ExceptionKind::TypeError, "jit() takes one positional argument, a function or signatures");
  const Value* first = arguments.positional.empty() ? nullptr : &arguments.positional[0];
  if (first && (first->is(Tag::Function) || first->is(Tag::Kernel))) return kernel_of(*first, settings);
  if (first) read_signatures(*first, settings);
  static const Ref<Builtin> method = make<Builtin>("wrapper", decorate);
  return Value(make<BoundMethod>(method, Value(make<Decorator>(std::move(settings)))));
}

std::int64_t get_thread_id(CallContext&) { return scheduler::thread_id(); }
std::int64_t get_num_threads(CallContext&) { return scheduler::num_threads(); }

void set_num_threads(CallContext&, std::int64_t threads) {
  if (threads > scheduler::max_threads() || !scheduler::set_num_threads(static_cast<int>(threads)))
    raise(ExceptionKind::ValueError, "The number of threads must be between 1 and {}", scheduler::max_threads());
}

} // namespace

void install_njit() {
  set_njit_factory(njit);
  NumbaHooks& hooks = numba_hooks();
  hooks.get_thread_id = get_thread_id;
  hooks.get_num_threads = get_num_threads;
  hooks.set_num_threads = set_num_threads;
}

} // namespace pyvm::engine
