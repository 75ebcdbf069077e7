#include "bindings/engine/kernels.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <fmt/format.h>

#include "vm/builtins/array_creation.h"
#include "vm/builtins/modules.h"
#include "vm/builtins/types.h"
#include "vm/interp/compiling_kernels.h"
#include "vm/interp/interpreter.h"
#include "vm/support/syntax_error.h"

namespace pyvm::engine {

namespace {

// ---- names

class FunctionNames final : public NameResolver {
public:
  explicit FunctionNames(Ref<Function> function) : function_(std::move(function)) {}

  std::optional<Value> resolve(const std::string& name) override {
    const Value* found = find(name);
    if (!found || found->is_unbound()) return std::nullopt;
    return frozen_global(name, *found);
  }

private:
  const Value* find(const std::string& name) const {
    const auto& free = static_cast<const Code&>(*function_->code).free_variables;
    for (std::size_t k = 0; k < free.size(); ++k)
      if (free[k] == name) return &function_->cells[k]->value;
    for (Module* module : {function_->globals.get(), builtins_module().get()}) {
      auto found = module->members.find(name);
      if (found != module->members.end() && !found->second.is_unbound()) return &found->second;
    }
    return nullptr;
  }

  Ref<Function> function_;
};

// ---- code for `pyvm dump`

std::mutex kept_mutex;
bool keeps_code = false;
std::vector<Ref<Code>> kept_code;

void keep(const Ref<Code>& code) {
  std::lock_guard lock(kept_mutex);
  if (keeps_code) kept_code.push_back(code);
}

// ---- compiling

// "this construct (file, line)" with its source line, as an exception of the guest's: the kernel may be called from
// anywhere.
GuestError guest_error(const SyntaxError& error) {
  const Location& at = error.location();
  return GuestError(ExceptionKind::UnsupportedError,
                    fmt::format("{}\n\nFile \"{}\", line {}:\n{}", error.message(), error.path(), at.line,
                                source_and_carets(error.line_text(), at.column,
                                                  at.end_line == at.line ? at.end_column : at.column + 1)));
}

Value class_for(const SignatureType& type) {
  return type.what == SignatureType::What::Scalar ? Value(&scalar_type_object(type.kind)) : Value();
}

// Everything that is needed to compile a kernel, and the overloads compiled so far.
class KernelState {
public:
  KernelState(KernelSource source, KernelSettings settings)
      : source_(std::move(source)), settings_(std::move(settings)) {
    overloads_ = std::vector<std::atomic<Function*>>(settings_.signatures.size());
  }

  Ref<Function> compile(const Signature* signature) const {
    if (settings_.problem) throw *settings_.problem;
    Casts casts;
    for (const auto& [name, type] : settings_.locals) casts.stores[name] = class_for(type);
    if (signature) {
      for (const SignatureType& type : signature->parameters) casts.parameters.push_back(class_for(type));
      if (signature->result) casts.result = class_for(*signature->result);
    }
    auto function = make<Function>();
    try {
      Ref<Code> code = compile_njit(source_.tree, settings_.options, *source_.resolver, casts);
      keep(code);
      function->code = code;
    } catch (const SyntaxError& error) {
      throw guest_error(error);
    }
    function->name = source_.name;
    function->qualified_name = source_.tree.qualified_name;
    function->globals = source_.globals;
    for (const Value& value : source_.defaults) function->defaults.push_back(njit_argument(value));
    for (const Value& value : source_.keyword_defaults) function->keyword_defaults.push_back(njit_argument(value));
    return function;
  }

  Function* choose(const Arguments& arguments) {
    Function& any = overload(0);
    std::vector<Value> bound(static_cast<const Code&>(*any.code).parameters.size());
    Interpreter::bind_arguments(any, arguments, bound.data());
    for (Value& value : bound) value = njit_argument(value);
    return &overload(choose_signature(settings_.signatures, bound, fmt::format("<function {}>", source_.name)));
  }

  bool has_signatures() const { return !settings_.signatures.empty(); }
  // For who inlines the kernel without asking which overload: the one function there is, if there is only one.
  const Signature* only_signature() const {
    return settings_.signatures.size() == 1 ? &settings_.signatures[0] : nullptr;
  }

private:
  Function& overload(std::size_t k) {
    if (Function* known = overloads_[k].load(std::memory_order_acquire)) return *known;
    std::lock_guard lock(compiling_kernels());
    if (Function* known = overloads_[k].load(std::memory_order_relaxed)) return *known;
    const Ref<Function> made = compile(&settings_.signatures[k]);
    share_for_good(*made);
    overloads_[k].store(made.get(), std::memory_order_release);
    return *made;
  }

  const KernelSource source_;
  const KernelSettings settings_;
  std::vector<std::atomic<Function*>> overloads_;
};

} // namespace

Value frozen_global(const std::string& name, const Value& value) {
  switch (value.tag()) {
  case Tag::Array: {
    Ref<Array> copy = copy_of(value.as<Array>());
    copy->writable = false;
    return Value(copy);
  }
  case Tag::Tuple: {
    std::vector<Value> items;
    for (const Value& item : value.as<Tuple>().items) items.push_back(frozen_global(name, item));
    return make_tuple(std::move(items));
  }
  case Tag::Function:
    raise(ExceptionKind::TypingError,
          "Untyped global name '{}': Cannot determine Numba type of <class 'function'>: njit code calls only njit "
          "functions; "
          "decorate '{}' with @njit",
          name, name);
  case Tag::Exception:
  case Tag::Iterator:
  case Tag::Native:
    raise(ExceptionKind::TypingError, "Untyped global name '{}': Cannot determine Numba type of <class '{}'>", name,
          type_name_of(value));
  default:
    return njit_argument(value);
  }
}

Ref<Kernel> make_kernel(KernelSource source, KernelSettings settings) {
  auto kernel = make<Kernel>();
  kernel->name = source.name;
  kernel->python_function = source.python_function;
  kernel->options = settings.options;
  auto state = std::make_shared<KernelState>(std::move(source), std::move(settings));
  kernel->compile = [state](Kernel&) { return state->compile(state->only_signature()); };
  if (state->has_signatures())
    kernel->choose = [state](Kernel&, const Arguments& arguments) { return state->choose(arguments); };
  return kernel;
}

Ref<Kernel> make_kernel(const Ref<Function>& function, KernelSettings settings) {
  KernelSource source;
  source.tree = tree_of(static_cast<const Code&>(*function->code));
  source.name = function->name;
  source.python_function = Value(function);
  source.defaults = function->defaults;
  source.keyword_defaults = function->keyword_defaults;
  source.globals = function->globals;
  source.resolver = std::make_shared<FunctionNames>(function);
  return make_kernel(std::move(source), std::move(settings));
}

void keep_compiled_code() {
  std::lock_guard lock(kept_mutex);
  keeps_code = true;
}

std::vector<Ref<Code>> compiled_code() {
  std::lock_guard lock(kept_mutex);
  return kept_code;
}

} // namespace pyvm::engine
