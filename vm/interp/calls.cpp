// Calls: argument binding with CPython's rules and messages, frames, kernels, unwinding.
#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <new>

#include <fmt/format.h>

#include "vm/builtins/call.h"
#include "vm/builtins/text.h"
#include "vm/interp/compiling_kernels.h"
#include "vm/interp/hooks.h"
#include "vm/interp/interpreter.h"
#include "vm/interp/prange.h"
#include "vm/object/store_log.h"
#include "vm/semantics/conversion.h"

namespace pyvm {

namespace {

constexpr std::int32_t back_edges_between_polls = 20000; // or calls

Value call_guest(CallContext& context, const Value& callee, const Arguments& arguments) {
  return static_cast<Interpreter*>(context.interpreter)->call(callee, arguments, context.dialect);
}

constexpr std::uint32_t python_recursion_limit = 1000; // sys.getrecursionlimit() of CPython
constexpr std::uint32_t njit_recursion_limit = 50000;

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (k) text += k + 1 == names.size() ? (names.size() > 2 ? ", and " : " and ") : ", ";
    text += "'" + names[k] + "'";
  }
  return text;
}

} // namespace

Value njit_argument(const Value& value) {
  switch (value.tag()) {
  case Tag::NpBool:
  case Tag::NpInt64:
  case Tag::NpFloat64:
    return Value::njit_scalar(value.scalar_kind(), value.bits());
  case Tag::Tuple: {
    const auto& items = value.as<Tuple>().items;
    if (std::none_of(items.begin(), items.end(),
                     [](const Value& v) { return v.is_numpy_scalar() || v.is(Tag::Tuple); }))
      return value;
    std::vector<Value> converted;
    for (const Value& item : items) converted.push_back(njit_argument(item));
    return make_tuple(std::move(converted));
  }
  default:
    return value;
  }
}

Value python_result(Value value) {
  if (value.is_numpy_scalar()) {
    const ScalarKind kind = value.scalar_kind();
    if (kind == ScalarKind::Bool) return Value::boolean(value.as_bool());
    if (kind == ScalarKind::UInt64 && value.as_int() < 0)
      raise(ExceptionKind::OverflowError, "pyvm: the uint64 result {} is beyond 64-bit int and not supported yet",
            value.bits());
    if (is_integer(kind)) return Value::integer(value.as_int());
    return Value::floating(from_bits<double>(convert_bits(value.bits(), kind, ScalarKind::Float64)));
  }
  if (value.is(Tag::Tuple)) {
    std::vector<Value> items;
    for (const Value& item : value.as<Tuple>().items) items.push_back(python_result(item));
    return make_tuple(std::move(items));
  }
  return value;
}

void make_immortal(const Value& value) {
  if (!value.is_heap() || value.object()->is_immortal()) return;
  value.object()->make_immortal();
  if (value.is(Tag::Tuple))
    for (const Value& item : value.as<Tuple>().items) make_immortal(item);
}

void share_for_good(Function& function) {
  function.make_immortal();
  function.code->make_immortal();
  for (const Value& value : function.defaults) make_immortal(value);
  for (const Value& value : function.keyword_defaults) make_immortal(value);
}

std::recursive_mutex& compiling_kernels() {
  static std::recursive_mutex mutex;
  static const int for_children = pthread_atfork(nullptr, nullptr, [] { new (&mutex) std::recursive_mutex; });
  static_cast<void>(for_children);
  return mutex;
}

Function* function_of(Kernel& kernel) {
  if (Function* function = kernel.function.load(std::memory_order_acquire)) return function;
  std::lock_guard lock(compiling_kernels());
  if (Function* function = kernel.function.load(std::memory_order_relaxed)) return function;
  const Ref<Function> made = kernel.compile(kernel);
  share_for_good(*made);
  kernel.function.store(made.get(), std::memory_order_release);
  return made.get();
}

InterpreterHooks& interpreter_hooks() {
  static InterpreterHooks hooks;
  return hooks;
}

Interpreter::Interpreter() {
  context_.interpreter = this;
  context_.call = call_guest;
}

Interpreter& Interpreter::current() {
  static thread_local Interpreter interpreter;
  return interpreter;
}

void Interpreter::poll() {
  poll_budget_ = back_edges_between_polls;
  const InterpreterHooks& hooks = interpreter_hooks();
  if (running_grain >= 0) {
    if (hooks.should_stop && hooks.should_stop(running_grain)) throw GrainStopped();
  } else if (hooks.interrupted && hooks.interrupted()) {
    throw GuestError(ExceptionKind::KeyboardInterrupt, "");
  }
}

void Interpreter::remark(const Code& code, int loop, const std::string& reason) const {
  if (auto* tell = interpreter_hooks().performance_remark; tell && !verifying) tell(code, loop, reason);
}

Frame& Interpreter::push_frame(const Code& code, Frame* caller) {
  if (depth_ >= (code.dialect == Dialect::Njit ? njit_recursion_limit : python_recursion_limit))
    raise(ExceptionKind::RecursionError, "maximum recursion depth exceeded");
  if (depth_ == frames_.size()) frames_.push_back(std::make_unique<Frame>());
  Frame& frame = *frames_[depth_];
  frame.code = &code;
  frame.caller = caller;
  frame.globals = nullptr;
  frame.grain = nullptr;
  frame.pc = 0;
  frame.python_result = frame.returns_to_host = false;
  frame.registers = stack_.allocate(static_cast<std::size_t>(code.registers), frame);
  for (auto [r, constant] : code.register_constants) frame.registers[r] = code.constants[constant].lent();
  ++depth_;
  top_ = &frame;
  return frame;
}

void Interpreter::pop_frame() {
  Frame& frame = *top_;
  stack_.release(frame);
  --depth_;
  top_ = depth_ ? frames_[depth_ - 1].get() : nullptr;
  frame.function = Ref<Function>();
}

void Interpreter::bind_arguments(const Function& function, const Arguments& arguments, Value* registers) {
  const Code& code = static_cast<const Code&>(*function.code);
  const int given = static_cast<int>(arguments.positional.size());
  const int total = static_cast<int>(code.parameters.size());
  if (given > code.positional) {
    const int required = code.positional - code.defaults;
    const std::string takes =
        code.defaults ? fmt::format("from {} to {}", required, code.positional) : fmt::format("{}", code.positional);
    raise(ExceptionKind::TypeError, "{}() takes {} positional argument{} but {} {} given", function.qualified_name,
          takes, code.positional == 1 && !code.defaults ? "" : "s", given, given == 1 ? "was" : "were");
  }
  for (int k = 0; k < given; ++k) registers[k] = arguments.positional[k];
  for (const Keyword& keyword : arguments.keywords) {
    int k = code.positional_only;
    while (k < total && code.parameters[k] != keyword.name) ++k;
    if (k == total) {
      for (int p = 0; p < code.positional_only; ++p)
        if (code.parameters[p] == keyword.name)
          raise(ExceptionKind::TypeError, "{}() got some positional-only arguments passed as keyword arguments: '{}'",
                function.qualified_name, keyword.name);
      raise(ExceptionKind::TypeError, "{}() got an unexpected keyword argument '{}'", function.qualified_name,
            keyword.name);
    }
    if (k < given || !registers[k].is_unbound())
      raise(ExceptionKind::TypeError, "{}() got multiple values for argument '{}'", function.qualified_name,
            keyword.name);
    registers[k] = keyword.value;
  }
  std::vector<std::string> missing, missing_keywords;
  for (int k = 0; k < total; ++k) {
    if (!registers[k].is_unbound()) continue;
    const Value* fallback = nullptr;
    if (k < code.positional) {
      const int d = k - (code.positional - code.defaults);
      if (d >= 0) fallback = &function.defaults[d];
    } else if (!function.keyword_defaults[k - code.positional].is_unbound()) {
      fallback = &function.keyword_defaults[k - code.positional];
    }
    if (fallback)
      registers[k] = *fallback;
    else
      (k < code.positional ? missing : missing_keywords).push_back(code.parameters[k]);
  }
  for (auto [names, kind] : {std::pair{&missing, "positional"}, {&missing_keywords, "keyword-only"}})
    if (!names->empty())
      raise(ExceptionKind::TypeError, "{}() missing {} required {} argument{}: {}", function.qualified_name,
            names->size(), kind, names->size() == 1 ? "" : "s", quoted_list(*names));
}

void Interpreter::enter_function(Function& function, const Arguments& arguments, Frame* caller) {
  const Code& code = static_cast<const Code&>(*function.code);
  Frame& frame = push_frame(code, caller);
  frame.function = Ref<Function>(&function);
  frame.globals = function.globals.get();
  try {
    const bool plain = arguments.keywords.empty() && static_cast<int>(arguments.positional.size()) == code.positional &&
                       static_cast<int>(code.parameters.size()) == code.positional;
    if (plain)
      std::copy(arguments.positional.begin(), arguments.positional.end(), frame.registers);
    else
      bind_arguments(function, arguments, frame.registers);
  } catch (...) {
    pop_frame();
    throw;
  }
}

// Arguments and result cross the border of njit when a kernel is called from outside it.
void Interpreter::enter_kernel(Kernel& kernel, const Arguments& arguments, Frame* caller, Dialect from) {
  Function& function = kernel.choose ? *kernel.choose(kernel, arguments) : *function_of(kernel);
  enter_function(function, arguments, caller);
  if (from == Dialect::Njit) return;
  top_->python_result = true;
  const Code& code = *top_->code;
  try {
    for (std::size_t k = 0; k < code.parameters.size(); ++k) top_->registers[k] = njit_argument(top_->registers[k]);
  } catch (...) {
    pop_frame();
    throw;
  }
}

// True: a frame was pushed. False: a builtin ran, its result is in the caller's register.
bool Interpreter::push_call(Frame& frame, const Value& callee, const Arguments& arguments,
                            std::uint16_t result_register) {
  if (callee.is(Tag::Function)) {
    count_down_to_poll(); // a recursion may run for long without a loop
    enter_function(callee.as<Function>(), arguments, &frame);
  } else if (callee.is(Tag::Kernel)) {
    count_down_to_poll();
    enter_kernel(callee.as<Kernel>(), arguments, &frame, frame.code->dialect);
  } else {
    context_.dialect = frame.code->dialect;
    context_.numpy_errors = false;
    frame.registers[result_register] = call_builtin(context_, callee, arguments);
    poll_soon();
    return false;
  }
  top_->result_register = result_register;
  return true;
}

bool Interpreter::push_keyword_call(Frame& frame, const Instruction& i) {
  const auto& names = frame.code->constants[(&i)[1].a].as<Tuple>().items;
  const Value* first = frame.registers + i.c;
  const std::size_t positional = i.n - names.size();
  std::vector<Keyword> keywords;
  for (std::size_t k = 0; k < names.size(); ++k) keywords.push_back({names[k].as<Str>().text, first[positional + k]});
  return push_call(frame, frame.registers[i.b], {{first, positional}, keywords}, i.a);
}

// Ends the top frame, with its result in the register of its caller that waits for it.
void Interpreter::leave_frame(Value& result) {
  Value value = top_->python_result ? python_result(std::move(result)) : std::move(result);
  Value& to = top_->caller->registers[top_->result_register];
  pop_frame();
  to = std::move(value);
}

Value Interpreter::result_for_host(Value& result) {
  Value value = top_->python_result ? python_result(result.owned()) : result.owned();
  pop_frame();
  return value;
}

Value Interpreter::call_value(const Value& callee, const Arguments& arguments) {
  if (!callee.is(Tag::Function) && !callee.is(Tag::Kernel)) return call_builtin(context_, callee, arguments);
  const Dialect from = context_.dialect;
  if (callee.is(Tag::Kernel))
    enter_kernel(callee.as<Kernel>(), arguments, nullptr, from);
  else
    enter_function(callee.as<Function>(), arguments, nullptr);
  top_->returns_to_host = true;
  Value result = run();
  context_.dialect = from;
  return result;
}

Value Interpreter::call(const Value& callee, const Arguments& arguments, Dialect from) {
  context_.dialect = from;
  return call_value(callee, arguments);
}

void Interpreter::run_module(const Ref<Code>& code, Module& globals) {
  Frame& frame = push_frame(*code, nullptr);
  frame.globals = &globals;
  frame.returns_to_host = true;
  run();
}

Value Interpreter::run() {
  Frame* base = top_;
  while (!base->returns_to_host) base = base->caller;
  try {
    return dispatch();
  } catch (GuestError& error) {
    unwind(error, base);
    throw;
  } catch (const std::bad_alloc&) {
    GuestError error(ExceptionKind::MemoryError, "");
    unwind(error, base);
    throw error;
  } catch (const GrainStopped&) {
    leave_without_trace(base);
    throw;
  } catch (const Unrepeatable&) {
    leave_without_trace(base);
    throw;
  }
}

void Interpreter::leave_without_trace(const Frame* base) {
  while (top_ != base) pop_frame();
  pop_frame();
}

// Leaves every frame down to `base` and that one too, with a traceback entry for each.
void Interpreter::unwind(GuestError& error, Frame* base) {
  for (bool last = false; !last;) {
    Frame& frame = *top_;
    last = &frame == base;
    const Code& code = *frame.code;
    const Location& at = code.locations[std::min<std::size_t>(frame.pc, code.locations.size() - 1)];
    if (frame.grain) {
      // The caller of the prange stands for this frame: it reports the same line.
      frame.grain->failed_pc = frame.pc;
      pop_frame();
      continue;
    }
    TracebackEntry entry{code.file(), code.name, at.line, at.column, at.end_line, at.end_column};
    error.add_frame(std::move(entry));
    pop_frame();
  }
}

} // namespace pyvm
